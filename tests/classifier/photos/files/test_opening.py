import warnings

import pytest
from PIL import Image, UnidentifiedImageError

from classifier.photos.files.opening import open_any_size
from tests.making.pictures import corners, encode, png


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
def test_a_picture_is_opened_as_pillow_opens_it(format: str) -> None:
    image = open_any_size(encode(corners(), format), ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"])
    assert (image.format, image.size) == (format, corners().size)


def test_the_size_is_the_callers_business() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        assert open_any_size(png(50_000, 50_000), ["PNG"]).size == (50_000, 50_000)


@pytest.mark.parametrize("data", [b"", b"no picture", encode(corners(), "PNG")[:12], encode(corners(), "JPEG")])
def test_what_is_of_no_given_format_is_refused(data: bytes) -> None:
    with pytest.raises(UnidentifiedImageError):
        open_any_size(data, ["PNG"])
