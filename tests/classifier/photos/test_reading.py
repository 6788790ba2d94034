import io
import os
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

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
)
from classifier.photos.colour import mean_rgb
from classifier.photos.limits import MIB, ImageLimits
from classifier.photos.reading import is_large, open_image, open_with_size, upright_size
from tests.making.hostile_files import with_false_size
from tests.making.pictures import (
    AVIF,
    BLUE,
    GREEN,
    JPEG_DATA,
    RED,
    TURNS,
    WHITE,
    assert_looks_like,
    corners,
    encode,
    gamma_profile,
    one_colour,
    png,
    turned,
    with_xmp,
    xmp_turn,
)

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
        ("HEIF", "RGB", {"quality": 95}),
        ("HEIF", "RGBA", {"quality": 95}),
    ],
)
def test_every_common_format_gives_the_same_picture(format: str, mode: str, options: dict[str, object]) -> None:
    image = corners()
    if mode == "P":
        image = image.quantize(8)
    elif mode != "RGB":
        image = image.convert(mode)
    assert_looks_like(open_image(encode(image, format, **options)), corners(), tolerance=12)


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG", "TIFF", pytest.param("AVIF", marks=AVIF)])
def test_of_a_moving_picture_the_first_frame_counts(format: str) -> None:
    frames = [Image.new("RGB", (16, 16), colour) for colour in (RED, GREEN, BLUE)]
    data = encode(frames[0], format, save_all=True, append_images=frames[1:])
    assert max(abs(a - b) for a, b in zip(one_colour(open_image(data)), RED, strict=True)) < 8


# Which way is up -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF", "HEIF", pytest.param("AVIF", marks=AVIF)])
@pytest.mark.parametrize("orientation", list(TURNS))
def test_photos_are_turned_upright(format: str, orientation: int) -> None:
    image, exif = turned(orientation)
    # Of an Exif that is not bytes yet, pillow-heif makes no turn: in a HEIC that is a box of its own.
    data = encode(image, format, exif=exif.tobytes(), quality=95)
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


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", pytest.param("AVIF", marks=AVIF)])
@pytest.mark.parametrize("orientation", [3, 6])
def test_xmp_turns_nothing_as_in_browsers(format: str, orientation: int) -> None:
    data = with_xmp(corners(), format, orientation, quality=95)
    assert_looks_like(open_image(data), corners(), tolerance=12)
    assert upright_size(data) == corners().size
    with Image.open(io.BytesIO(data)) as already_open:
        assert_looks_like(open_image(already_open), corners(), tolerance=12)


@pytest.mark.parametrize("format", ["JPEG", "WEBP"])
def test_exif_data_turn_whatever_xmp_says(format: str) -> None:
    image, exif = turned(6)
    data = encode(image, format, exif=exif.tobytes(), xmp=xmp_turn(3), quality=95)
    assert_looks_like(open_image(data), corners(), tolerance=12)
    # A resolution in the EXIF data makes Pillow read them, with what XMP says, as soon as it opens a JPEG.
    del exif[0x0112]
    exif[0x011A], exif[0x0128] = 300.0, 2
    data = encode(corners(), format, exif=exif.tobytes(), xmp=xmp_turn(6), quality=95)
    assert upright_size(data) == corners().size


