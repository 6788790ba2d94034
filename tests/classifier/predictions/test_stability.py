"""Nine views of a photo, judged by a classifier that goes by the colour in the middle."""

import pytest
from PIL import Image

from classifier.predictions.stability import stability, stability_views
from tests.making.fakes import COLOURS, FakeClassifier, draw_flower


def test_a_plain_photo_is_stable():
    found = stability(FakeClassifier(), draw_flower())
    assert found.total == 9
    assert found.agreeing == 9
    assert [view.name for view in found.views][:2] == ["as sent", "flipped"]


def test_an_answer_that_hangs_on_the_crop_is_not():
    photo = draw_flower(size=(300, 300))
    photo.paste(COLOURS[1], (0, 0, 300, 149))
    found = stability(FakeClassifier(), photo)
    assert 1 <= found.agreeing < 9


@pytest.mark.parametrize("size", [(2, 2), (3, 90), (90, 3), (1000, 700), (101, 100)])
def test_views_are_squares_inside_the_photo(size):
    for _, box, picture in stability_views(Image.new("RGB", size)):
        assert picture.width == picture.height >= 1
        assert box is None or (box.left >= 0 and box.left + box.width <= 1 + 1e-9)
