"""Repairs of files that browsers show and Pillow refuses: metadata of a PNG, the end marker of a JPEG.

Pillow has switches for some of this, but they are global: another thread's photo would be read by other rules.
"""

import zlib
from collections.abc import Iterator

from classifier.photos.files.opening import open_any_size

PNG_START = b"\x89PNG\r\n\x1a\n"
# Chunks besides the critical ones (whose names begin with a capital) that say how the pixels are to be shown.
_SHOWN = {b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"eXIf", b"sBIT", b"bKGD", b"pHYs"}
PILLOW_ICC_BYTES = 1024 * 1024  # `PngImagePlugin.MAX_TEXT_CHUNK`: of a larger profile Pillow refuses the whole picture
MOST_ICC_BYTES = 16 * 1024 * 1024  # the largest profiles in use, for printing, have 4 MB
JPEG_END = b"\xff\xd9"
COMPARED_PX = 2048  # neither side is decoded at less, if it has more


def without_extras(png: bytes) -> tuple[bytes, bytes | None]:
    """A PNG without what no browser needs to show it, and its colour profile if it is too large for Pillow.

    Left out are texts, unknown extras, and extras with a wrong checksum; critical chunks stay as they are, damaged ones
    too. From where the structure is broken, the rest stays as it is.
    """
    kept, profile = [PNG_START], None
    for name, content, chunk, is_whole in _chunks(png):
        if name[:1].isupper() or not is_whole:
            kept.append(chunk)
        elif name == b"iCCP" and _checks(chunk) and (large := _large_profile(content)):
            profile = large
        elif name in _SHOWN and _checks(chunk):
            kept.append(chunk)
    return b"".join(kept), profile


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes, bytes, bool]]:
    """Name, content and all bytes of each chunk, and whether it is whole; a last one that is not ends the walk."""
    position = len(PNG_START)
    while position < len(png):
        length, name = int.from_bytes(png[position : position + 4], "big"), png[position + 4 : position + 8]
        end = position + 12 + length
        is_whole = end <= len(png) and name.isalpha()
        if not is_whole:
            end = len(png)
        yield name, png[position + 8 : end - 4], png[position:end], is_whole
        position = end


def _checks(chunk: bytes) -> bool:
    return zlib.crc32(chunk[4:-4]) == int.from_bytes(chunk[-4:], "big")


def _large_profile(content: bytes) -> bytes | None:
    """The profile of an iCCP chunk (name, zero byte, method, zlib stream) if Pillow would refuse it for its size."""
    _, _, packed = content.partition(b"\0")
    try:
        profile = zlib.decompressobj().decompress(packed[1:], MOST_ICC_BYTES)
    except zlib.error:
        return None  # Pillow leaves a profile out that cannot be unpacked
    return profile if len(profile) > PILLOW_ICC_BYTES else None


def with_end(jpeg: bytes) -> bytes | None:
    """A JPEG with the end marker that it lacks, if it lacks nothing else; None if pixels are missing too.

    Past the last pixel, decoders skip what comes before the end marker; before it, they take it for pixels. So two
    different fillings make the same picture only where all pixels are there.
    """
    body = jpeg.rstrip(b"\0").removesuffix(b"\xff")
    fillings = [body + filling * 64 + JPEG_END for filling in (b"\x55", b"\xaa")]
    try:
        first, second = map(_decode, fillings)
    except (OSError, SyntaxError, ValueError):
        return None
    return body + JPEG_END if first == second else None


def _decode(jpeg: bytes) -> bytes:
    with open_any_size(jpeg, ["JPEG"]) as image:
        # Of very large ones a smaller copy: whole blocks would be missing there, not the last bits of one.
        image.draft(None, (COMPARED_PX, COMPARED_PX))
        return image.tobytes()
