import io
import struct

import numpy as np
import pytest
from PIL import Image, TiffImagePlugin

from classifier.photos.limits import ImageLimits
from classifier.photos.reading import open_image
from tests.making.pictures import (
    WHITE,
    assert_looks_like,
    encode,
    gamma_profile,
    one_colour,
    png,
    png_chunk,
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


RAMP = Image.fromarray(np.tile(np.arange(256, dtype=np.uint8)[None, :, None], (8, 1, 3)))


def with_gamma(data: bytes, gamma: int, *, srgb: bool = False) -> bytes:
    """A PNG with a gAMA chunk of gamma / 100,000, and perhaps an sRGB chunk, which overrides it."""
    chunks = png_chunk(b"gAMA", struct.pack(">I", gamma)) + (png_chunk(b"sRGB", b"\0") if srgb else b"")
    return data[:33] + chunks + data[33:]


def test_a_profile_is_known_by_its_colours_and_not_by_its_name() -> None:
    """“sRGB” stands in the names of profiles with a linear curve, as renderers write them."""
    linear = gamma_profile(1.0)
    named = linear.replace("odd!".encode("utf-16-be"), "sRGB".encode("utf-16-be"))
    assert named != linear
    as_said = open_image(encode(RAMP, "PNG", icc_profile=linear))
    assert open_image(encode(RAMP, "PNG", icc_profile=named)).tobytes() == as_said.tobytes()
    assert as_said.getpixel((64, 0))[0] > 130  # a quarter of the light is about half the value in sRGB


@pytest.mark.parametrize("mode", ["RGB", "L", "P", "RGBA", "LA"])
def test_a_linear_png_is_brightened_as_browsers_do(mode: str) -> None:
    image = RAMP.convert("RGB").convert(mode) if mode != "P" else RAMP.quantize(256)
    opened = open_image(with_gamma(encode(image, "PNG"), 100_000))
    expected = [0, 137, 188, 225, 255]  # sRGB of 0, ¼, ½, ¾ and all of the light (IEC 61966-2-1)
    assert [opened.getpixel((x, 0))[0] for x in (0, 64, 128, 191, 255)] == pytest.approx(expected, abs=2)


@pytest.mark.parametrize(
    ("gamma", "srgb"), [(45455, False), (45000, False), (100_000, True), (0, False), (2**31 - 1, False)]
)
def test_the_usual_and_the_senseless_gamma_change_nothing(gamma: int, srgb: bool) -> None:
    assert open_image(with_gamma(encode(RAMP, "PNG"), gamma, srgb=srgb)).tobytes() == RAMP.tobytes()


def test_a_profile_overrides_gamma() -> None:
    data = encode(RAMP, "PNG", icc_profile=gamma_profile(1.0))
    assert open_image(with_gamma(data, 45455)).tobytes() == open_image(data).tobytes()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("white_is_zero", [True, False])
def test_a_tiff_in_which_0_is_white_is_not_a_negative(dtype: type, white_is_zero: bool) -> None:
    values = np.tile(np.linspace(0, np.iinfo(dtype).max, 64).astype(dtype), (16, 1))
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[262] = 0 if white_is_zero else 1
    data = encode(Image.fromarray(values), "TIFF", tiffinfo=tags)
    opened = open_image(data)
    with Image.open(io.BytesIO(data)) as image:
        assert image.tag_v2[262] == tags[262]
    left, right = opened.getpixel((0, 0))[0], opened.getpixel((63, 0))[0]
    # Pillow writes 8 bits so that they mean what they did; 16 bits as they are, which with 0 for white is the reverse.
    assert (left, right) == ((255, 0) if white_is_zero and dtype is np.uint16 else (0, 255))
