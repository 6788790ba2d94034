"""Pages as Dash's router builds them when a visitor goes to an address."""

import re
from dataclasses import replace

import pytest

from classifier.data.collection import Collection
from classifier.data.subject import KINDS, Subject
from tests.making.fakes import CLASSES, FakeClassifier
from tests.web.answer.conftest import content_of
from tests.web.conftest import visit
from web import create_app
from web.settings import Settings


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


@pytest.mark.parametrize("path", ["/", "/dataset", "/flower/3"])
def test_without_photos_tiles_stand_in_and_the_page_says_how_to_get_them(bare_garden, path):
    content, _ = visit(create_app(Settings(), FakeClassifier(), bare_garden), path)
    assert "/photos/" not in content
    assert "python -m classifier download" in content
    assert "FLOWERS_ROOT" in content
    assert "data-try" not in content


@pytest.mark.parametrize("path", ["/", "/dataset", "/flower/3"])
def test_a_collection_without_any_photo_listed_works(path):
    content, _ = visit(create_app(Settings(), FakeClassifier(), Collection("x", CLASSES, (), None, "split")), path)
    assert '"page wrap"' in content
