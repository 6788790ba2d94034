import io
import struct

import numpy as np
import pytest
from PIL import Image

from classifier.photos.reading import ImageLimits, open_image
from tests.making.pictures import (
    WHITE,
    assert_looks_like,
    encode,
    gamma_profile,
    one_colour,
    png,
)

ANY_SIZE = ImageLimits(min_side_px=1)  # a few pixels are enough to tell their colours


@pytest.mark.parametrize("mode", ["L", "1", "LA", "I;16"])
def test_grey_pictures_stay_grey(mode: str) -> None:
    ramp = np.tile(np.linspace(0, 255, 64).round().astype(np.uint8), (16, 1))
    grey = Image.fromarray(ramp)
    image = Image.fromarray(ramp.astype(np.uint16) * 257) if mode == "I;16" else grey.convert(mode)
    opened = open_image(encode(image, "PNG"))
    assert_looks_like(opened, image.convert("L") if mode == "1" else grey, tolerance=1)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.array([[0, 32768], [65535, 257]], np.uint16), [0, 128, 255, 1]),
        (np.array([[0, 255], [128, 64]], np.int32), [0, 255, 128, 64]),
        (np.array([[0, 32768], [65535, 257]], np.int32), [0, 128, 255, 1]),
        (np.array([[-1000, 0], [1000, 500]], np.int32), [0, 128, 255, 191]),
        (np.array([[0, 1_000_000], [500_000, 250_000]], np.int32), [0, 255, 128, 64]),
        (np.array([[0, 1], [0.5, 0.25]], np.float32), [0, 255, 128, 64]),
        (np.array([[0, 255], [128, 64]], np.float32), [0, 255, 128, 64]),
        (np.array([[0, 65535], [32768, 257]], np.float32), [0, 255, 128, 1]),
        (np.array([[-1, 1], [0, 0.5]], np.float32), [0, 255, 128, 191]),
        (np.array([[0, np.inf], [0.5, 0.25]], np.float32), [0, 255, 128, 64]),
        (np.zeros((2, 2), np.float32), [0, 0, 0, 0]),
        (np.full((2, 2), 70_000, np.int32), [0, 0, 0, 0]),
        (np.full((2, 2), -5.0, np.float32), [0, 0, 0, 0]),
    ],
)
def test_deep_greys_are_scaled_and_not_clipped_to_white(values: np.ndarray, expected: list[int]) -> None:
    opened = open_image(encode(Image.fromarray(values), "TIFF"), limits=ANY_SIZE)
    assert np.asarray(opened)[..., 0].ravel().tolist() == expected
    assert np.ptp(np.asarray(opened), axis=2).max() == 0


def test_a_big_endian_16_bit_tiff() -> None:
    values = np.array([[0, 32768], [65535, 257]], np.uint16)
    data = encode(Image.fromarray(values), "TIFF", big_tiff=False)
    little = Image.open(io.BytesIO(data))
    assert little.mode == "I;16"
    big = Image.frombytes("I;16B", (2, 2), values.astype(">u2").tobytes())
    assert np.asarray(open_image(encode(big, "TIFF"), limits=ANY_SIZE))[..., 0].ravel().tolist() == [0, 128, 255, 1]


def test_a_16_bit_colour_png() -> None:
    row = b"\0" + struct.pack(">3H", 65535, 32768, 0) * 4
    assert one_colour(open_image(png(4, 4, bits=16, rows=row * 4), limits=ANY_SIZE)) == (255, 128, 0)


@pytest.mark.parametrize("kind", ["RGBA", "LA", "P with a colour", "P with alphas", "RGB with a colour", "WEBP", "GIF"])
def test_transparent_parts_lie_on_white(kind: str) -> None:
    image = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    image.paste((200, 200, 200, 255), (0, 0, 4, 8))
    data = {
        "RGBA": lambda: encode(image, "PNG"),
        "LA": lambda: encode(image.convert("LA"), "PNG"),
        "P with a colour": lambda: encode(image.convert("RGB").quantize(4), "PNG", transparency=1),
        "P with alphas": lambda: encode(image.quantize(4, method=Image.Quantize.FASTOCTREE), "PNG"),
        "RGB with a colour": lambda: encode(image.convert("RGB"), "PNG", transparency=(0, 0, 0)),
        "WEBP": lambda: encode(image, "WEBP", lossless=True),
        "GIF": lambda: encode(image, "GIF"),
    }[kind]()
    opened = open_image(data)
    colours = {opened.getpixel((1, 1)), opened.getpixel((6, 6))}
    assert WHITE in colours
    assert colours != {WHITE}


def test_half_transparent_pixels_are_mixed_with_white() -> None:
    assert one_colour(open_image(encode(Image.new("RGBA", (4, 4), (0, 0, 0, 128)), "PNG"), limits=ANY_SIZE)) == (
        127,
        127,
        127,
    )


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
def test_an_embedded_colour_profile_is_honoured(mode: str) -> None:
    grey = Image.new("RGB", (8, 8), (100, 100, 100))
    grey = grey.quantize(2) if mode == "P" else grey.convert(mode)
    # Linear light: (100 / 255) in sRGB's curve is 168 / 255.
    assert one_colour(open_image(encode(grey, "PNG", icc_profile=gamma_profile(1.0)))) == (168, 168, 168)


@pytest.mark.parametrize(
    ("mode", "profile"),
    [
        ("RGB", b"no profile at all"),
        ("RGB", gamma_profile(1.0)[:200]),
        ("L", gamma_profile(1.0)),
        ("CMYK", gamma_profile(1.0)),
    ],
)
def test_a_profile_that_is_broken_or_of_another_kind_is_ignored(mode: str, profile: bytes) -> None:
    image = Image.new("RGB", (8, 8), (100, 100, 100)).convert(mode)
    without = one_colour(open_image(encode(image, "JPEG", quality=95)))
    assert one_colour(open_image(encode(image, "JPEG", quality=95, icc_profile=profile))) == without
