"""Twins on drawn pictures of many kinds: none where there is none, and copies found."""

import io
import itertools

import numpy as np
import pytest
from PIL import Image

from classifier.photos.hashing import digest_of
from classifier.photos.twins.grouping import PhotoHash, Twin, find_twins, group_twins
from tests.making.kinds import KINDS, disc, photo_like, things, words
from tests.making.photo_folders import photo

MIRROR = Image.Transpose.FLIP_LEFT_RIGHT


def hashed(image: Image.Image, *, quality: int = 95) -> PhotoHash:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    again = Image.open(io.BytesIO(buffer.getvalue())).convert("RGB")
    return PhotoHash.of(digest_of(buffer.getvalue()), again, (0, 0, 0))


def cut(image: Image.Image, left: float, top: float, right: float, bottom: float) -> Image.Image:
    width, height = image.size
    return image.crop(
        (round(left * width), round(top * height), round((1 - right) * width), round((1 - bottom) * height))
    )


BIG = photo(1, size=(400, 300))


@pytest.mark.parametrize(
    ("other", "twins"),
    [
        (BIG, True),
        (BIG.resize((130, 98)), True),
        (photo(2, size=(400, 300)), False),
        (BIG.transpose(MIRROR), True),
        (BIG.transpose(Image.Transpose.ROTATE_180), False),
        (photo(1, (255, 0, 0), size=(400, 300)), False),
    ],
    ids=["itself", "shrunk", "another", "mirrored", "upside down", "tinted"],
)
def test_what_counts_as_the_same_picture(other: Image.Image, twins: bool) -> None:
    groups = group_twins([hashed(BIG), hashed(photo(9)), hashed(other, quality=70)])
    assert (groups[0] == groups[2]) is twins
    assert groups[1] not in (groups[0], groups[2])


def test_flat_pictures_are_twins_if_their_colours_are() -> None:
    flat = [hashed(Image.new("RGB", (40, 40), colour)) for colour in ("black", "white", "red", "white")]
    assert group_twins(flat) == [0, 1, 2, 1]
    assert group_twins([hashed(Image.new("RGB", (side, 40), "white")) for side in (40, 60, 90)]) == [0, 0, 0]


@pytest.mark.parametrize("count", [0, 1])
def test_few_photos_have_no_twins(count: int) -> None:
    assert group_twins([hashed(BIG)] * count) == [0] * count


def test_two_photos_alone_can_be_twins() -> None:
    assert group_twins([hashed(BIG), hashed(BIG, quality=60)]) == [0, 0]
    assert group_twins([hashed(things(1)), hashed(things(2))]) == [0, 1]


def test_photos_that_drift_apart_are_no_chain() -> None:
    """Each is near to the one before, and the last is another picture than the first."""
    first, last = (np.asarray(photo(seed, size=(48, 48)), dtype=float) for seed in (1, 2))
    steps = [Image.fromarray((first + (last - first) * step / 60).astype(np.uint8)) for step in range(61)]
    hashes = [hashed(step) for step in steps]
    for one, other in itertools.pairwise(hashes):
        assert group_twins([one, other]) == [0, 0]
    twins = find_twins(hashes)
    assert twins[60].first != 0
    for number, twin in enumerate(twins):
        assert twins[twin.first].first == twin.first
        # Confirmed by themselves, away from what the others say.
        assert find_twins([hashes[twin.first], hashes[number]])[1].first == 0


def test_many_copies_are_one_group() -> None:
    chance = np.random.default_rng(1)
    values = np.asarray(photo_like(1), dtype=float)
    burst = [(values + chance.normal(size=values.shape) * 3).clip(0, 255).astype(np.uint8) for _ in range(100)]
    assert set(group_twins([hashed(Image.fromarray(frame)) for frame in burst])) == {0}


@pytest.mark.parametrize("kind", KINDS)
def test_other_pictures_of_a_kind_are_no_twins(kind: str) -> None:
    groups = group_twins([hashed(KINDS[kind](number)) for number in range(100)])
    assert len(set(groups)) >= 99  # two of a hundred may look the same to a small copy


@pytest.mark.parametrize(("noise", "shading"), [(0, 0), (3, 0), (0, 8), (10, 20)])
def test_discs_of_one_colour_are_no_twins(noise: float, shading: float) -> None:
    assert len(set(group_twins([hashed(disc(number, noise, shading)) for number in range(60)]))) >= 58


def test_shapes_of_one_colour_are_few_twins() -> None:
    assert len(set(group_twins([hashed(things(number, (60, 90, 160))) for number in range(100)]))) >= 93


COPIES = {
    "half": lambda image: image.resize((image.width // 2, image.height // 2), Image.Resampling.BICUBIC),
    "a third": lambda image: image.resize((image.width // 3, image.height // 3), Image.Resampling.LANCZOS),
    "quality 40": lambda image: image,
    "mirrored": lambda image: image.transpose(MIRROR),
    "darker": lambda image: image.point(lambda value: value * 0.96),
    "cut": lambda image: cut(image, 0.025, 0.025, 0.025, 0.025),
    "cut on the left": lambda image: cut(image, 0.05, 0, 0, 0),
    "cut and mirrored": lambda image: cut(image, 0.025, 0.025, 0.025, 0.025).transpose(MIRROR),
}
ON_WHITE = ["things", "discs", "sheets", "words", "screens", "QR codes"]


def share_found(kind: str, change: str) -> float:
    originals = [KINDS[kind](number) for number in range(40)]
    quality = 40 if change == "quality 40" else 90
    copies = [hashed(COPIES[change](image), quality=quality) for image in originals[:10]]
    groups = group_twins([*map(hashed, originals), *copies])
    return sum(groups[40 + number] == groups[number] for number in range(10)) / 10


@pytest.mark.parametrize("change", COPIES)
@pytest.mark.parametrize("kind", ["soft", "photo-like"])
def test_copies_and_cuts_of_photos_are_found(kind: str, change: str) -> None:
    assert share_found(kind, change) == 1


@pytest.mark.parametrize("change", ["half", "quality 40", "mirrored", "darker"])
@pytest.mark.parametrize("kind", [*ON_WHITE, "x-rays"])
def test_copies_are_found_on_any_ground(kind: str, change: str) -> None:
    assert share_found(kind, change) >= 0.9


@pytest.mark.parametrize(
    ("kind", "least"), [("things", 0.6), ("discs", 0.9), ("x-rays", 0.9), ("QR codes", 0.9), ("screens", 0.9)]
)
def test_cuts_are_found_on_a_plain_ground_where_pictures_are_distinct(kind: str, least: float) -> None:
    assert share_found(kind, "cut") >= least


def test_mirror_images_are_known_for_such() -> None:
    twins = find_twins([hashed(words(1)), hashed(words(1).transpose(MIRROR)), hashed(words(1), quality=60)])
    assert twins == [Twin(0, False), Twin(0, True), Twin(0, False)]


def test_a_picture_that_is_its_own_mirror_image_is_not_called_mirrored() -> None:
    half = np.asarray(photo(3, size=(40, 80)))
    whole = Image.fromarray(np.concatenate([half, half[:, ::-1]], axis=1))
    assert find_twins([hashed(whole), hashed(whole.transpose(MIRROR), quality=60)])[1] == Twin(0, False)
