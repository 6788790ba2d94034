"""Files made to hurt whoever reads them: bombs, false sizes, loops and floods, as recipes that build the bytes."""

import io
import re
import struct
import zlib
from collections.abc import Callable
from typing import Any

from PIL import Image, features

from classifier.errors import PhotoError
from classifier.photos.reading import open_image
from tests.making.pictures import encode, png, png_chunk

SIDE = 8_900  # 8,900 × 8,900 px are just below the limit of 80 million
Entry = tuple[int, int, int, int | bytes]  # a TIFF's tag, type, number of values, and value or bytes elsewhere


def read_or_refusal(data: bytes, **options: Any) -> Image.Image | str:
    """The picture that `open_image` makes of a file, or its words of refusal."""
    try:
        return open_image(data, **options)
    except PhotoError as error:
        return str(error)


def packed_zeros(count: int) -> bytes:
    """So many zero bytes as a zlib stream, made without having them all."""
    packer, block = zlib.compressobj(9), bytes(1 << 20)
    parts = [packer.compress(block) for _ in range(count >> 20)]
    return b"".join([*parts, packer.compress(bytes(count & 0xFFFFF)), packer.flush()])


def webp_of_one_colour(width: int, height: int) -> bytes:
    """34 bytes: five codes of one symbol each, so that a pixel takes no bits (VP8L, RFC 9649, 3.4 to 3.7)."""
    codes = sum(1 << (35 + 4 * number) for number in range(5))
    picture = b"\x2f" + ((width - 1) | (height - 1) << 14 | codes).to_bytes(7, "little") + bytes(6)
    return _riff(b"VP8L" + struct.pack("<I", len(picture)) + picture)


def webp_canvas(width: int, height: int, frame: bytes) -> bytes:
    """A moving WebP with a large canvas and one small frame; `frame`: a still WebP of 16 × 16 px."""
    header = struct.pack("<I", 0x02) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    place = bytes(6) + (15).to_bytes(3, "little") * 2 + bytes(4) + frame[12:]
    chunks = [(b"VP8X", header), (b"ANIM", bytes(6)), (b"ANMF", place)]
    return _riff(b"".join(name + struct.pack("<I", len(data)) + data + bytes(len(data) % 2) for name, data in chunks))


