import io
import tracemalloc
import zlib

import numpy as np
import pytest
from PIL import Image

from classifier.errors import (
    NotAnImage,
    PhotoError,
    TooManyPixels,
    TooSmall,
    TruncatedImage,
    UnsupportedFormat,
)
from classifier.photos.limits import MIB, ImageLimits
from classifier.photos.reading import open_image
from tests.making.pictures import (
    AVIF,
    JPEG_DATA,
    corners,
    encode,
    png,
    png_chunk,
)

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
        (
            png(1, 5),
            TooSmall,
            "1 × 5 pixels, too small to tell what it shows; each side needs at least 8",
        ),
        (png(5, 1), TooSmall, "5 × 1 pixels"),
        (png(0, 5), TooSmall, "zero pixels wide or high"),
        (png(5, 0), TooSmall, "zero pixels wide or high"),
        (png(3000, 3), TooSmall, "a strip of 3,000 × 3 pixels, too thin"),
        (png(8945, 8945), TooManyPixels, "The photo has 8,945 × 8,945 pixels; at most 80 million are accepted"),
        (png(10_000, 10_000), TooManyPixels, "at most 80 million are accepted. Reduce its size and send it again"),
        (png(50_000, 50_000), TooManyPixels, "pixels; at most 80 million are accepted. Reduce"),
        (png(2**31 - 1, 2**31 - 1), TooManyPixels, "pixels; at most 80 million are accepted. Reduce"),
    ],
)
def test_refusals(data: bytes, error: type[PhotoError], message: str) -> None:
    with pytest.raises(error) as refusal:
        open_image(data)
    assert type(refusal.value) is error
    assert message in str(refusal.value)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP", pytest.param("AVIF", marks=AVIF)])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
@pytest.mark.parametrize("draft_px", [None, 16, 8])
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


@pytest.mark.parametrize("name", [b"zTXt", b"iCCP"])
def test_a_bomb_in_an_extra_is_not_unpacked(name: bytes) -> None:
    """Browsers show the picture; what is packed 1,000 to 1 in a text or a colour profile must not fill the memory."""
    packed = b"x\0\0" + zlib.compress(bytes(100 * MIB))
    plain = encode(corners(), "PNG")
    tracemalloc.start()
    try:
        opened = open_image(plain[:33] + png_chunk(name, packed) + plain[33:])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert opened.tobytes() == open_image(plain).tobytes()
    assert peak < 40 * MIB


def test_a_heic_that_is_damaged_says_how_to_get_a_jpeg() -> None:
    with pytest.raises(UnsupportedFormat, match=r"This HEIC photo is damaged.*Most Compatible"):
        open_image(HEIC)
    with pytest.raises(TruncatedImage, match="The HEIC is incomplete or damaged"):
        open_image(encode(corners(), "HEIF")[:-20])


def test_a_heic_that_grows_while_it_is_decoded_is_refused() -> None:
    image = Image.open(io.BytesIO(encode(corners(), "HEIF")))
    image._size = (24, 24)  # what its header said
    with pytest.raises(TooManyPixels, match="40 × 24 pixels"):
        open_image(image, limits=ImageLimits(max_pixels=600))


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
