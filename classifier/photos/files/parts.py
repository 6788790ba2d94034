"""Parts of files: how many a picture may have before a reader goes through them one by one.

Chunks, segments, scans, blocks and strips are counted here on the bytes alone. Pillow reads them in Python, most of
them before the size of the picture is known, and its libraries go through all pixels for each scan, or make room for a
whole tile, so that few bytes can keep a core busy for long (`benchmarks/resilience/hostile_uploads.py --bombs`).
"""

import re
import struct
from collections.abc import Iterator

# A PNG of 20 MB in chunks of 8 KB has 2,500, a TIFF of 80 million pixels in rows at most 63,000.
MOST_PARTS = 100_000
MOST_SEGMENTS = 10_000  # of a JPEG; an XMP packet of 20 MB has 320
MOST_SCANS = 100  # of a progressive JPEG; cameras and programs write 10
MOST_JUNK_BYTES = 1024 * 1024  # between the segments of a JPEG, where Pillow goes on byte by byte
MOST_TILE_PIXELS = 4096 * 4096  # of a TIFF; usual are 256 × 256

# Neither a stuffed byte, nor padding, nor a restart inside a scan (ITU-T T.81, B.1.1.2).
_MARKER = re.compile(rb"\xff([\x01-\xcf\xd8-\xfe])")
_START, _END, _SCAN, _ALONE = 0xD8, 0xD9, 0xDA, (0x01, 0xD8)
_TILE_WIDTH, _TILE_LENGTH, _PLACES = 322, 323, (273, 324)  # tags of a TIFF; the last two: of strips, and of tiles
_BYTES_OF_TYPE = {1: 1, 3: 2, 4: 4, 16: 8}  # whole numbers: BYTE, SHORT, LONG, LONG8


def has_too_many_parts(data: bytes) -> bool:
    """Whether a file has so many parts, or so large ones, that no photo has them; False for formats without such."""
    if data.startswith(b"\xff\xd8"):
        return _is_flooded_jpeg(data)
    if data.startswith(b"\x89PNG"):
        return _is_more(_png_chunks(data), MOST_PARTS)
    if data.startswith(b"GIF8"):
        return _is_more(_gif_blocks(data), MOST_PARTS)
    if data[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return _is_flooded_tiff(data)
    return False


def _is_more(parts: Iterator[object], most: int) -> bool:
    return any(number >= most for number, _ in enumerate(parts))


def _is_flooded_jpeg(data: bytes) -> bool:
    """Walk from marker to marker up to the end of the first picture, as decoders do."""
    position, segments, scans, junk = 2, 0, 0, 0
    while found := _MARKER.search(data, position):
        marker = found[1][0]
        if marker == _END:
            return False
        segments, scans = segments + 1, scans + (marker == _SCAN)
        junk += 0 if scans else found.start() - position
        if segments > MOST_SEGMENTS or scans > MOST_SCANS or junk > MOST_JUNK_BYTES:
            return True
        length = 0 if marker in _ALONE else int.from_bytes(data[found.end() : found.end() + 2], "big")
        position = found.end() + length
    return False if scans else junk + len(data) - position > MOST_JUNK_BYTES


def _png_chunks(data: bytes) -> Iterator[int]:
    """Where each chunk begins."""
    position = 8
    while position < len(data):
        yield position
        position += 12 + int.from_bytes(data[position : position + 4], "big")


def _gif_blocks(data: bytes) -> Iterator[int]:
    """Where each part begins that stands before the first frame: blocks of extensions, and bytes that are none."""
    flags = data[10] if len(data) > 10 else 0
    position = 13 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)
    while position < len(data) and data[position : position + 1] not in (b",", b";"):
        yield position
        if data[position] != 0x21:
            position += 1
            continue
        position += 2
        while position < len(data) and (length := data[position]):
            yield position
            position += 1 + length
        position += 1


def _is_flooded_tiff(data: bytes) -> bool:
    width = length = 0
    for tag, count, value in _tiff_entries(data):
        if tag in _PLACES and count > MOST_PARTS:
            return True
        width = max(width, value if tag == _TILE_WIDTH else 0)
        length = max(length, value if tag == _TILE_LENGTH else 0)
    return width * length > MOST_TILE_PIXELS


def _tiff_entries(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Tag, number of values and value (0 unless it is one whole number) of each entry of the first directory."""
    order, is_big = "<" if data.startswith(b"II") else ">", data[2:4] in (b"+\0", b"\0+")
    head, entry, place = ("Q", "HHQ8s", 8) if is_big else ("H", "HHL4s", 4)
    try:
        (start,) = struct.unpack_from(order + ("Q" if is_big else "L"), data, place)
        (entries,) = struct.unpack_from(order + head, data, start)
    except (struct.error, OverflowError):
        return
    layout = struct.Struct(order + entry)
    start += struct.calcsize(order + head)
    for number in range(min(entries, (len(data) - start) // layout.size, 65_535)):
        tag, kind, count, value = layout.unpack_from(data, start + number * layout.size)
        size = _BYTES_OF_TYPE.get(kind, 0) if count == 1 else 0
        yield tag, count, int.from_bytes(value[:size], "little" if order == "<" else "big")
