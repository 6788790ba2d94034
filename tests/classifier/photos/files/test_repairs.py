import io
import os
import struct
import tracemalloc
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, PngImagePlugin

from classifier.errors import TooManyBytes, TruncatedImage, UnsupportedFormat
from classifier.photos.files.repairs import PNG_START, with_end, without_extras
from classifier.photos.limits import ImageLimits
from classifier.photos.reading import open_image
from tests.making.pictures import encode, gamma_profile, png_chunk

CHANCE = np.random.default_rng(3)
PICTURE = Image.fromarray(CHANCE.integers(0, 256, (12, 16, 3), dtype=np.uint8)).resize(
    (160, 120), Image.Resampling.BICUBIC
)
PNG = encode(PICTURE, "PNG")
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def with_chunk(chunk: bytes, *, before: bytes = b"IDAT") -> bytes:
    place = PNG.index(before) - 4
    return PNG[:place] + chunk + PNG[place:]


def wrong_sum(chunk: bytes) -> bytes:
    return chunk[:-4] + bytes(4)


TEXT = png_chunk(b"tEXt", b"Software\0x")
HUGE_TEXT = png_chunk(b"zTXt", b"history\0\0" + zlib.compress(b"x" * 1_200_000))


@pytest.mark.parametrize(
    "data",
    [
        with_chunk(TEXT),
        with_chunk(wrong_sum(TEXT)),
        with_chunk(HUGE_TEXT),
        with_chunk(HUGE_TEXT, before=b"IEND"),
        with_chunk(wrong_sum(HUGE_TEXT), before=b"IEND"),
        with_chunk(png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(b"y" * 2_000_000))),
        with_chunk(wrong_sum(png_chunk(b"gAMA", struct.pack(">I", 45455)))),
        with_chunk(wrong_sum(png_chunk(b"iCCP", b"x\0\0" + zlib.compress(SRGB)))),
        with_chunk(png_chunk(b"iCCP", b"x\0\0" + zlib.compress(os.urandom(1_500_000)))),
        with_chunk(png_chunk(b"iCCP", b"x\0\0not packed")),
        with_chunk(png_chunk(b"vpAg", bytes(9))),
        with_chunk(wrong_sum(png_chunk(b"eXIf", b"MM\0*"))),
    ],
)
def test_extras_of_a_png_never_hide_its_pixels(data: bytes) -> None:
    assert open_image(data).tobytes() == PICTURE.tobytes()


def test_a_large_profile_counts() -> None:
    """Over 1 MB, which Pillow refuses: a profile with a gamma of 1, and padding as printing profiles have tables."""
    profile = gamma_profile(1.0)
    padded = struct.pack(">I", len(profile) + 1_500_000) + profile[4:] + bytes(1_500_000)
    large = open_image(with_chunk(png_chunk(b"iCCP", b"x\0\0" + zlib.compress(padded))))
    small = open_image(with_chunk(png_chunk(b"iCCP", b"x\0\0" + zlib.compress(profile))))
    assert large.tobytes() == small.tobytes()
    assert large.tobytes() != PICTURE.tobytes()


@pytest.mark.parametrize("share", [0.3, 0.7, 0.99])
def test_half_a_png_stays_damaged(share: float) -> None:
    with pytest.raises(TruncatedImage):
        open_image(PNG[: int(len(PNG) * share)])


def test_critical_chunks_stay_as_they_are() -> None:
    data = bytearray(PNG)
    data[data.index(b"IDAT") + 9] ^= 0xFF
    assert without_extras(bytes(data)) == (bytes(data), None)
    with pytest.raises(TruncatedImage):
        open_image(bytes(data))


@pytest.mark.parametrize(
    "data", [PNG_START, PNG_START + b"x", PNG_START + bytes(30), PNG[:20], PNG_START + b"\xff" * 40]
)
def test_what_is_broken_is_left_to_pillow(data: bytes) -> None:
    assert without_extras(data) == (data, None)


def test_pillow_writes_nothing_that_is_lost() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("a", "b")
    plain = encode(PICTURE, "PNG", icc_profile=SRGB, pnginfo=info)
    kept, profile = without_extras(plain)
    assert profile is None
    with Image.open(io.BytesIO(kept)) as image:
        assert image.info["icc_profile"] == SRGB
        assert "a" not in image.info


@pytest.mark.parametrize(
    "options", [{}, {"progressive": True}, {"subsampling": 0, "quality": 95}, {"restart_marker_rows": 1}]
)
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("tail", [b"", b"\xff", bytes(5)])
def test_a_jpeg_that_lacks_only_its_end_is_read(options: dict[str, object], mode: str, tail: bytes) -> None:
    whole = encode(PICTURE.convert(mode), "JPEG", **options)
    assert whole.endswith(b"\xff\xd9")
    cut = whole[:-2] + tail
    assert open_image(cut).tobytes() == open_image(whole).tobytes()
    assert open_image(cut, draft_px=40).tobytes() == open_image(whole, draft_px=40).tobytes()


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 0, "quality": 95}])
@pytest.mark.parametrize("lost", [30, 0.1, 0.5, 0.9])
def test_a_jpeg_that_lacks_pixels_stays_damaged(options: dict[str, object], lost: float) -> None:
    whole = encode(PICTURE, "JPEG", **options)
    missing = lost if isinstance(lost, int) else int(len(whole) * lost)
    assert with_end(whole[:-missing]) is None
    with pytest.raises(TruncatedImage):
        open_image(whole[:-missing])


def test_a_film_is_called_so_before_it_is_read(tmp_path: Path) -> None:
    film = tmp_path / "film.jpg"
    with film.open("wb") as file:
        file.write(b"\0\0\0\x20ftypisom")
        file.truncate(3_000_000_000)  # a hole: it takes no room on the disk
    photo = tmp_path / "photo.jpg"
    with photo.open("wb") as file:
        file.write(encode(PICTURE, "JPEG"))
        file.truncate(3_000_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(UnsupportedFormat, match="This is a video"):
            open_image(film)
        with pytest.raises(TooManyBytes, match=r"2861\.1 MB"):
            open_image(photo)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1_000_000


def test_a_file_that_grows_while_it_is_read_is_not_read_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(bytes(5000))
    monkeypatch.setattr(os, "fstat", lambda number: os.stat_result((0,) * 6 + (10,) + (0,) * 3))
    with pytest.raises(TooManyBytes):
        open_image(photo, limits=ImageLimits(max_bytes=1000))
