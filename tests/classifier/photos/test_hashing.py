import io

import pytest
from PIL import Image

from classifier.photos.hashing import PhotoHash, digest_of, group_twins, picture_hash
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
