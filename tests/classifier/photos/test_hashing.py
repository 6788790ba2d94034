import hashlib
import io
import itertools
import random
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from classifier.photos.hashing import (
    PhotoHash,
    difference_bits,
    difference_hash,
    digest_of,
    grey_cells,
    group_twins,
)
from tests.making.photo_folders import photo


def fingerprint(image: Image.Image, *, quality: int = 95) -> PhotoHash:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    again = Image.open(io.BytesIO(buffer.getvalue()))
    colour = again.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    assert isinstance(colour, tuple)
    return PhotoHash.of(digest_of(buffer.getvalue()), again, (colour[0], colour[1], colour[2]))


BIG = photo(1, size=(400, 300))


@pytest.mark.parametrize(
    ("other", "twins"),
    [
        (BIG, True),
        (BIG.resize((130, 98)), True),
        (photo(2, size=(400, 300)), False),
        (BIG.transpose(Image.Transpose.FLIP_LEFT_RIGHT), True),
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


def test_no_photos_make_no_groups() -> None:
    assert group_twins([]) == []


def test_photos_that_drift_apart_are_no_chain() -> None:
    """Each is near to the one before, and the last is another picture than the first."""
    first, last = (np.asarray(photo(seed, size=(48, 48)), dtype=float) for seed in (1, 2))
    steps = [Image.fromarray((first + (last - first) * step / 60).astype(np.uint8)) for step in range(61)]
    hashes = [fingerprint(step, quality=95) for step in steps]
    for one, other in itertools.pairwise(hashes):
        assert group_twins([one, other, fingerprint(photo(9))])[:2] == [0, 0]
    groups = group_twins([*hashes, *(fingerprint(photo(seed)) for seed in range(20, 30))])
    assert groups[0] != groups[60]


def things(number: int) -> Image.Image:
    """A shape of some colour on white, as shops show their goods."""
    chance = random.Random(number)
    picture = Image.new("RGB", (240, 240), "white")
    place, size = (chance.randint(70, 150), chance.randint(70, 150)), chance.randint(15, 35)
    colour = tuple(chance.randrange(256) for _ in range(3))
    ImageDraw.Draw(picture).regular_polygon((*place, size), 3 + number % 7, chance.randrange(360), fill=colour)
    return picture


def digit(number: int) -> Image.Image:
    """A written digit, 28 pixels wide."""
    chance = random.Random(number)
    picture = Image.new("L", (84, 84))
    place = chance.randint(18, 30), chance.randint(4, 16)
    ImageDraw.Draw(picture).text(place, str(number % 10), fill=255, font=ImageFont.load_default(chance.randint(50, 64)))
    return picture.rotate(chance.gauss(0, 9), Image.Resampling.BICUBIC).resize((28, 28)).convert("RGB")


def disc(number: int) -> Image.Image:
    """A disc of one colour, elsewhere each time, on a ground with light noise and shading."""
    chance = np.random.default_rng(number)
    rows, columns = np.mgrid[:120, :120]
    inside = np.hypot(columns - chance.uniform(45, 75), rows - chance.uniform(45, 75)) < chance.uniform(12, 28)
    values = np.where(inside[..., None], (180.0, 60, 40), 240.0) + chance.normal(size=(120, 120, 3)) * 3
    values += (columns * chance.normal() + rows * chance.normal())[..., None] * 8 / 60
    return Image.fromarray(values.clip(0, 255).astype(np.uint8))


def sheet(number: int) -> Image.Image:
    """A herbarium sheet: paper, label and scale are the same, the plant is another."""
    chance = random.Random(number)
    picture = Image.new("RGB", (200, 300), (238, 232, 214))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((125, 250, 192, 292), fill="white", outline="grey")
    draw.rectangle((5, 10, 15, 210), fill="white", outline="black")
    x, y = 100 + chance.gauss(0, 8), 240.0
    for _ in range(chance.randint(6, 11)):
        to = x + chance.gauss(0, 9), y - 20
        draw.line((x, y, *to), fill=(90, 80, 40), width=2)
        for side in (-1, 1):
            leaf = to[0] + side * chance.uniform(15, 45), to[1] - chance.uniform(-5, 30)
            draw.line((*to, *leaf), fill=(80, 100, 40), width=chance.randint(3, 11))
        x, y = to
    return picture


def words(number: int) -> Image.Image:
    """A few letters on white, as on labels and screens."""
    chance = random.Random(number)
    picture = Image.new("RGB", (300, 100), "white")
    letters = "".join(chance.choice("ABCDEFGHIJKLMNOP") for _ in range(5))
    ImageDraw.Draw(picture).text((60, 20), letters, fill="black", font=ImageFont.load_default(48))
    return picture


KINDS = {"things": things, "digits": digit, "discs": disc, "sheets": sheet, "words": words, "textured": photo}


@pytest.mark.parametrize("kind", KINDS)
def test_a_plain_ground_makes_no_twins(kind: str) -> None:
    groups = group_twins([fingerprint(KINDS[kind](number)) for number in range(80)])
    assert len(set(groups)) >= 79, kind  # two of eighty may look the same to a small copy


@pytest.mark.parametrize("change", ["half", "quality 40", "mirrored", "darker"])
@pytest.mark.parametrize("kind", ["things", "discs", "sheets", "textured"])
def test_copies_are_found_on_any_ground(kind: str, change: str) -> None:
    originals = [KINDS[kind](number) for number in range(30)]
    changes: dict[str, Callable[[Image.Image], Image.Image]] = {
        "half": lambda image: image.resize((image.width // 2, image.height // 2), Image.Resampling.BICUBIC),
        "quality 40": lambda image: image,
        "mirrored": lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        "darker": lambda image: image.point(lambda value: value * 0.96),
    }
    quality = 40 if change == "quality 40" else 90
    copies = [fingerprint(changes[change](image), quality=quality) for image in originals[:10]]
    groups = group_twins([*map(fingerprint, originals), *copies])
    found = sum(groups[30 + number] == groups[number] for number in range(10))
    assert found >= 9, f"{found} of 10"


def test_two_photos_alone_can_be_twins() -> None:
    assert group_twins([fingerprint(BIG), fingerprint(BIG, quality=60)]) == [0, 0]
    assert group_twins([fingerprint(things(1)), fingerprint(things(2))]) == [0, 1]


def test_the_core_compares_with_the_cell_before() -> None:
    cells = np.array([[1, 2, 2], [3, 1, 5]])
    assert np.unpackbits(difference_bits(cells))[:4].tolist() == [1, 0, 0, 1]
    bright = np.array([[250, 10]], dtype=np.uint8)  # a difference of bytes would wrap around
    assert difference_bits(bright)[0] == 0
    assert grey_cells(Image.linear_gradient("L"), 1, 4).ravel().tolist() == [32, 96, 160, 224]


def test_hashes_are_those_of_the_shipped_index() -> None:
    """Recorded when the index was made: hashes that are saved must stay comparable."""
    crops = np.random.default_rng(0).standard_normal((4, 3, 96, 96)).astype(np.float32)
    bits = b"".join(difference_hash(crop).tobytes() for crop in crops)
    assert hashlib.sha256(bits).hexdigest()[:16] == "4edc54c10964c882"
