import hashlib
import io

import numpy as np
import pytest
from PIL import Image

from classifier.photos.hashing import (
    PhotoHash,
    difference_bits,
    difference_hash,
    digest_of,
    grey_cells,
    group_twins,
    picture_hash,
)
from tests.making.photo_folders import photo


def fingerprint(image: Image.Image, *, quality: int = 95) -> PhotoHash:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    again = Image.open(io.BytesIO(buffer.getvalue()))
    colour = again.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    assert isinstance(colour, tuple)
    return PhotoHash(digest_of(buffer.getvalue()), picture_hash(again), (colour[0], colour[1], colour[2]))


BIG = photo(1, size=(400, 300))


@pytest.mark.parametrize(
    ("other", "twins"),
    [
        (BIG, True),
        (BIG.resize((130, 98)), True),
        (photo(2, size=(400, 300)), False),
        (BIG.transpose(Image.Transpose.FLIP_LEFT_RIGHT), False),
        (photo(1, (255, 0, 0), size=(400, 300)), False),
    ],
    ids=["itself", "shrunk", "another", "mirrored", "tinted"],
)
def test_what_counts_as_the_same_picture(other: Image.Image, twins: bool) -> None:
    groups = group_twins([fingerprint(BIG), fingerprint(photo(9)), fingerprint(other, quality=70)])
    assert (groups[0] == groups[2]) is twins
    assert groups[1] not in (groups[0], groups[2])


def test_flat_pictures_of_different_colours_are_no_twins() -> None:
    flat = [fingerprint(Image.new("RGB", (40, 40), colour)) for colour in ("black", "white", "red", "white")]
    assert group_twins(flat) == [0, 1, 2, 1]


def test_twins_of_twins_share_a_group_and_no_photos_make_no_groups() -> None:
    chain = [PhotoHash(bytes([index]), ((1 << 8 * index) - 1, 0), (0, 0, 0)) for index in range(4)]
    assert group_twins(chain) == [0, 0, 0, 0]
    assert group_twins([]) == []


def test_the_core_compares_with_the_cell_before() -> None:
    cells = np.array([[1, 2, 2], [3, 1, 5]])
    assert np.unpackbits(difference_bits(cells))[:4].tolist() == [1, 0, 0, 1]
    assert np.unpackbits(difference_bits(cells, axis=0))[:3].tolist() == [1, 0, 1]
    bright = np.array([[250, 10]], dtype=np.uint8)  # a difference of bytes would wrap around
    assert difference_bits(bright)[0] == 0
    assert grey_cells(Image.linear_gradient("L"), 1, 4).ravel().tolist() == [32, 96, 160, 224]


def test_hashes_are_those_of_the_shipped_index() -> None:
    """Recorded when the index was made: hashes that are saved must stay comparable."""
    crops = np.random.default_rng(0).standard_normal((4, 3, 96, 96)).astype(np.float32)
    bits = b"".join(difference_hash(crop).tobytes() for crop in crops)
    assert hashlib.sha256(bits).hexdigest()[:16] == "4edc54c10964c882"
    assert picture_hash(Image.radial_gradient("L")) == (0xF0F0F0F0F0F0F0F0, 0xFFFFFFFF00000000)
