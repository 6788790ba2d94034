from dataclasses import replace

from tests.making.fakes import FakeClassifier
from tests.web.conftest import visit
from web import create_app
from web.settings import Settings


def test_equally_many_photos_of_each_flower_are_no_range(garden):
    even = replace(garden, photos=tuple(photo for photo in garden.photos if photo.image_id % 100 < 4))
    content, _ = visit(create_app(Settings(), FakeClassifier(), even), "/")
    assert "4–4" not in content
    assert "Each flower has 4 photos." in content