@pytest.mark.parametrize("value", [0, 9, 60000])
def test_a_senseless_orientation_is_ignored(value: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = value
    assert_looks_like(open_image(encode(corners(), "PNG", exif=exif)), corners())


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


SHRUNK = [
    ("PNG", "RGB", {}),
    ("PNG", "RGBA", {}),
    ("PNG", "P", {}),
    ("PNG", "L", {}),
    ("PNG", "RGB", {"transparency": GREEN}),
    ("PNG", "RGB", {"icc_profile": gamma_profile(1.0)}),
    ("WEBP", "RGB", {"quality": 95}),
    ("WEBP", "RGBA", {"lossless": True}),
    ("GIF", "P", {"transparency": 1}),
    ("BMP", "RGB", {}),
    ("TIFF", "RGB", {}),
    ("TIFF", "CMYK", {}),
    ("TIFF", "YCbCr", {}),
    ("TIFF", "I;16", {}),
    ("TIFF", "RGB", {"compression": "jpeg"}),
    ("HEIF", "RGB", {"quality": 95}),
    pytest.param("AVIF", "RGBA", {"quality": 95}, marks=AVIF),
]


@pytest.mark.parametrize(("format", "mode", "options"), SHRUNK)
def test_what_cannot_be_drafted_is_shrunk_and_looks_the_same(
    format: str, mode: str, options: dict[str, object]
) -> None:
    large = corners((400, 240))
    if mode == "RGBA":
        large.putalpha(Image.linear_gradient("L").resize(large.size))
    elif mode == "I;16":
        large = large.convert("L").convert("I").point(lambda value: value * 257).convert("I;16")
    else:
        large = large.quantize(8) if mode == "P" else large.convert(mode)
    data = encode(large, format, **options)
    small, whole = open_image(data, draft_px=20), open_image(data)
    assert small.size == (100, 60)
    assert_looks_like(small, whole.resize(small.size, Image.Resampling.BOX), tolerance=1.5)
    assert open_with_size(data, draft_px=20)[1] == (400, 240)


@pytest.mark.parametrize("orientation", [3, 6])
def test_what_is_shrunk_is_turned_upright(orientation: int) -> None:
    image, exif = turned(orientation)
    data = encode(image.resize((image.width * 10, image.height * 10)), "PNG", exif=exif)
    picture, size = open_with_size(data, draft_px=20)
    assert size == (400, 240)
    assert_looks_like(picture.resize((40, 24)), corners(), tolerance=12)


# Limits --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limits", "error", "message"),
    [
        (ImageLimits(max_bytes=100), TooManyBytes, r"The file has \d\.\d MB; at most .* MB are accepted"),
        (ImageLimits(max_pixels=959), TooManyPixels, r"40 × 24 pixels; at most 0\.000959 million"),
        (
            ImageLimits(min_side_px=25),
            TooSmall,
            "40 × 24 pixels, too small to tell what it shows; each side needs at least 25",
        ),
        (ImageLimits(max_aspect_ratio=1.5), TooSmall, "a strip of 40 × 24 pixels"),
    ],
)
def test_limits(limits: ImageLimits, error: type[PhotoError], message: str) -> None:
    with pytest.raises(error, match=message):
        open_image(encode(corners(), "PNG"), limits=limits)
    if error is not TooManyBytes:  # an open image has no bytes to count
        with pytest.raises(error, match=message):
            open_image(corners(), limits=limits)


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


@pytest.mark.parametrize(
    ("width", "height", "message"),
    [(10_000, 10_000, "10,000 × 10,000 pixels"), (16_383, 16_383, "far too many pixels")],
)
def test_a_huge_webp_of_few_bytes_is_refused_by_its_header(
    width: int, height: int, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # VP8L: a signature, width and height less one in 14 bits each, then pixels (RFC 9649, 3.4).
    picture = b"\x2f" + (width - 1 | (height - 1) << 14).to_bytes(4, "little") + bytes(20)
    chunk = b"VP8L" + len(picture).to_bytes(4, "little") + picture + bytes(len(picture) % 2)
    data = b"RIFF" + (4 + len(chunk)).to_bytes(4, "little") + b"WEBP" + chunk
    assert len(data) < 60
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda *_: pytest.fail("pixels must not be decoded"))
    for draft_px in (None, 288):
        with pytest.raises(TooManyPixels, match=message):
            open_image(data, draft_px=draft_px)


@pytest.mark.parametrize("size", [(0, 0), (0, 5), (1, 1)])
def test_an_open_image_can_be_too_small_too(size: tuple[int, int]) -> None:
    with pytest.raises(TooSmall):
        open_image(Image.new("RGB", size))


# Files ---------------------------------------------------------------------------------------------------------------


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"none\.jpg cannot be read: No such file or directory\. Check the path"):
        open_image(tmp_path / "none.jpg")


def test_a_folder_is_no_photo(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="is not a regular file"):
        open_image(tmp_path)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    with pytest.raises(UnreadableFile, match="is not a regular file"):
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


@pytest.mark.parametrize("orientation", [1, 6])
def test_a_photo_is_opened_with_its_upright_size_and_colour(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "red.jpg"
    Image.new("RGB", (800, 600), (200, 40, 60)).save(path, exif=exif, quality=95)
    picture, size = open_with_size(path, draft_px=64)
    assert size == ((800, 600) if orientation == 1 else (600, 800))
    assert 64 <= min(picture.size) < 600
    assert all(abs(value - expected) <= 2 for value, expected in zip(mean_rgb(picture), (200, 40, 60), strict=True))


def test_a_text_has_no_size(tmp_path: Path) -> None:
    (tmp_path / "note.jpg").write_text("a note")
    with pytest.raises(NotAnImage):
        open_with_size(tmp_path / "note.jpg", draft_px=64)


@AVIF
def test_an_avif_may_be_larger_than_it_says() -> None:
    """Its pixels are decoded whole and then scaled to what its header says."""
    small = with_false_size(encode(corners((640, 384)), "AVIF", quality=95), 40, 24)
    assert_looks_like(open_image(small), corners(), tolerance=12)
    assert is_large(small)


def test_large_photos_are_known_by_their_header() -> None:
    large, small = (Image.linear_gradient("L").resize((width, 4000)) for width in (4001, 4000))
    for format in ("PNG", "JPEG", "TIFF", "WEBP"):
        assert [is_large(encode(image, format)) for image in (large, small)] == [True, False]
    assert is_large(encode(Image.new("RGB", (64, 64)), "HEIF"))
    assert not is_large(b"no photo")
    assert not is_large(b"")
