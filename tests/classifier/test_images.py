import io
import os
import struct
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFile

from classifier.errors import (
    NotAnImage,
    PhotoError,
    TooManyBytes,
    TooManyPixels,
    TooSmall,
    TruncatedImage,
    UnreadableFile,
    UnsupportedFormat,
)
from classifier.images import MIB, ImageLimits, open_image, upright_size
from tests.classifier.pictures import (
    BLUE,
    GREEN,
    RED,
    WHITE,
    corners,
    encode,
    gamma_profile,
    png,
    png_chunk,
)

Colour = tuple[int, int, int]
AVIF = pytest.mark.skipif("AVIF" not in Image.SAVE, reason="this Pillow writes no AVIF")


def assert_looks_like(image: Image.Image, expected: Image.Image, *, tolerance: float = 6) -> None:
    assert image.mode == "RGB"
    assert image.size == expected.size
    difference = np.abs(np.asarray(image, dtype=int) - np.asarray(expected.convert("RGB"), dtype=int))
    assert difference.mean() < tolerance


def one_colour(image: Image.Image) -> Colour:
    """The colour of the middle of an image."""
    pixel = image.getpixel((image.width // 2, image.height // 2))
    assert isinstance(pixel, tuple)
    return (int(pixel[0]), int(pixel[1]), int(pixel[2]))


# What phones and browsers send ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("format", "mode", "options"),
    [
        ("JPEG", "RGB", {"quality": 95}),
        ("JPEG", "RGB", {"quality": 95, "progressive": True}),
        ("JPEG", "CMYK", {"quality": 95}),
        ("MPO", "RGB", {"quality": 95, "save_all": True, "append_images": [Image.new("RGB", (40, 24), WHITE)]}),
        ("PNG", "RGB", {}),
        ("PNG", "RGBA", {}),
        ("PNG", "P", {}),
        ("WEBP", "RGB", {"quality": 95}),
        ("WEBP", "RGBA", {"lossless": True}),
        ("GIF", "RGB", {}),
        ("GIF", "P", {}),
        ("BMP", "RGB", {}),
        ("BMP", "P", {}),
        ("TIFF", "RGB", {}),
        ("TIFF", "RGBA", {}),
        ("TIFF", "CMYK", {}),
        ("TIFF", "P", {}),
        ("TIFF", "RGB", {"compression": "tiff_lzw"}),
        ("TIFF", "YCbCr", {}),
        pytest.param("AVIF", "RGB", {"quality": 95}, marks=AVIF),
        pytest.param("AVIF", "RGBA", {"quality": 95}, marks=AVIF),
    ],
)
def test_every_common_format_gives_the_same_picture(format: str, mode: str, options: dict[str, object]) -> None:
    image = corners()
    if mode == "P":
        image = image.quantize(8)
    elif mode != "RGB":
        image = image.convert(mode)
    assert_looks_like(open_image(encode(image, format, **options)), corners(), tolerance=12)


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
    ],
)
def test_deep_greys_are_scaled_and_not_clipped_to_white(values: np.ndarray, expected: list[int]) -> None:
    opened = open_image(encode(Image.fromarray(values), "TIFF"))
    assert np.asarray(opened)[..., 0].ravel().tolist() == expected
    assert np.ptp(np.asarray(opened), axis=2).max() == 0


def test_a_big_endian_16_bit_tiff() -> None:
    values = np.array([[0, 32768], [65535, 257]], np.uint16)
    data = encode(Image.fromarray(values), "TIFF", big_tiff=False)
    little = Image.open(io.BytesIO(data))
    assert little.mode == "I;16"
    big = Image.frombytes("I;16B", (2, 2), values.astype(">u2").tobytes())
    assert np.asarray(open_image(encode(big, "TIFF")))[..., 0].ravel().tolist() == [0, 128, 255, 1]


def test_a_16_bit_colour_png() -> None:
    row = b"\0" + struct.pack(">3H", 65535, 32768, 0) * 4
    assert one_colour(open_image(png(4, 4, bits=16, rows=row * 4))) == (255, 128, 0)


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
    assert one_colour(open_image(encode(Image.new("RGBA", (4, 4), (0, 0, 0, 128)), "PNG"))) == (127, 127, 127)


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG", "TIFF", pytest.param("AVIF", marks=AVIF)])
def test_of_a_moving_picture_the_first_frame_counts(format: str) -> None:
    frames = [Image.new("RGB", (16, 16), colour) for colour in (RED, GREEN, BLUE)]
    data = encode(frames[0], format, save_all=True, append_images=frames[1:])
    assert max(abs(a - b) for a, b in zip(one_colour(open_image(data)), RED, strict=True)) < 8


