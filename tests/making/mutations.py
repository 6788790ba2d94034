"""Files that are almost photos: small ones in every format, and changes of their bytes that repeat with the number."""

import random
import struct
from collections.abc import Callable
from functools import cache

from PIL import Image, features

from tests.making.hostile_files import bombs, exif_circle, floods, loops
from tests.making.pictures import SRGB, corners, encode, gamma_profile, turned

EXTREMES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


@cache
def seeds() -> tuple[bytes, ...]:
    """Small photos: each format and way of packing that is read, with profiles, EXIF data and further frames."""
    grey = corners().convert("L")
    exif = turned(6)[1].tobytes()
    found = [
        encode(corners(), "JPEG", exif=exif, icc_profile=gamma_profile(2.0), comment="x"),
        encode(corners(), "JPEG", progressive=True),
        encode(corners().convert("CMYK"), "JPEG", icc_profile=SRGB),
        encode(grey, "JPEG", restart_marker_rows=1),
        encode(corners(), "MPO", **frames()),
        encode(corners(), "PNG", icc_profile=SRGB, exif=exif),
        encode(corners().quantize(8), "PNG", transparency=1),
        encode(grey.convert("I;16"), "PNG"),
        encode(corners(), "PNG", **frames()),
        encode(corners(), "GIF", **frames()),
        encode(corners().quantize(8), "GIF", transparency=2, comment="x", interlace=1),
        *(encode(corners().convert(mode), "BMP") for mode in ("RGB", "P", "1")),
        *(
            encode(corners(), "TIFF", compression=way)
            for way in ("raw", "tiff_lzw", "tiff_deflate", "packbits", "jpeg")
        ),
        encode(grey.convert("1"), "TIFF", compression="group4"),
        encode(corners().convert("CMYK"), "TIFF", icc_profile=SRGB),
        encode(corners(), "TIFF", **frames()),
        encode(corners(), "TIFF", big_tiff=True),
        encode(corners(), "WEBP", exif=exif, icc_profile=SRGB, xmp=b"<x/>"),
        encode(corners(), "WEBP", lossless=True),
        encode(corners(), "WEBP", **frames()),
        encode(corners(), "HEIF", exif=exif),
        encode(corners().convert("RGBA"), "HEIF"),
    ]
    if features.check("avif"):
        found += [encode(corners(), "AVIF", exif=exif), encode(corners().convert("RGBA"), "AVIF")]
    crafted = {**bombs(side=64, large=300), **floods(200), **loops()}
    return (*found, exif_circle(), *(make() for make in crafted.values()))


def frames() -> dict[str, object]:
    """Options for three frames; an image that was saved in one format keeps something of it for the next."""
    return {"save_all": True, "append_images": [Image.new("RGB", (40, 24)), Image.new("RGB", (40, 24))]}


def cut(data: bytearray, chance: random.Random) -> None:
    """Lose the end."""
    del data[int(len(data) * (1 - chance.random() ** 2)) :]


def flip(data: bytearray, chance: random.Random) -> None:
    """Change some bits."""
    for _ in range(chance.choice((1, 1, 2, 8, 64))):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def set_number(data: bytearray, chance: random.Random) -> None:
    """Write an extreme number over 1, 2 or 4 bytes, often near the beginning, where sizes and lengths are."""
    layout, most = chance.choice((("B", 0xFF), ("<H", 0xFFFF), (">H", 0xFFFF), ("<I", 2**32 - 1), (">I", 2**32 - 1)))
    value = min(most, chance.choice((*EXTREMES, chance.randrange(2**32))))
    place = int(len(data) * chance.random() ** chance.choice((1, 3)))
    if place + struct.calcsize(layout) <= len(data):
        struct.pack_into(layout, data, place, value)


def repeat(data: bytearray, chance: random.Random) -> None:
    """Say a part again, once or often."""
    start = chance.randrange(len(data))
    part = data[start : start + chance.choice((1, 4, 16, 200))]
    data[start:start] = part * chance.choice((1, 1, 3, 100))


def drop(data: bytearray, chance: random.Random) -> None:
    """Lose a part in the middle."""
    start = chance.randrange(len(data))
    del data[start : start + chance.choice((1, 2, 4, 16, 200))]


def splice(data: bytearray, chance: random.Random) -> None:
    """Go on with another file."""
    other = chance.choice(seeds())
    data[chance.randrange(len(data)) :] = other[chance.randrange(len(other)) :]


MUTATIONS: tuple[Callable[[bytearray, random.Random], None], ...] = (cut, flip, flip, set_number, repeat, drop, splice)


def mutated(number: int) -> bytes:
    """The same file for the same number: a seed with some mutations, not longer than 100 kB."""
    chance = random.Random(number)
    data = bytearray(chance.choice(seeds()))
    for _ in range(chance.choice((1, 1, 2, 3, 6))):
        if data:
            chance.choice(MUTATIONS)(data, chance)
    return bytes(data[:100_000])
