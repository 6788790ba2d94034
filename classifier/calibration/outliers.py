"""Outliers: pictures that show none of the classes, to fit the verdict “unknown” on.

Drawn pictures, corners of known photos, and photos that installed packages ship. Nobody has the pictures that visitors
will send by mistake; these are used in their place (auxiliary outliers, https://arxiv.org/abs/1812.04606).
`docs/trust.md` says how well that works.
"""

import importlib.util
import random
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

SIDE = 320  # px; near the input sizes in use, so that resizing neither blurs nor sharpens
# Folders of photos of other things in the packages that ship them, and the files there that do show a flower.
SAMPLE_FOLDERS = {"skimage": "data", "sklearn": "datasets/images"}
SHOWS_A_FLOWER = frozenset({"flower.jpg"})
_WORDS = ("the", "of", "settings", "file", "open", "total", "price", "save", "news", "reply", "ticket", "hello", "menu")


def drawn_pictures(count: int, *, seed: int = 1) -> Iterator[Image.Image]:
    """Drawn pictures: `count` RGB pictures of SIDE × SIDE px, each kind in turn; the same for the same seed."""
    chance = random.Random(seed)
    makers = (_flat, _noise, _clouds, _gradient, _stripes, _page, _screen, _shapes, _chart)
    for number in range(count):
        yield makers[number % len(makers)](chance)


def corners(pictures: Iterable[Image.Image], *, share: float = 0.2, seed: int = 1) -> Iterator[Image.Image]:
    """Corners of pictures, one each, `share` (0 to 1) of its sides.

    The corner of a flower's portrait mostly shows leaves, sky or soil: what is around the subject is not the subject.
    """
    chance = random.Random(seed)
    for picture in pictures:
        width, height = int(picture.width * share), int(picture.height * share)
        left, top = chance.choice((0, picture.width - width)), chance.choice((0, picture.height - height))
        yield picture.crop((left, top, left + width, top + height))


def sample_files() -> list[Path]:
    """Photos of other things that installed packages ship, by name; empty where there are none."""
    found = []
    for package, folder in SAMPLE_FOLDERS.items():
        spec = importlib.util.find_spec(package)
        for root in (spec.submodule_search_locations if spec else None) or ():
            found += [path for path in Path(root, folder).glob("*.*") if path.suffix in (".png", ".jpg")]
    return sorted((path for path in found if path.name not in SHOWS_A_FLOWER), key=lambda path: path.name)


def crops(picture: Image.Image, count: int, *, seed: int = 1) -> Iterator[Image.Image]:
    """Crops of a picture: itself, then `count` − 1 parts of it with sides of 40 to 100 %, half of them mirrored."""
    chance = random.Random(seed)
    yield picture
    for number in range(count - 1):
        share = chance.uniform(0.4, 1.0)
        width, height = max(2, int(picture.width * share)), max(2, int(picture.height * share))
        left, top = chance.randint(0, picture.width - width), chance.randint(0, picture.height - height)
        part = picture.crop((left, top, left + width, top + height))
        yield part.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if number % 2 else part


def _colour(chance: random.Random) -> tuple[int, int, int]:
    return chance.randrange(256), chance.randrange(256), chance.randrange(256)


def _flat(chance: random.Random) -> Image.Image:
    return Image.new("RGB", (SIDE, SIDE), chance.choice([(0, 0, 0), (255, 255, 255), _colour(chance), _colour(chance)]))


def _noise(chance: random.Random) -> Image.Image:
    values = np.random.default_rng(chance.randrange(2**32)).integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)
    picture = Image.fromarray(values)
    return picture.convert("L").convert("RGB") if chance.random() < 0.3 else picture


def _clouds(chance: random.Random) -> Image.Image:
    """Noise at a coarse scale, enlarged: blurred blobs of colour, as of a finger on the lens."""
    cells = chance.randint(3, 24)
    return _noise(chance).crop((0, 0, cells, cells)).resize((SIDE, SIDE), Image.Resampling.BICUBIC)


