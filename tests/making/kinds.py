"""Drawn pictures by kind, plain and textured: every number is another picture, and the same one each time."""

import random

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tests.making.photo_folders import photo


def things(number: int, colour: tuple[int, int, int] | None = None) -> Image.Image:
    """A shape of some colour on white, as shops show their goods."""
    chance = random.Random(number)
    picture = Image.new("RGB", (240, 240), "white")
    place, size = (chance.randint(70, 150), chance.randint(70, 150)), chance.randint(15, 35)
    drawn = tuple(chance.randrange(256) for _ in range(3))
    shape = (*place, size), 3 + number % 7, chance.randrange(360)
    ImageDraw.Draw(picture).regular_polygon(*shape, fill=colour or drawn)
    return picture


def digit(number: int) -> Image.Image:
    """A written digit, 28 pixels wide."""
    chance = random.Random(number)
    picture = Image.new("L", (84, 84))
    place = chance.randint(18, 30), chance.randint(4, 16)
    ImageDraw.Draw(picture).text(place, str(number % 10), fill=255, font=ImageFont.load_default(chance.randint(50, 64)))
    return picture.rotate(chance.gauss(0, 9), Image.Resampling.BICUBIC).resize((28, 28)).convert("RGB")


def disc(number: int, noise: float = 3, shading: float = 8) -> Image.Image:
    """A disc of one colour, elsewhere each time, on a ground with light noise and shading."""
    chance = np.random.default_rng(number)
    rows, columns = np.mgrid[:120, :120]
    inside = np.hypot(columns - chance.uniform(45, 75), rows - chance.uniform(45, 75)) < chance.uniform(12, 28)
    values = np.where(inside[..., None], (180.0, 60, 40), 240.0) + chance.normal(size=(120, 120, 3)) * noise
    values += (columns * chance.normal() + rows * chance.normal())[..., None] * shading / 60
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


def x_ray(number: int) -> Image.Image:
    """A chest: a bright body, two dark lungs, ribs; each is a little other than the next."""
    chance = np.random.default_rng(number)
    rows, columns = np.mgrid[:160, :160] / 160 - 0.5
    values = 30 + 150 * np.exp(-(((columns / 0.33) ** 2 + (rows / 0.42) ** 2) ** 2))
    apart = chance.uniform(0.13, 0.2)
    for side in (-1, 1):
        wide, high = chance.uniform(0.08, 0.12), chance.uniform(0.2, 0.28)
        lung = ((columns - side * apart) / wide) ** 2 + ((rows - chance.normal() * 0.02) / high) ** 2
        values -= chance.uniform(60, 90) * np.exp(-(lung**2))
    for rib in range(7):
        values += 8 * np.exp(-(((rows + 0.3 - 0.09 * rib - 0.3 * columns**2) / 0.012) ** 2))
    values += chance.normal(size=values.shape) * 4 + columns * chance.normal() * 15
    return Image.fromarray(values.clip(0, 255).astype(np.uint8)).convert("RGB")


def screen(number: int) -> Image.Image:
    """A screenshot: bar and menu are the same, the text is another."""
    chance = random.Random(number)
    picture = Image.new("RGB", (400, 250), "white")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, 400, 20), fill=(40, 60, 120))
    draw.rectangle((0, 20, 80, 250), fill=(235, 235, 240))
    for line in range(22):
        left = 90
        while (right := left + chance.randint(6, 35)) < 390 and chance.random() > 0.06:
            draw.rectangle((left, 30 + 9.5 * line, right, 35 + 9.5 * line), fill=(70, 70, 70))
            left = right + 4
    return picture


def qr_code(number: int) -> Image.Image:
    """Random modules with the three corners that all QR codes have."""
    modules = np.random.default_rng(number).integers(0, 2, (29, 29))
    corner = np.ones((8, 8), dtype=int)
    corner[:7, :7], corner[1:6, 1:6], corner[2:5, 2:5] = 0, 1, 0
    modules[:8, :8], modules[:8, -8:], modules[-8:, :8] = corner, corner[:, ::-1], corner[::-1]
    values = np.pad(modules, 4, constant_values=1).astype(np.uint8) * 255
    return Image.fromarray(values).resize((296, 296), Image.Resampling.NEAREST).convert("RGB")


def icon(number: int) -> Image.Image:
    """A shape on white, 16 pixels wide."""
    return things(number).crop((40, 40, 200, 200)).resize((16, 16), Image.Resampling.BOX)


def gradient(number: int) -> Image.Image:
    """Some colours that run into each other."""
    chance = np.random.default_rng(number)
    rows, columns = np.mgrid[:120, :120] / 120 - 0.5
    slopes = chance.normal(size=(2, 3)) * 25
    values = chance.uniform(60, 200, 3) + columns[..., None] * slopes[0] + rows[..., None] * slopes[1]
    return Image.fromarray(values.clip(0, 255).astype(np.uint8))


def page(number: int) -> Image.Image:
    """A page of text."""
    chance = random.Random(number)
    picture = Image.new("RGB", (280, 396), "white")
    draw = ImageDraw.Draw(picture)
    for line in range(22):
        text = "".join(chance.choice("abcdefghij    ") for _ in range(34))
        draw.text((27, 27 + 15 * line), text, fill="black")
    return picture


def photo_like(number: int) -> Image.Image:
    """Blobs of all sizes, down to grain, as photos have."""
    chance = np.random.default_rng(number)
    values = np.zeros((200, 300, 3))
    for cells in (4, 9, 20, 45):
        blobs = Image.fromarray(chance.integers(0, 256, (cells, cells, 3), dtype=np.uint8))
        values += (np.asarray(blobs.resize((300, 200), Image.Resampling.BICUBIC), dtype=float) - 128) / cells**0.4
    return Image.fromarray((128 + values).clip(0, 255).astype(np.uint8))


def soft(number: int) -> Image.Image:
    """Blobs without any detail."""
    return photo(number, size=(240, 180))


PLAIN = {"things": things, "digits": digit, "discs": disc, "sheets": sheet, "words": words, "x-rays": x_ray}
PLAIN |= {"icons": icon, "gradients": gradient, "pages": page}
TEXTURED = {"soft": soft, "photo-like": photo_like, "screens": screen, "QR codes": qr_code}
KINDS = PLAIN | TEXTURED
