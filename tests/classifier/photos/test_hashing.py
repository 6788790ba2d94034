import hashlib

import numpy as np
from PIL import Image, ImageDraw

from classifier.photos.hashing import crop_hash, difference_bits, difference_hash, digest_of
from tests.making.kinds import photo_like, things, x_ray


def as_crop(image: Image.Image, *, side: int = 96) -> np.ndarray:
    return np.asarray(image.resize((side, side)), dtype=np.float32).transpose(2, 0, 1) / 127.5 - 1


def test_digests_are_those_of_the_bytes() -> None:
    assert digest_of(b"rose") == digest_of(b"rose") != digest_of(b"rosa")
    assert len(digest_of(b"")) == 16


def test_the_core_compares_with_the_cell_before() -> None:
    cells = np.array([[1, 2, 2], [3, 1, 5]])
    assert np.unpackbits(difference_bits(cells))[:4].tolist() == [1, 0, 0, 1]
    bright = np.array([[250, 10]], dtype=np.uint8)  # a difference of bytes would wrap around
    assert difference_bits(bright)[0] == 0


def test_hashes_are_those_of_the_shipped_index() -> None:
    """Recorded when the index was made: hashes that are saved must stay comparable."""
    crops = np.random.default_rng(0).standard_normal((4, 3, 96, 96)).astype(np.float32)
    bits = b"".join(difference_hash(crop).tobytes() for crop in crops)
    assert hashlib.sha256(bits).hexdigest()[:16] == "4edc54c10964c882"


def test_bits_of_a_plain_ground_say_nothing() -> None:
    chance = np.random.default_rng(1)
    for picture, low, high in ((things(3), 1, 40), (photo_like(3), 200, 256), (Image.new("RGB", (96, 96)), 0, 0)):
        noisy = as_crop(picture) + chance.normal(size=(3, 96, 96)).astype(np.float32) * 0.002 * (high > 0)
        looked_up = crop_hash(noisy)
        assert low <= np.bitwise_count(looked_up.clear[0]).sum() <= high
        assert np.array_equal(looked_up.bits, difference_hash(noisy))


def test_the_clear_bits_of_the_mirror_image_are_those_of_the_mirrored_crop() -> None:
    crop = as_crop(photo_like(5), side=16 * 17)  # all cells are of one size
    looked_up, mirrored = crop_hash(crop), crop_hash(crop[:, :, ::-1])
    apart = (looked_up.bits[1] ^ mirrored.bits[0]) & mirrored.clear[0]
    assert np.bitwise_count(apart).sum() == 0
    assert np.bitwise_count(looked_up.clear[1] ^ mirrored.clear[0]).sum() <= 2


def test_blobs_in_the_middle_change_seldom_and_stripes_often() -> None:
    stripes = Image.new("RGB", (96, 96), "white")
    for left in range(0, 96, 12):
        ImageDraw.Draw(stripes).rectangle((left, 0, left + 5, 96), fill="black")
    assert crop_hash(as_crop(x_ray(1))).changes < 40 < crop_hash(as_crop(photo_like(1))).changes
    assert crop_hash(as_crop(stripes)).changes > crop_hash(as_crop(things(1))).changes
    assert crop_hash(as_crop(Image.new("RGB", (96, 96)))).changes == 0