# Which way is up -----------------------------------------------------------------------------------------------------


TURNS = {
    1: (),
    2: (Image.Transpose.FLIP_LEFT_RIGHT,),
    3: (Image.Transpose.ROTATE_180,),
    4: (Image.Transpose.FLIP_TOP_BOTTOM,),
    5: (Image.Transpose.TRANSPOSE,),
    6: (Image.Transpose.ROTATE_90,),
    7: (Image.Transpose.TRANSVERSE,),
    8: (Image.Transpose.ROTATE_270,),
}


def turned(orientation: int) -> tuple[Image.Image, Image.Exif]:
    """`corners()` as a camera held that way would store it."""
    image = corners()
    for turn in TURNS[orientation]:
        image = image.transpose(turn)
    exif = Image.Exif()
    exif[0x0112] = orientation
    return image, exif


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF", pytest.param("AVIF", marks=AVIF)])
@pytest.mark.parametrize("orientation", list(TURNS))
def test_photos_are_turned_upright(format: str, orientation: int) -> None:
    image, exif = turned(orientation)
    data = encode(image, format, exif=exif, quality=95)
    assert_looks_like(open_image(data), corners(), tolerance=12)
    assert upright_size(data) == corners().size


def test_an_open_image_is_turned_upright_once() -> None:
    image, exif = turned(6)
    with Image.open(io.BytesIO(encode(image, "JPEG", exif=exif, quality=95))) as lazy:
        upright = open_image(lazy)
    assert_looks_like(upright, corners(), tolerance=12)
    assert_looks_like(open_image(upright), corners(), tolerance=12)


@pytest.mark.parametrize(
    "exif",
    [
        b"Exif\0\0",
        b"Exif\0\0garbage",
        b"Exif\0\0II*\0\xff\xff\xff\xff",
        b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\xff" * 40,
    ],
)
def test_broken_exif_data_is_no_reason_to_refuse(exif: bytes) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow tells of the damage
        assert_looks_like(open_image(encode(corners(), "JPEG", exif=exif, quality=95)), corners(), tolerance=12)