def _gradient(chance: random.Random) -> Image.Image:
    ramp = Image.linear_gradient("L") if chance.random() < 0.6 else Image.radial_gradient("L")
    mask = ramp.resize((SIDE, SIDE)).rotate(chance.choice((0, 90, 180, 270)))
    return Image.composite(_flat(chance), Image.new("RGB", (SIDE, SIDE), _colour(chance)), mask)


def _stripes(chance: random.Random) -> Image.Image:
    picture, period, colour = _flat(chance), chance.randint(6, 60), _colour(chance)
    draw, both = ImageDraw.Draw(picture), chance.random() < 0.5
    for start in range(0, SIDE, period):
        draw.rectangle((start, 0, start + period // 2, SIDE), fill=colour)
        if both:
            draw.rectangle((0, start, SIDE, start + period // 2), fill=colour)
    return picture.rotate(chance.choice((0, 30, 45, 90)))


def _write(draw: ImageDraw.ImageDraw, chance: random.Random, box: Sequence[int], ink: tuple[int, int, int]) -> None:
    left, top, right, bottom = box
    size = chance.randint(9, 22)
    font = ImageFont.load_default(size)
    for line in range(top, bottom - size, int(size * 1.5)):
        text = " ".join(chance.choices(_WORDS, k=max(1, (right - left) // (size * 3))))
        draw.text((left, line), text, fill=ink, font=font)


def _page(chance: random.Random) -> Image.Image:
    dark = chance.random() < 0.3
    picture = Image.new("RGB", (SIDE, SIDE), (24, 26, 30) if dark else (250, 250, chance.randint(225, 255)))
    ink = (225, 225, 225) if dark else (20, 20, 20)
    _write(ImageDraw.Draw(picture), chance, (16, 12, SIDE - 12, SIDE), ink)
    return (
        picture.rotate(chance.uniform(-8, 8), fillcolor=picture.getpixel((0, 0))) if chance.random() < 0.5 else picture
    )


def _screen(chance: random.Random) -> Image.Image:
    """Window of a program: title bar, list on the left, cards with text, buttons."""
    picture = Image.new("RGB", (SIDE, SIDE), (245, 246, 248))
    draw, accent = ImageDraw.Draw(picture), _colour(chance)
    draw.rectangle((0, 0, SIDE, 28), fill=accent)
    _write(draw, chance, (8, 6, 200, 36), (255, 255, 255))
    draw.rectangle((0, 28, 80, SIDE), fill=(228, 230, 234))
    _write(draw, chance, (8, 40, 76, SIDE), (60, 60, 60))
    for top in range(40, SIDE, 90):
        draw.rounded_rectangle((92, top, SIDE - 12, top + 78), 8, fill=(255, 255, 255), outline=(205, 205, 210))
        _write(draw, chance, (100, top + 6, SIDE - 20, top + 60), (40, 40, 40))
        draw.rounded_rectangle((SIDE - 80, top + 50, SIDE - 20, top + 70), 6, fill=accent)
    return picture


def _shapes(chance: random.Random) -> Image.Image:
    picture = _gradient(chance)
    draw = ImageDraw.Draw(picture)
    for _ in range(chance.randint(2, 25)):
        x, y = chance.randrange(SIDE), chance.randrange(SIDE)
        box = (x, y, x + chance.randint(4, 120), y + chance.randint(4, 120))
        (draw.ellipse if chance.random() < 0.5 else draw.rectangle)(box, fill=_colour(chance))
    return picture.filter(ImageFilter.GaussianBlur(chance.choice((0, 0, 1.5, 5))))


def _chart(chance: random.Random) -> Image.Image:
    picture = Image.new("RGB", (SIDE, SIDE), (255, 255, 255))
    draw = ImageDraw.Draw(picture)
    if chance.random() < 0.4:
        draw.pieslice((30, 30, SIDE - 30, SIDE - 30), 0, chance.randint(60, 200), fill=_colour(chance))
        draw.pieslice((30, 30, SIDE - 30, SIDE - 30), chance.randint(200, 250), 360, fill=_colour(chance))
        return picture
    colour, width = _colour(chance), chance.randint(8, 40)
    for left in range(20, SIDE - width, width + 8):
        draw.rectangle((left, SIDE - chance.randint(20, 260), left + width, SIDE - 20), fill=colour)
    return picture
