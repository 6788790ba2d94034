"""The first page, before a photo is chosen."""

from tests.web.conftest import visit
from web import create_app
from web.settings import Settings


def test_the_first_page_has_the_overview_and_photos_to_try(app):
    content, _ = visit(app, "/")
    assert '"54"' in content  # photos
    assert "6 kinds of flowers" in content
    assert "4–14" in content
    assert content.count('"data-try": "/photos/') == 3
    assert '"disabled": true' in content


def test_photos_to_try_come_from_the_test_part(app, garden):
    content, _ = visit(app, "/")
    ids = [int(part.split(".webp")[0]) for part in content.split('"data-try": "/photos/')[1:]]
    assert {garden.photo(image_id).splits["home"] for image_id in ids} == {"test"}
    assert len({garden.photo(image_id).class_id for image_id in ids}) == 3


def test_without_a_model_the_first_page_says_so(garden):
    content, _ = visit(create_app(Settings(), None, garden), "/")
    assert "no trained model" in content
    assert '"data-ready": "no"' in content
