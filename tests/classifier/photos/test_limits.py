import warnings
from typing import Any

import pytest
from PIL import Image

from classifier.errors import PhotoError, SettingError, TooManyBytes, TooManyPixels
from classifier.photos.limits import DEFAULT_LIMITS, MIB, PhotoLimits
from classifier.photos.reading import open_image, upright_size
from classifier.setting_fields import check_values
from tests.making.pictures import encode, png


def test_the_default_is_declared_once() -> None:
    own = PhotoLimits().image_limits
    assert (own.max_bytes, own.max_pixels) == (DEFAULT_LIMITS.max_bytes, DEFAULT_LIMITS.max_pixels)
    assert (own.max_bytes, own.max_pixels) == (20 * MIB, 80_000_000)


@pytest.mark.parametrize(
    ("width", "height", "limits", "words"),
    [
        (9000, 9000, PhotoLimits(), "at most 80 million are accepted (--max-photo-megapixels 81 accepts it). Reduce"),
        (20_000, 20_000, PhotoLimits(max_photo_megapixels=399), "(--max-photo-megapixels 400 accepts it)"),
        (60_000, 60_000, PhotoLimits(), "at most 80 million are accepted. Reduce"),  # more than any option accepts
    ],
)
def test_an_error_names_the_option_that_accepts_the_picture(
    width: int, height: int, limits: PhotoLimits, words: str
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # Pillow's own limit of pixels is not in the way
        with pytest.raises(TooManyPixels) as error:
            upright_size(png(width, height), limits=limits.image_limits)
    assert words in str(error.value)
    with pytest.raises(TooManyPixels, match=r"at most 80 million are accepted\. Reduce"):
        upright_size(png(width, height))


def test_a_larger_picture_is_read_when_it_is_accepted() -> None:
    data = encode(Image.new("1", (10_000, 9_500)), "PNG")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert upright_size(data, limits=PhotoLimits(max_photo_megapixels=95).image_limits) == (10_000, 9_500)
        assert upright_size(png(20_000, 20_000), limits=PhotoLimits(max_photo_megapixels=400).image_limits)


def test_a_larger_file_is_read_when_it_is_accepted() -> None:
    data = encode(Image.new("RGB", (60, 40)), "JPEG") + bytes(20 * MIB)
    with pytest.raises(TooManyBytes, match=r"has 20\.1 MB; at most 20 MB are accepted \(--max-photo-mb 21 accepts it"):
        open_image(data, limits=PhotoLimits().image_limits)
    assert open_image(data, limits=PhotoLimits(max_photo_mb=21).image_limits).size == (60, 40)
    with pytest.raises(TooManyBytes, match=r"at most 20 MB are accepted\. Reduce"):
        open_image(data)


def test_whatever_is_accepted_a_bomb_is_not_decoded() -> None:
    """A header that announces more pixels than the option allows is all that is read."""
    with pytest.raises(PhotoError, match="at most 1000 million"):
        open_image(png(100_000, 100_000), limits=PhotoLimits(max_photo_megapixels=1000).image_limits)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, PhotoLimits()),
        ({"max_photo_mb": 50, "epochs": 3}, PhotoLimits(max_photo_mb=50)),
        ({"max_photo_mb": 10**9, "max_photo_megapixels": -1}, PhotoLimits()),  # from a stranger's checkpoint
        ({"max_photo_mb": "50", "max_photo_megapixels": True}, PhotoLimits()),
        ({"max_photo_mb": 1e3, "max_photo_megapixels": None}, PhotoLimits()),
    ],
)
def test_the_limits_among_the_settings_of_a_training(values: dict[str, Any], expected: PhotoLimits) -> None:
    assert PhotoLimits.among(values) == expected


def test_an_option_out_of_its_range_is_named() -> None:
    with pytest.raises(SettingError, match=r"^--max-photo-mb is between 1 and 4096; got 0\."):
        check_values(PhotoLimits, {"max_photo_mb": 0})