def _riff(chunks: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WEBP" + chunks


def with_false_size(file: bytes, width: int, height: int) -> bytes:
    """An AVIF or HEIC whose `ispe` boxes say another size than its pixels have."""
    said = struct.pack(">II", width, height)
    return re.sub(rb"(ispe.{4}).{8}", lambda found: found[1] + said, file, flags=re.DOTALL)


def tiff(entries: list[Entry], *, tail: bytes = b"", following: int = 0) -> bytes:
    """A little-endian TIFF of one directory at 8, what its entries point to, and `tail`; {END} is where tail begins."""
    start = 8 + 2 + 12 * len(entries) + 4
    extra = b"".join(value for _, _, _, value in entries if isinstance(value, bytes))
    directory, position = struct.pack("<H", len(entries)), start
    for tag, kind, count, value in entries:
        directory += struct.pack("<HHII", tag, kind, count, position if isinstance(value, bytes) else value)
        position += len(value) if isinstance(value, bytes) else 0
    return b"II*\0\x08\0\0\0" + directory + struct.pack("<I", following) + extra + tail


def grey_tiff(width: int, height: int, further: list[Entry], *, compression: int = 1, tail: bytes = b"") -> bytes:
    """A TIFF of 8-bit greys with these further entries."""
    common: list[Entry] = [
        *((256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, compression)),
        *((262, 3, 1, 1), (277, 3, 1, 1)),
    ]
    return tiff(sorted(common + further, key=lambda entry: entry[0]), tail=tail)


def tiff_strips(side: int, content: bytes, *, compression: int = 8) -> bytes:
    """One packed strip that holds the whole picture."""
    place = 8 + 2 + 12 * 9 + 4
    further: list[Entry] = [(273, 4, 1, place), (278, 4, 1, side), (279, 4, 1, len(content))]
    return grey_tiff(side, side, further, compression=compression, tail=content)


def tiff_tile(side: int, tile: int, content: bytes) -> bytes:
    """A small picture in one packed tile that is far larger than it."""
    place = 8 + 2 + 12 * 10 + 4
    further: list[Entry] = [(322, 4, 1, tile), (323, 4, 1, tile), (324, 4, 1, place), (325, 4, 1, len(content))]
    return grey_tiff(side, side, further, compression=8, tail=content)


def tiff_offsets(count: int) -> bytes:
    """A small picture whose strips are in millions of places."""
    further: list[Entry] = [(273, 4, count, struct.pack("<II", 8, 9) * (count // 2)), (278, 4, 1, 1)]
    return grey_tiff(64, 64, further)


def tiff_overlap(tags: int, size: int) -> bytes:
    """A directory of many tags that all are the same `size` bytes."""
    place = 8 + 2 + 12 * tags + 4
    return tiff([(1000 + number, 1, size, place) for number in range(tags)], tail=bytes(size))


def tiff_circle() -> bytes:
    """A picture whose next directory is its own."""
    entries: list[Entry] = [(256, 4, 1, 64), (257, 4, 1, 64), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1)]
    entries += [(273, 4, 1, 200), (277, 3, 1, 1), (278, 4, 1, 64), (279, 4, 1, 4096)]
    return tiff(entries, tail=bytes(4400), following=8)


def exif_circle() -> bytes:
    """EXIF data whose directories (Exif, GPS, Interop, sub-directories) are all the first one."""
    return b"Exif\0\0" + tiff([(tag, 4, 1, 8) for tag in (330, 0x8769, 0x8825, 0x927C, 0xA005)], following=8)


def gif_screen(width: int, height: int, frame: tuple[int, int] = (1, 1)) -> bytes:
    """A screen of any size with one frame, whose pixels are missing but for the first."""
    head = b"GIF89a" + struct.pack("<HH", width, height) + b"\x80\0\0" + bytes(6)
    return head + b"," + struct.pack("<HHHH", 0, 0, *frame) + b"\0" + b"\x02\x02\x44\x01\0" + b";"


def gif_comments(count: int) -> bytes:
    """Before its frame, so many comments of one byte."""
    whole = gif_screen(16, 16, (16, 16))
    return whole[:19] + b"\x21\xfe\x01x\0" * count + whole[19:]


def jpeg_scans(side: int, scans: int) -> bytes:
    """A progressive JPEG of one colour whose last scan comes many times: each goes through all its blocks again."""
    whole = encode(Image.new("L", (side, side), 90), "JPEG", progressive=True)
    last = whole.rindex(b"\xff\xda")
    return whole[:-2] + whole[last:-2] * scans + b"\xff\xd9"


def jpeg_segments(count: int) -> bytes:
    """Before its picture, so many empty comments."""
    return b"\xff\xd8" + b"\xff\xfe\0\x02" * count + encode(Image.new("RGB", (64, 64)), "JPEG")[2:]


def jpeg_exif(exif: bytes) -> bytes:
    """A small JPEG with these EXIF data."""
    whole = encode(Image.new("RGB", (64, 64)), "JPEG")
    return whole[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + whole[2:]


def mpo_index(images: int) -> bytes:
    """An MPO that announces any number of pictures."""
    index = b"MPF\0" + tiff([(0xB000, 7, 4, 0x30303130), (0xB001, 4, 1, images), (0xB002, 7, 16, bytes(16))])
    whole = encode(Image.new("RGB", (64, 64)), "JPEG")
    return whole[:2] + b"\xff\xe2" + struct.pack(">H", len(index) + 2) + index + whole[2:]


def png_chunks(count: int, kind: bytes) -> bytes:
    """Before its pixels, so many empty chunks."""
    whole = png(64, 64, colour=0, rows=bytes(65 * 64))
    return whole[:33] + png_chunk(kind, b"") * count + whole[33:]


def bmp_runs(side: int) -> bytes:
    """A packed BMP of one colour: jumps over 255 rows, which Pillow unpacks in Python."""
    palette = bytes(1024)
    jumps = b"\0\x02\0\xff" * (side // 255) + b"\0\x02\0" + bytes([side % 255]) + b"\0\x01"
    header = struct.pack("<IiiHHIIiiII", 40, side, side, 1, 8, 1, len(jumps), 0, 0, 256, 0)
    return b"BM" + struct.pack("<IHHI", 54 + 1024 + len(jumps), 0, 0, 54 + 1024) + header + palette + jumps


def strip_of(format: str) -> bytes:
    """65,535 × 1 px, by its header."""
    if format != "JPEG":
        return encode(Image.new("L", (65_535, 1)), format)
    whole = encode(Image.new("L", (60_000, 1)), format)  # libjpeg writes at most 65,500
    return whole.replace(struct.pack(">HH", 1, 60_000), struct.pack(">HH", 1, 65_535))


def floods(count: int) -> dict[str, Callable[[], bytes]]:
    """Small pictures with so many parts that a reader has to go through."""
    return {
        "GIF comments": lambda: gif_comments(count),
        "JPEG segments": lambda: jpeg_segments(count),
        "PNG pixels in empty chunks": lambda: png_chunks(count, b"IDAT"),
        "PNG empty extras": lambda: png_chunks(count, b"gAMA"),
        "PNG empty texts": lambda: png_chunks(count, b"tEXt"),
        "TIFF offsets": lambda: tiff_offsets(count),
        "TIFF tags that overlap": lambda: tiff_overlap(min(count, 65_535), 4 * count),
        "MPO pictures": lambda: mpo_index(2**32 - 1),
        "JPEG scans": lambda: jpeg_scans(256, count // 100),
    }


def loops() -> dict[str, Callable[[], bytes]]:
    """Directories that lead back to themselves."""
    return {
        "TIFF circle": tiff_circle,
        "JPEG nested EXIF": lambda: jpeg_exif(exif_circle()),
        "PNG nested EXIF": lambda: _png_exif(exif_circle()[6:]),
        "WebP nested EXIF": lambda: encode(Image.new("RGB", (64, 64)), "WEBP", exif=exif_circle()),
    }


def _png_exif(exif: bytes) -> bytes:
    whole = png(64, 64, colour=0, rows=bytes(65 * 64))
    return whole[:33] + png_chunk(b"eXIf", exif) + whole[33:]


def bombs(side: int = SIDE, large: int = 16_000) -> dict[str, Callable[[], bytes]]:
    """Few bytes that become many pixels.

    Args:
        side: of square pictures that the limit of pixels allows.
        large: of squares that hide behind a smaller size.
    """
    found: dict[str, Callable[[], bytes]] = {
        "PNG 1 bit": lambda: _png(side, 1, 0),
        "PNG 8 bits": lambda: _png(side, 8, 0),
        "PNG palette": lambda: _png(side, 8, 3),
        "PNG 16 bits, four channels": lambda: _png(side, 16, 6),
        "WebP of 34 bytes": lambda: webp_of_one_colour(side, side),
        "WebP canvas": lambda: webp_canvas(side, side, webp_of_one_colour(16, 16)),
        "WebP with loss": lambda: encode(Image.new("RGB", (side, side)), "WEBP", method=0),
        "GIF screen": lambda: gif_screen(side, side),
        "GIF frame beyond its screen": lambda: gif_screen(8, 8, (65_535, 65_535)),
        "GIF of one colour": lambda: encode(Image.new("L", (side, side)), "GIF"),
        "TIFF strip": lambda: tiff_strips(side, packed_zeros(side * side)),
        "TIFF tile": lambda: tiff_tile(64, large, packed_zeros(large * large)),
        "TIFF tile without pixels": lambda: tiff_tile(64, 2**15, packed_zeros(100)),
        "TIFF 65,535 × 65,535": lambda: tiff_strips(65_535, packed_zeros(100)),
        "JPEG of one colour": lambda: encode(Image.new("L", (side, side)), "JPEG"),
        "JPEG progressive": lambda: encode(Image.new("RGB", (side, side)), "JPEG", progressive=True),
        "MPO": lambda: encode(
            Image.new("L", (side, side)), "MPO", save_all=True, append_images=[Image.new("L", (8, 8))] * 20
        ),
        "BMP runs": lambda: bmp_runs(side),
        "HEIC": lambda: _heic(side),
        "HEIC of another size": lambda: with_false_size(_heic(side), 64, 64),
        **{f"{kind} 65,535 × 1": lambda kind=kind: strip_of(kind) for kind in ("PNG", "JPEG", "GIF", "BMP", "TIFF")},
    }
    if features.check("avif"):
        found["AVIF"] = lambda: _avif(side)
        found["AVIF of another size"] = lambda: with_false_size(_avif(side), 64, 64)
    return found


def _png(side: int, bits: int, colour: int) -> bytes:
    row = 1 + (side * bits * {0: 1, 3: 1, 6: 4}[colour] + 7) // 8
    data = packed_zeros(row * side)
    palette = png_chunk(b"PLTE", bytes(3)) if colour == 3 else b""
    whole = png(side, side, bits=bits, colour=colour)
    return whole[:33] + palette + png_chunk(b"IDAT", data) + png_chunk(b"IEND", b"")


def _heic(side: int) -> bytes:
    return encode(
        Image.new("L", (side, side)), "HEIF", quality=10, enc_params={"preset": "ultrafast", "x265:ctu": "64"}
    )


def _avif(side: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (side, side)).save(buffer, "AVIF", speed=10, max_threads=1)
    return buffer.getvalue()
