import base64

import pytest

from classifier.errors import NotAnImage, TooManyBytes
from tests.making.fakes import data_url
from web.answer.upload import NoPhoto, Upload


def test_a_data_url_gives_its_bytes():
    assert Upload.from_store({"url": data_url(b"flower")}).decode(max_bytes=6) == b"flower"


@pytest.mark.parametrize(
    ("upload", "error"),
    [
        (None, NoPhoto),
        ({}, NoPhoto),
        ({"url": None}, NoPhoto),
        ({"url": ""}, NoPhoto),
        ([], NoPhoto),
        ("data:image/jpeg;base64,AAAA", NoPhoto),
        ({"url": 7}, NotAnImage),
        ({"url": ["data:image/jpeg;base64,AAAA"]}, NotAnImage),
        ({"url": "/etc/passwd"}, NotAnImage),
        ({"url": "https://example.org/a.jpg"}, NotAnImage),
        ({"url": "data:image/jpeg,AAAA"}, NotAnImage),
        ({"url": "data:image/jpeg;base64,"}, NotAnImage),
        ({"url": "data:image/jpeg;base64,AAA"}, NotAnImage),
        ({"url": "data:image/jpeg;base64,A*AA"}, NotAnImage),
        ({"url": "data:image/jpeg;base64,ÄÖÜß"}, NotAnImage),
        ({"url": "data:image/jpeg;base64,AA\nAA"}, NotAnImage),
        ({"url": data_url(b"x" * 101)}, None),
        ({"url": data_url(b"x" * 104)}, TooManyBytes),
        ({"url": "data:;base64," + "!" * 1000}, TooManyBytes),
    ],
)
def test_hostile_uploads_get_a_named_error(upload, error):
    if error is None:
        assert Upload.from_store(upload).decode(max_bytes=101)
        return
    with pytest.raises(error) as caught:
        Upload.from_store(upload).decode(max_bytes=101)
    assert str(caught.value).endswith(".")


def test_the_limit_is_exact_within_the_padding():
    limit = 3 * 1000
    assert len(Upload.from_store({"url": data_url(b"x" * limit)}).decode(max_bytes=limit)) == limit
    with pytest.raises(TooManyBytes):
        Upload.from_store({"url": data_url(b"x" * (limit + 3))}).decode(max_bytes=limit)


def test_base64_of_any_kind_of_data_comes_back():
    content = bytes(range(256))
    assert (
        Upload.from_store({"url": f"data:application/octet-stream;base64,{base64.b64encode(content).decode()}"}).decode(
            max_bytes=999
        )
        == content
    )
