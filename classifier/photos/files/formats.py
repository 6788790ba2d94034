"""Formats of files, by their first bytes: which ones are opened, and what to say about the others."""

import struct

# Pillow's names of the formats that photos come in. Nothing else is ever opened: some of Pillow's readers start other
# programs (EPS runs Ghostscript), and rare formats are the least tested.
READABLE = ("JPEG", "MPO", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIF")

HEAD_BYTES = 1024  # as much of the file as `recognise` wants to see

_STARTS_OF_READABLE = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"II+\x00", "TIFF"),
    (b"MM\x00+", "TIFF"),
)
_STARTS_OF_OTHERS = (
    (b"%PDF", "a PDF document"),
    (b"%!PS", "a PostScript drawing"),
    (b"\xc5\xd0\xd3\xc6", "a PostScript drawing"),
    (b"8BPS", "a Photoshop file"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\x00\x00\x00\x0cJXL ", "a JPEG XL picture"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 picture"),
    (b"\x00\x00\x01\x00", "an icon"),
    (b"FUJIFILMCCD-RAW", "a camera's raw file"),
    (b"IIRO", "a camera's raw file"),
    (b"IIU\x00", "a camera's raw file"),
    (b"\x1aE\xdf\xa3", "a video"),
    (b"\x00\x00\x01\xba", "a video"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\x1f\x8b", "a packed archive"),
    (b"Rar!", "a packed archive"),
    (b"7z\xbc\xaf\x27\x1c", "a packed archive"),
    (b"ID3", "a sound"),
    (b"OggS", "a sound"),
)
# The four letters that say what an ISO media file ("....ftyp" and a brand) holds; everything not listed is a video.
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevm", b"hevs", b"hevx", b"mif1", b"msf1"}
_OTHER_BRANDS = {b"avif": "AVIF", b"avis": "AVIF", b"crx ": "a camera's raw file", b"M4A ": "a sound"}


def recognise(head: bytes) -> str | None:
    """Name what begins with these bytes.

    Returns a format's name in capitals ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIC"), else words for a
    sentence ("a PDF document", "a web page", "a text"), else None.
    """
    for table in (_STARTS_OF_READABLE, _STARTS_OF_OTHERS):
        for start, name in table:
            if head.startswith(start):
                return name
    if head.startswith(b"BM") and head[6:10] == bytes(4):  # the reserved bytes keep a text about BMWs out
        return "BMP"
    if head.startswith(b"RIFF"):
        return {b"WEBP": "WEBP", b"AVI ": "a video"}.get(head[8:12], "a sound")
    if head[4:8] == b"ftyp":
        return _media(head)
    return _words(head)


def has_zero_side(data: bytes) -> bool:
    """Whether a PNG, BMP or JPEG says that it is zero pixels wide or high; Pillow just does not know such a file."""
    if data.startswith(b"\x89PNG"):
        return 0 in _numbers(">II", data[16:24])
    if data.startswith(b"BM"):
        return 0 in _numbers("<ii", data[18:26])
    if not data.startswith(b"\xff\xd8"):
        return False
    position = 2
    for _ in range(1000):  # a photo has a few dozen segments; a hostile file may have millions
        header = _numbers(">BBHBHH", data[position : position + 9])
        if not header or header[0] != 0xFF:
            return False
        _, marker, length, _, height, width = header
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):  # a frame header: SOF0 to SOF15
            return 0 in (height, width)
        position += 2 + length
    return False


def _numbers(layout: str, data: bytes) -> tuple[int, ...]:
    return struct.unpack(layout, data) if len(data) == struct.calcsize(layout) else ()


def _media(head: bytes) -> str:
    brand = head[8:12]
    size = int.from_bytes(head[:4], "big")
    if brand in _HEIC_BRANDS:
        return "AVIF" if b"avif" in head[8:size] else "HEIC"
    return _OTHER_BRANDS.get(brand, "a video")


def _words(head: bytes) -> str | None:
    if b"\x00" in head or not head:
        return None
    text = head.decode("utf-8", errors="replace").lstrip("\ufeff \t\r\n").lower()
    if text.startswith(("<!doctype html", "<html", "<head", "<body")):
        return "a web page"
    if text.startswith("<svg") or (text.startswith(("<?xml", "<!--", "<!doctype svg")) and "<svg" in text):
        return "an SVG drawing"
    # A letter cut in two at the end of the head must not hide a text.
    return "a text" if "\ufffd" not in text[:-1] else None