@pytest.mark.parametrize("value", [0, 9, 60000])
def test_a_senseless_orientation_is_ignored(value: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = value
    assert_looks_like(open_image(encode(corners(), "PNG", exif=exif)), corners())


# Colours -------------------------------------------------------------------------------------------------------------


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


# What comes back -----------------------------------------------------------------------------------------------------


def test_a_path_with_a_capital_ending(tmp_path: Path) -> None:
    path = tmp_path / "IMG_0001.JPG"
    path.write_bytes(encode(corners(), "JPEG", quality=95))
    assert_looks_like(open_image(path), corners(), tolerance=12)


def test_the_name_does_not_matter_but_the_content(tmp_path: Path) -> None:
    path = tmp_path / "photo.txt"
    path.write_bytes(encode(corners(), "PNG"))
    assert_looks_like(open_image(path), corners())


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P", "CMYK"])
def test_an_open_image_stays_as_it_was(mode: str) -> None:
    image = corners().convert(mode)
    before = image.tobytes()
    opened = open_image(image)
    opened.paste(WHITE, (0, 0, *opened.size))
    assert image.tobytes() == before
    assert image.mode == mode


def test_bytearrays_are_bytes() -> None:
    assert_looks_like(open_image(bytearray(encode(corners(), "PNG"))), corners())


def test_metadata_stays_behind() -> None:
    exif = Image.Exif()
    exif[0x010F] = "a camera"
    opened = open_image(encode(corners(), "JPEG", exif=exif, comment="where I live"))
    assert opened.info == {}
    assert not opened.getexif()


@pytest.mark.parametrize(
    ("size", "draft_px", "expected"),
    [
        ((4000, 3000), 256, (500, 375)),
        ((3000, 4000), 256, (375, 500)),
        ((4000, 3000), 375, (500, 375)),
        ((4000, 3000), 376, (1000, 750)),
        ((1600, 1600), 900, (1600, 1600)),
        ((400, 300), 256, (400, 300)),
        ((400, 300), 4000, (400, 300)),
        ((40, 30), 30, (40, 30)),
    ],
)
def test_a_draft_is_smaller_but_never_too_small(
    size: tuple[int, int], draft_px: int, expected: tuple[int, int]
) -> None:
    data = encode(corners().resize(size), "JPEG")
    assert open_image(data, draft_px=draft_px).size == expected


@pytest.mark.parametrize("format", ["PNG", "WEBP", "MPO"])
def test_a_draft_shows_the_same_picture(format: str) -> None:
    large = corners((800, 480))
    opened = open_image(encode(large, format, quality=95), draft_px=100)
    assert_looks_like(opened.resize((40, 24), Image.Resampling.BOX), corners(), tolerance=12)


# What is refused -----------------------------------------------------------------------------------------------------

JPEG_DATA = encode(corners((200, 120)), "JPEG")
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(50)


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        (b"", NotAnImage, "The file is empty"),
        (b"hello, flowers", NotAnImage, "not a picture, it is a text. Send the photo as JPEG, PNG or WebP"),
        ("Blümchen ".encode() * 500, NotAnImage, "it is a text"),
        (b"BMW is a make of cars", NotAnImage, "it is a text"),
        (b"  <!DOCTYPE html><html>", NotAnImage, "it is a web page"),
        (b"\xef\xbb\xbf<html lang=en>", NotAnImage, "it is a web page"),
        (bytes(range(256)) * 4, NotAnImage, "This file is not a picture"),
        (bytes(1000), NotAnImage, "This file is not a picture"),
        (b"\0", NotAnImage, "This file is not a picture"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', UnsupportedFormat, "This is an SVG drawing"),
        (b'<?xml version="1.0"?>\n<!-- x -->\n<svg/>', UnsupportedFormat, "This is an SVG drawing"),
        (b"%PDF-1.7\n", UnsupportedFormat, "This is a PDF document"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n", UnsupportedFormat, "This is a PostScript drawing"),
        (b"8BPS\0\1" + bytes(30), UnsupportedFormat, "This is a Photoshop file"),
        (b"\0\0\0\x18ftypmp42" + bytes(30), UnsupportedFormat, "This is a video"),
        (b"\0\0\0\x14ftypqt  " + bytes(30), UnsupportedFormat, "This is a video"),
        (b"\x1aE\xdf\xa3" + bytes(30), UnsupportedFormat, "This is a video"),
        (b"RIFF\0\0\0\0AVI LIST", UnsupportedFormat, "This is a video"),
        (b"RIFF\0\0\0\0WAVEfmt ", UnsupportedFormat, "This is a sound"),
        (b"PK\x03\x04" + bytes(30), UnsupportedFormat, "This is a ZIP archive or an office document"),
        (b"\x00\x00\x00\x0cJXL \r\n\x87\n", UnsupportedFormat, "This is a JPEG XL picture"),
        (b"\0\0\0\x0cjP  \r\n\x87\n", UnsupportedFormat, "This is a JPEG 2000 picture"),
        (b"\0\0\1\0\1\0" + bytes(30), UnsupportedFormat, "This is an icon"),
        (b"\0\0\0\x18ftypcrx " + bytes(30), UnsupportedFormat, "This is a camera's raw file"),
        (b"II*\0" + bytes(100), UnsupportedFormat, "This TIFF is damaged, or of a kind that cannot be read"),
        (JPEG_DATA[:2], NotAnImage, "not a picture"),
        (JPEG_DATA[:20], TruncatedImage, "The JPEG is incomplete or damaged. Send it again, or choose another photo"),
        (JPEG_DATA[: len(JPEG_DATA) // 2], TruncatedImage, "The JPEG is incomplete or damaged"),
        (b"\x89PNG\r\n\x1a\n", TruncatedImage, "The PNG is incomplete or damaged"),
        (b"GIF89a", TruncatedImage, "The GIF is incomplete or damaged"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", TruncatedImage, "The WebP is incomplete or damaged"),
        (b"BM\x3e\0\0\0\0\0\0\0", TruncatedImage, "The BMP is incomplete or damaged"),
        (png(100, 100), TruncatedImage, "The PNG is incomplete or damaged"),
        (png(1, 5), TooSmall, "The picture is 1 × 5 pixels, too small to show a flower; each side needs at least 2"),
        (png(5, 1), TooSmall, "5 × 1 pixels"),
        (png(0, 5), TooSmall, "zero pixels wide or high"),
        (png(5, 0), TooSmall, "zero pixels wide or high"),
        (png(3000, 3), TooSmall, "a strip of 3,000 × 3 pixels, too thin"),
        (png(8945, 8945), TooManyPixels, "The photo has 8,945 × 8,945 pixels; at most 80 million are accepted"),
        (png(10_000, 10_000), TooManyPixels, "at most 80 million are accepted. Reduce its size and send it again"),
        (png(50_000, 50_000), TooManyPixels, "far too many pixels"),
        (png(2**31 - 1, 2**31 - 1), TooManyPixels, "far too many pixels"),
    ],
)
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_refusals(data: bytes, error: type[PhotoError], message: str) -> None:
    with pytest.raises(error) as refusal:
        open_image(data)
    assert type(refusal.value) is error
    assert message in str(refusal.value)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP", pytest.param("AVIF", marks=AVIF)])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
@pytest.mark.parametrize("draft_px", [None, 16])
def test_half_a_photo_is_refused(format: str, share: float, draft_px: int | None) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (80, 120, 3), dtype=np.uint8)
    data = encode(Image.fromarray(noise), format)
    with pytest.raises(TruncatedImage, match="is incomplete or damaged"):
        open_image(data[: int(len(data) * share)], draft_px=draft_px)


def test_a_damaged_chunk_is_refused() -> None:
    data = bytearray(encode(corners(), "PNG"))
    data[data.index(b"IDAT") + 6] ^= 0xFF
    with pytest.raises(TruncatedImage):
        open_image(bytes(data))


@pytest.mark.parametrize(
    ("patch", "start", "message"),
    [("JPEG", 7, "zero pixels"), ("BMP", 18, "zero pixels")],
)
def test_no_pixels_in_other_formats(patch: str, start: int, message: str) -> None:
    data = bytearray(encode(corners(), patch))
    offset = data.index(b"\xff\xc0") if patch == "JPEG" else 0
    data[offset + start : offset + start + 2] = bytes(2)
    with pytest.raises(TooSmall, match=message):
        open_image(bytes(data))


@pytest.mark.skipif("HEIF" in Image.OPEN, reason="a plugin reads HEIC here")
def test_heic_says_how_to_get_a_jpeg() -> None:
    with pytest.raises(UnsupportedFormat, match="HEIC photos cannot be read here.*Most Compatible"):
        open_image(HEIC)


def test_a_registered_plugin_reads_heic(monkeypatch: pytest.MonkeyPatch) -> None:
    class FakeHeif(ImageFile.ImageFile):
        format = "HEIF"

        def _open(self) -> None:
            self._mode, self._size = "RGB", (4, 3)
            self.tile = []

        def load(self) -> None:
            self.im = Image.new("RGB", self.size, RED).im

    monkeypatch.setitem(Image.OPEN, "HEIF", (FakeHeif, lambda prefix: prefix[4:12] == b"ftypheic"))
    assert open_image(HEIC).getpixel((0, 0)) == RED


def test_avif_without_support_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(Image.OPEN, "AVIF", raising=False)
    with pytest.raises(UnsupportedFormat, match="AVIF photos cannot be read here"):
        open_image(b"\0\0\0\x1cftypavif\0\0\0\0mif1avif" + bytes(50))


def test_nothing_is_opened_that_starts_other_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    Image.init()  # all of Pillow's formats, as another library in the process may have done

    def fail(*_: object) -> None:
        raise AssertionError("this format must not be opened")

    for name in ("EPS", "PSD", "WMF", "ICO", "PPM", "FITS"):
        monkeypatch.setitem(Image.OPEN, name, (fail, None))
    with pytest.raises(PhotoError):
        open_image(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\n")
    with pytest.raises(PhotoError):
        open_image(b"P6 4 4 255\n" + bytes(48))


# Limits --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limits", "error", "message"),
    [
        (ImageLimits(max_bytes=100), TooManyBytes, r"The file has \d\.\d MB; at most .* MB are accepted"),
        (ImageLimits(max_pixels=959), TooManyPixels, r"40 × 24 pixels; at most 0\.000959 million"),
        (
            ImageLimits(min_side_px=25),
            TooSmall,
            "40 × 24 pixels, too small to show a flower; each side needs at least 25",
        ),
        (ImageLimits(max_aspect_ratio=1.5), TooSmall, "a strip of 40 × 24 pixels"),
    ],
)
@pytest.mark.parametrize("as_image", [False, True])
def test_limits(limits: ImageLimits, error: type[PhotoError], message: str, as_image: bool) -> None:
    if as_image and error is TooManyBytes:
        pytest.skip("an open image has no bytes to count")
    with pytest.raises(error, match=message):
        open_image(corners() if as_image else encode(corners(), "PNG"), limits=limits)


def test_exactly_the_limit_is_accepted() -> None:
    data = encode(corners(), "PNG")
    limits = ImageLimits(max_bytes=len(data), max_pixels=40 * 24, min_side_px=24, max_aspect_ratio=40 / 24)
    assert open_image(data, limits=limits).size == (40, 24)


def test_a_file_just_over_the_limit_does_not_read_as_being_at_it(tmp_path: Path) -> None:
    path = tmp_path / "large.jpg"
    with path.open("wb") as file:
        file.truncate(20 * MIB + 1)
    with pytest.raises(TooManyBytes, match=r"The file has 20\.1 MB; at most 20 MB are accepted"):
        open_image(path)


def test_pixels_are_counted_before_any_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise AssertionError("pixels must not be decoded")

    monkeypatch.setattr(ImageFile.ImageFile, "load", fail)
    with pytest.raises(TooManyPixels):
        open_image(png(9000, 9000))


@pytest.mark.parametrize("size", [(0, 0), (0, 5), (1, 1)])
def test_an_open_image_can_be_too_small_too(size: tuple[int, int]) -> None:
    with pytest.raises(TooSmall):
        open_image(Image.new("RGB", size))


def test_a_bomb_in_a_comment_is_refused() -> None:
    packed = b"x\0\0" + zlib.compress(bytes(100 * MIB))
    data = png(4, 4)[:33] + png_chunk(b"zTXt", packed) + png(4, 4)[33:]
    with pytest.raises(TruncatedImage):
        open_image(data)


# Files ---------------------------------------------------------------------------------------------------------------


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"none\.jpg cannot be read: No such file or directory\. Check the path"):
        open_image(tmp_path / "none.jpg")


def test_a_folder_is_no_photo(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="is no file"):
        open_image(tmp_path)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    with pytest.raises(UnreadableFile, match="is no file"):
        open_image(tmp_path / "pipe.jpg")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_forbidden_file(tmp_path: Path) -> None:
    path = tmp_path / "secret.jpg"
    path.write_bytes(JPEG_DATA)
    path.chmod(0)
    with pytest.raises(UnreadableFile, match="Permission denied"):
        open_image(path)


def test_a_path_with_a_zero_byte() -> None:
    with pytest.raises(UnreadableFile):
        open_image(Path("a\0b.jpg"))


# Whatever comes ------------------------------------------------------------------------------------------------------

SEEDS = [
    encode(corners(), "JPEG", exif=turned(6)[1], icc_profile=gamma_profile(2.0)),
    encode(corners(), "PNG", icc_profile=gamma_profile(2.0)),
    encode(corners(), "GIF", save_all=True, append_images=[Image.new("RGB", (40, 24), WHITE)]),
    encode(corners(), "WEBP"),
    encode(corners(), "BMP"),
    encode(corners(), "TIFF"),
]


@pytest.mark.filterwarnings("ignore")  # Pillow tells of damage that it passes over
@given(
    data=st.sampled_from(SEEDS),
    cut=st.floats(0, 1),
    changes=st.lists(st.tuples(st.integers(0, 700), st.integers(0, 255)), max_size=6),
    draft_px=st.sampled_from([None, 8]),
)
@settings(max_examples=300, deadline=None)
def test_damage_of_any_kind_gives_a_picture_or_a_refusal(
    data: bytes, cut: float, changes: list[tuple[int, int]], draft_px: int | None
) -> None:
    damaged = bytearray(data[: round(len(data) * (1 - cut**3))])
    for position, value in changes:
        if position < len(damaged):
            damaged[position] = value
    try:
        opened = open_image(bytes(damaged), draft_px=draft_px)
    except PhotoError:
        return
    assert opened.mode == "RGB"
    assert min(opened.size) >= 1


@given(st.binary(max_size=200))
@settings(deadline=None)
def test_any_bytes_give_a_picture_or_a_refusal(data: bytes) -> None:
    with pytest.raises(PhotoError):
        open_image(data)


def test_many_threads_at_once_change_nothing_global() -> None:
    before = (Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES)
    good, bad = JPEG_DATA, JPEG_DATA[: len(JPEG_DATA) // 2]

    def attempt(index: int) -> str:
        try:
            return str(open_image(bad if index % 3 == 0 else good, draft_px=50).size)
        except TruncatedImage:
            return "truncated"

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(attempt, range(120)))
    assert results == ["truncated" if index % 3 == 0 else "(100, 60)" for index in range(120)]
    after = (Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES)
    assert after == before


@pytest.mark.photos
def test_real_photos_open(flowers_root: Path) -> None:
    for path in sorted((flowers_root / "flowers-102" / "jpg").glob("*.jpg"))[::1000]:
        assert min(open_image(path).size) > 200
