import base64
import io

import pytest
from PIL import Image

from classifier.photos.thumbnails import data_url


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_an_address_holds_the_whole_picture(kind: str) -> None:
    url = data_url(Image.new("RGB", (30, 20), "red"), kind, quality=90)
    head, _, body = url.partition(",")
    assert head == f"data:image/{kind.lower()};base64"
    with Image.open(io.BytesIO(base64.b64decode(body))) as picture:
        assert (picture.format, picture.size) == (kind, (30, 20))
