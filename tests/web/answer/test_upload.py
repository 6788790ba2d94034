import base64

import pytest
from PIL import Image

from classifier.errors import NotAnImage, TooManyBytes
from tests.making.fakes import data_url
from web.answer.upload import MOST_KEY_CHARACTERS, WHOLE, NoPhoto, PartView, Upload


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


@pytest.mark.parametrize("data", [None, [], "x", 7, {}, {"key": None, "turn": "x", "view": 7}])
def test_whatever_a_browser_sends_gives_an_upload(data):
    upload = Upload.from_store(data)
    assert (upload.turn, upload.shrunk, upload.view, upload.uncut) == (0, True, WHOLE, False)
    assert len(upload.key) <= MOST_KEY_CHARACTERS


def test_an_upload_has_what_the_store_has():
    data = {
        "key": "k" * 99,
        "turn": 3,
        "url": data_url(b"x"),
        "shrunk": False,
        "view": {"size": 40.4, "x": -3, "y": 700},
        "uncut": True,
    }
    assert Upload.from_store(data) == Upload("k" * 64, 3, data_url(b"x"), False, PartView(40, 0, 100), True)


@pytest.mark.parametrize(("turn", "read"), [(0, 0), (999_999, 999_999), (1_000_000, 0), (-1, 0), (1.5, 0), ("1", 0)])
def test_turns_are_small_whole_numbers(turn, read):
    assert Upload.from_store({"turn": turn}).turn == read


@pytest.mark.parametrize(
    ("sent", "view"),
    [
        ({"size": 5}, PartView(20, 50, 50)),
        ({"size": 1e300, "x": float("nan")}, WHOLE),
        ({"size": "40", "x": None}, WHOLE),
        ({"size": 60, "x": 12.6, "y": 0}, PartView(60, 13, 0)),
    ],
)
def test_views_become_the_nearest_ordinary_one(sent, view):
    assert PartView.from_dict(sent) == view
    assert PartView.from_dict(view.to_dict()) == view


@pytest.mark.parametrize("size", [(640, 320), (320, 640), (9, 9), (1, 400)])
@pytest.mark.parametrize("view", [WHOLE, PartView(20, 0, 100), PartView(73, 31, 64)])
def test_a_part_lies_inside_of_its_photo_and_is_square(size, view):
    part = view.cut(Image.new("RGB", size, "white"))
    assert part.width == part.height == max(1, round(min(size) * view.size / 100))
    assert part.getextrema() == ((255, 255),) * 3  # what is cut beyond an edge is black


def test_a_part_is_the_one_that_is_framed():
    picture = Image.new("RGB", (640, 320), "white")
    picture.paste("red", (0, 192, 128, 320))
    assert PartView(40, 0, 100).cut(picture).getcolors() == [(128 * 128, (255, 0, 0))]
