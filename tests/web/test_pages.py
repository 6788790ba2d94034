"""Pages as Dash's router builds them when a visitor goes to an address."""

import re
from dataclasses import replace

import dash
import pytest
from dash import Input, Output, html

from classifier.data.collection import Collection
from classifier.data.subject import KINDS, Subject
from tests.making.fakes import CLASSES, FakeClassifier
from tests.web.answer.conftest import content_of
from tests.web.conftest import make_site, visit
from web import create_app
from web.pages import NOT_FOUND, PAGES, Page
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
    app = create_app(settings, FakeClassifier(calibrated={}), replace(garden, subject=subject))
    contents = [visit(app, path)[0] for path in ("/", "/dataset", "/flower/3", "/model", "/nope")]
    sources = [app.server.test_client().get(path).text for path in ("/", "/dataset", "/flower/3", "/model", "/nope")]
    contents += [*sources, content_of(app)[0], content_of(app)[1]]
    for text in contents:
        # Addresses and ids say so still, and one class is the sunflower.
        told = re.sub(r"/flower/|flower\.svg|sunflower|_flower|flower_", "", text.lower())
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


@pytest.mark.parametrize(
    ("template", "path", "variables"),
    [
        ("/", "/", {}),
        ("/", "/x", None),
        ("/dataset", "/dataset/", {}),
        ("/dataset", "/dataset/x", None),
        ("/dataset", "/", None),
        ("/flower/<flower_id>", "/flower/3", {"flower_id": "3"}),
        ("/flower/<flower_id>", "/flower/3/4", None),
        ("/flower/<flower_id>", "/flower/", None),
        ("/flower/<flower_id>", "/dataset/3", None),
        ("/<kind>/all", "/bees/all", {"kind": "bees"}),
        ("/<kind>/all", "/bees/some", None),
    ],
)
def test_addresses_match_their_page_and_no_other(template, path, variables):
    assert replace(NOT_FOUND, path=template).match(path) == variables


def test_every_page_has_what_all_have(garden):
    site = make_site(garden)
    for page in (*PAGES, NOT_FOUND):
        variables = {"flower_id": "3"} if "<" in page.path else {}
        assert page.title(site, **variables)
        assert isinstance(page.description(site, **variables), str)
        assert "H1" in str(page.opening(site, **variables))
        assert "page wrap" in str(page.layout(site, **variables))
    assert len({page.name for page in (*PAGES, NOT_FOUND)}) == len({page.path for page in PAGES}) + 1


def test_a_page_of_the_list_is_all_that_a_new_page_needs(garden, monkeypatch):
    bees = Page(
        path="/bees/<bee>",
        name="Bees",
        title=lambda site, bee: f"Bee {bee}",
        description=lambda site, bee: "",
        opening=lambda site, bee: html.H1(f"Here is bee {bee}") if bee.isdigit() else None,
        layout=lambda site, bee: html.Div(f"All about bee {bee}"),
        register=lambda app, site: app.callback(Output("bee", "children"), Input("hive", "value"))(str),
    )
    monkeypatch.setattr("web.pages.PAGES", (*PAGES, bees))
    try:
        app = create_app(Settings(), FakeClassifier(), garden)
        response = app.server.test_client().get("/bees/7")
        assert response.status_code == 200
        assert "<title>Bee 7</title>" in response.text
        assert "<h1>Here is bee 7</h1>" in response.text
        assert app.server.test_client().get("/bees/x").status_code == 404
        content, title = visit(app, "/bees/7", "?hive=8&site=1")
        assert "All about bee 7" in content
        assert title == "Bee 7"
        assert "bee.children" in app.callback_map
    finally:
        dash.page_registry.pop("web.pages.bees", None)
