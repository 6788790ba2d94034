"""Pages as Dash's router builds them when a visitor goes to an address."""

import json
import re
from dataclasses import replace

import pytest

from classifier.data.collection import Collection
from classifier.data.subject import KINDS, Subject
from tests.making.fakes import CLASSES, FakeClassifier
from tests.web.answer.test_callbacks import content_of
from tests.web.conftest import ask_callback, response_of
from web import create_app
from web.settings import Settings


def visit(app, path, search=""):
    inputs = {"_pages_location.pathname": path, "_pages_location.search": search}
    response = response_of(ask_callback(app, ["_pages_content.children", "_pages_store.data"], inputs))
    return json.dumps(response["_pages_content"]["children"], ensure_ascii=False), response["_pages_store"]["data"][
        "title"
    ]


@pytest.mark.parametrize(
    ("path", "title", "words"),
    [
        ("/", "Florascope: which flower is this?", "Which flower is this?"),
        ("/dataset", "Data set · Florascope", "All 6 flowers"),
        ("/flower/3", "Sunflower · Florascope", "Helianthus annuus"),
        ("/flower/11", "Mystery bloom · Florascope", "Mystery bloom"),
        ("/flower/999", "Page not found · Florascope", "Nothing grows here"),
        ("/nope", "Page not found · Florascope", "Nothing grows here"),
    ],
)
def test_every_address_has_its_page_and_title(app, path, title, words):
    content, found = visit(app, path)
    assert found == title
    assert words in content


@pytest.mark.parametrize(
    ("subject", "words"),
    [
        (KINDS, ["Which kind is this?", "6 kinds", "All 6 kinds", "Photos per kind", "of this kind."]),
        (
            Subject("dog", "dogs"),
            ["Which dog is this?", "6 kinds of dogs", "All 6 dogs", "Photos per dog", "this dog."],
        ),
    ],
)
def test_classes_that_are_no_flowers_are_not_called_so(garden, tmp_path, subject, words):
    settings = Settings(checkpoint=tmp_path / "pets.safetensors")
    app = create_app(settings, FakeClassifier(trust={}), replace(garden, subject=subject))
    contents = [visit(app, path)[0] for path in ("/", "/dataset", "/flower/3", "/model", "/nope")]
    sources = [app.server.test_client().get(path).text for path in ("/", "/dataset", "/flower/3", "/model", "/nope")]
    contents += [*sources, content_of(app)[0], content_of(app)[1]]
    for text in contents:
        # Addresses and ids say so still, and one class is the sunflower.
        told = re.sub(r"/flower/|flower\.(?:svg|css)|sunflower|_flower|flower_", "", text.lower())
        assert "flower" not in told, told[told.index("flower") - 60 :][:120]
    for expected in words:
        assert any(expected in content for content in contents), expected


@pytest.mark.parametrize("search", ["?class_id=1", "?site=1", "?flower_id=4", "?children=x&id=main", "?%00"])
def test_queries_in_an_address_do_no_harm(app, search):
    for path in ("/", "/dataset", "/flower/3"):
        assert '"page wrap"' in visit(app, path, search)[0]


def test_the_first_page_has_the_overview_and_photos_to_try(app):
    content, _ = visit(app, "/")
    assert '"54"' in content  # photos
    assert "6 kinds of flowers" in content
    assert "4–14" in content
    assert content.count('"data-try": "/photos/') == 3
    assert '"disabled": true' in content


def test_equally_many_photos_of_each_flower_are_no_range(garden):
    even = replace(garden, photos=tuple(photo for photo in garden.photos if photo.image_id % 100 < 4))
    content, _ = visit(create_app(Settings(), FakeClassifier(), even), "/")
    assert "4–4" not in content
    assert "Each flower has 4 photos." in content


def test_photos_to_try_come_from_the_test_part(app, garden):
    content, _ = visit(app, "/")
    ids = [int(part.split(".webp")[0]) for part in content.split('"data-try": "/photos/')[1:]]
    assert {garden.photo(image_id).splits["home"] for image_id in ids} == {"test"}
    assert len({garden.photo(image_id).class_id for image_id in ids}) == 3


def test_every_class_is_in_the_gallery_with_lazy_thumbnails(app):
    content, _ = visit(app, "/dataset")
    for label in CLASSES:
        assert f'"href": "/flower/{label.class_id}"' in content
    assert content.count('"loading": "lazy"') == len(CLASSES)
    assert "base64" not in content


def test_photos_that_are_split_in_one_way_have_the_charts_too(garden):
    one = replace(garden, photos=tuple(replace(photo, splits={"split": "train"}) for photo in garden.photos))
    content, _ = visit(create_app(Settings(), FakeClassifier(), replace(one, default_split="split")), "/dataset")
    assert '"id": "split"' in content  # every chart listens to it
    assert '"className": "split-chooser", "hidden": true' in content


def test_a_flower_shows_its_training_photos_and_both_splits_apart(app, garden):
    content, _ = visit(app, "/flower/20")
    shown = [photo for photo in garden.of_class(20) if f"/photos/{photo.image_id}.webp" in content]
    assert {photo.splits["home"] for photo in shown} == {"train"}
    assert "Home split" in content
    assert "Away split" in content
    assert '"href": "/flower/11"' in content  # previous
    assert '"href": "/flower/3"' in content  # next, round to the first


@pytest.mark.parametrize("path", ["/", "/dataset", "/flower/3"])
def test_without_photos_tiles_stand_in_and_the_page_says_how_to_get_them(bare_garden, path):
    content, _ = visit(create_app(Settings(), FakeClassifier(), bare_garden), path)
    assert "/photos/" not in content
    assert "python -m classifier download" in content
    assert "FLOWERS_ROOT" in content
    assert "data-try" not in content


def test_without_a_model_the_first_page_says_so(garden):
    content, _ = visit(create_app(Settings(), None, garden), "/")
    assert "no trained model" in content
    assert '"data-ready": "no"' in content


@pytest.mark.parametrize("path", ["/", "/dataset", "/flower/3"])
def test_a_collection_without_any_photo_listed_works(path):
    content, _ = visit(create_app(Settings(), FakeClassifier(), Collection("x", CLASSES, (), None, "split")), path)
    assert '"page wrap"' in content
