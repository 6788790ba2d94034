"""Small pictures, good and bad, made on the spot."""

import io
import struct
import zlib
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageDraw, PngImagePlugin, features

RED, GREEN, BLUE, WHITE = (220, 30, 40), (30, 160, 60), (40, 60, 200), (255, 255, 255)
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

AVIF = pytest.mark.skipif(not features.check("avif"), reason="this Pillow writes no AVIF")


def encode(image: Image.Image, format: str, **options: object) -> bytes:
    """The bytes of a file."""
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def corners(size: tuple[int, int] = (40, 24)) -> Image.Image:
    """Red on the left, green on the right, blue in the upper left corner: no turn or flip of it looks the same."""
    width, height = size
    image = Image.new("RGB", size, RED)
    image.paste(GREEN, (width // 2, 0, width, height))
    image.paste(BLUE, (0, 0, width // 4, height // 2))
    return image


def png(width: int, height: int, *, bits: int = 8, colour: int = 2, rows: bytes | None = None) -> bytes:
    """A PNG that announces any size; its pixels are `rows`, or a few zero bytes."""
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", header)
        + png_chunk(b"IDAT", zlib.compress(rows if rows is not None else bytes(10)))
        + png_chunk(b"IEND", b"")
    )


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def gamma_profile(gamma: float) -> bytes:
    """A colour profile with sRGB's primaries and a tone curve of its own: pixels look different once it is honoured."""
    original = bytearray(SRGB)
    for index in range(struct.unpack(">I", original[128:132])[0]):
        tag, offset, size = struct.unpack(">4sII", original[132 + 12 * index : 144 + 12 * index])
        if tag in (b"rTRC", b"gTRC", b"bTRC"):
            # Parametric curve of type 0, Y = X^g (ICC.1:2010, 10.16), padded to the size of the curve it replaces.
            curve = b"para" + bytes(4) + struct.pack(">HHi", 0, 0, round(gamma * 65536))
            original[offset : offset + size] = curve.ljust(size, b"\0")
        if tag == b"desc":
            original[offset : offset + size] = bytes(original[offset : offset + size]).replace(
                "sRGB".encode("utf-16-be"), "odd!".encode("utf-16-be")
            )
    return bytes(original)


def assert_looks_like(image: Image.Image, expected: Image.Image, *, tolerance: float = 6) -> None:
    assert image.mode == "RGB"
    assert image.size == expected.size
    difference = np.abs(np.asarray(image, dtype=int) - np.asarray(expected.convert("RGB"), dtype=int))
    assert difference.mean() < tolerance


def one_colour(image: Image.Image) -> tuple[int, int, int]:
    """The colour of the middle of an image."""
    pixel = image.getpixel((image.width // 2, image.height // 2))
    assert isinstance(pixel, tuple)
    return (int(pixel[0]), int(pixel[1]), int(pixel[2]))


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


def xmp_turn(orientation: int) -> bytes:
    """XMP that says how a photo is turned, as some editors write it instead of EXIF data."""
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="{orientation}"/>'
        "</rdf:RDF></x:xmpmeta>"
    ).encode()


def with_xmp(image: Image.Image, format: str, orientation: int, **options: object) -> bytes:
    """The bytes of a JPEG, PNG, WebP or AVIF that is turned only by its XMP."""
    xmp = xmp_turn(orientation)
    if format != "PNG":
        return encode(image, format, xmp=xmp, **options)
    info = PngImagePlugin.PngInfo()
    info.add_itxt("XML:com.adobe.xmp", xmp.decode())
    return encode(image, format, pnginfo=info, **options)


JPEG_DATA = encode(corners((200, 120)), "JPEG")


def drawn_flowers() -> Iterator[Image.Image]:
    """Six flower-like RGB pictures of other shapes, sizes and colours; Pillow draws them alike everywhere."""
    looks = [
        ((320, 240), (230, 60, 120), 5),
        ((240, 320), (250, 200, 40), 8),
        ((500, 333), (120, 80, 200), 6),
        ((288, 288), (240, 240, 235), 12),
        ((97, 61), (220, 40, 30), 4),
        ((700, 290), (255, 140, 0), 16),
    ]
    for size, colour, petals in looks:
        picture = Image.new("RGB", size, (60, 110, 50))
        draw, middle, length = ImageDraw.Draw(picture), (size[0] // 2, size[1] // 2), min(size) // 2 - 4
        for number in range(petals):
            start = 360 * number // petals
            draw.pieslice(
                (middle[0] - length, middle[1] - length, middle[0] + length, middle[1] + length),
                start,
                start + 240 // petals,
                fill=colour,
            )
        heart = length // 4
        draw.ellipse((middle[0] - heart, middle[1] - heart, middle[0] + heart, middle[1] + heart), fill=(90, 60, 20))
        yield picture
