import re
import struct

import pytest
from PIL import Image

from classifier.errors import PhotoError, UnsupportedFormat
from classifier.photos.files.formats import READABLE
from classifier.photos.files.parts import MOST_PARTS, MOST_SCANS, MOST_SEGMENTS, MOST_TILE_PIXELS, has_too_many_parts
from classifier.photos.reading import is_large, open_image
from tests.making import hostile_files as hostile
from tests.making.pictures import corners, encode

JPEG = encode(corners((200, 120)), "JPEG")


@pytest.mark.parametrize("format", READABLE)
def test_ordinary_pictures_pass(format: str) -> None:
    assert not has_too_many_parts(encode(corners((300, 200)), format))


@pytest.mark.parametrize(
    ("format", "options"),
    [
        ("JPEG", {"progressive": True}),
        ("JPEG", {"restart_marker_rows": 1, "comment": "x" * 60_000, "exif": b"Exif\0\0" + bytes(60_000)}),
        ("TIFF", {"compression": "tiff_lzw", "strip_size": 200}),
        ("TIFF", {"big_tiff": True}),
        ("GIF", {"comment": b"\xff\xd8" * 5000, "save_all": True, "append_images": [Image.new("RGB", (9, 9))] * 50}),
        ("MPO", {"save_all": True, "append_images": [Image.new("RGB", (40, 24))] * 20}),
    ],
)
def test_unusual_pictures_pass(format: str, options: dict[str, object]) -> None:
    assert not has_too_many_parts(encode(corners((300, 200)), format, **options))


def test_a_film_after_a_photo_is_not_looked_at() -> None:
    """Phones append one to a moving photo; in it, bytes that look like scans come by chance."""
    assert not has_too_many_parts(JPEG + b"\xff\xda\0\x08" * 10 * MOST_SCANS)


FLOODS = {
    "GIF comments": hostile.gif_comments(MOST_PARTS),
    "GIF blocks": hostile.gif_screen(16, 16)[:19] + b"\x21\xfe" + b"\1x" * MOST_PARTS,
    "GIF rubbish": hostile.gif_screen(16, 16)[:19] + bytes(MOST_PARTS + 1),
    "JPEG segments": hostile.jpeg_segments(MOST_SEGMENTS + 1),
    "JPEG rubbish": JPEG[:2] + bytes(2_000_000) + JPEG[2:],
    "JPEG rubbish alone": JPEG[:2] + b"\xff" * 2_000_000,
    "JPEG scans": hostile.jpeg_scans(64, MOST_SCANS),
    "PNG pixels": hostile.png_chunks(MOST_PARTS, b"IDAT"),
    "PNG texts": hostile.png_chunks(MOST_PARTS, b"tEXt"),
    "TIFF strips": hostile.tiff_offsets(MOST_PARTS + 2),
    "TIFF tile": hostile.tiff_tile(64, 4097, b""),
    "TIFF tile without an end": hostile.tiff_tile(64, 2**32 - 1, b""),
}


@pytest.mark.parametrize("name", FLOODS)
def test_floods_are_found_before_they_are_read(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("classifier.photos.reading.open_any_size", lambda *_: pytest.fail("must not be opened"))
    assert has_too_many_parts(FLOODS[name])
    with pytest.raises(UnsupportedFormat, match="more parts, or larger ones, than any photo needs"):
        open_image(FLOODS[name])
    assert not is_large(FLOODS[name])  # it is refused without waiting in line


def test_an_end_marker_in_a_comment_hides_no_scan() -> None:
    whole = hostile.jpeg_scans(64, MOST_SCANS)
    second = [found.start() for found in re.finditer(b"\xff\xda", whole)][1]
    assert has_too_many_parts(whole[:second] + b"\xff\xfe\0\x04\xff\xd9" + whole[second:])


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("is_big", [False, True])
@pytest.mark.parametrize(("side", "flooded"), [(256, False), (4096, False), (4097, True)])
@pytest.mark.parametrize("layout", [(3, "H"), (4, "L")])
def test_tiles_in_every_kind_of_tiff(
    order: str, is_big: bool, side: int, flooded: bool, layout: tuple[int, str]
) -> None:
    kind, letter = layout
    head = (b"II" if order == "<" else b"MM") + struct.pack(order + "H", 43 if is_big else 42)
    head += struct.pack(order + "HHQQ", 8, 0, 16, 2) if is_big else struct.pack(order + "LH", 8, 2)
    value = struct.pack(order + letter, side).ljust(8 if is_big else 4, b"\0")
    entries = [struct.pack(order + ("HHQ" if is_big else "HHL"), tag, kind, 1) + value for tag in (322, 323)]
    assert MOST_TILE_PIXELS == 4096**2
    assert has_too_many_parts(head + b"".join(entries)) == flooded


@pytest.mark.parametrize("start", [b"\xff\xd8", b"\x89PNG", b"GIF89a", b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"])
@pytest.mark.parametrize("rest", [b"", b"\xff", b"\0", b"\xff" * 40, bytes(40), bytes(range(256)) * 4], ids=range(6))
def test_any_rest_is_walked_to_its_end(start: bytes, rest: bytes) -> None:
    assert not has_too_many_parts(start + rest)
    with pytest.raises(PhotoError):
        open_image(start + rest)
