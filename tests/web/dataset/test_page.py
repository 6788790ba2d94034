from dataclasses import replace

from tests.making.fakes import CLASSES, FakeClassifier
from tests.web.conftest import visit
from web import create_app
from web.settings import Settings


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
