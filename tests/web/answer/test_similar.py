import pytest

from classifier.predictions.values import Neighbour
from tests.making.fakes import CLASSES, FakeClassifier, draw_flower, encode
from tests.web.conftest import make_site
from web.answer.similar import create_nearest, create_overall, create_similar_photos, create_versus, describe_similarity


@pytest.fixture(scope="module")
def prediction():
    return FakeClassifier(calibrated={}).predict([encode(draw_flower())], maps=True)[0]


@pytest.mark.parametrize(
    ("similarity", "words"),
    [(0.934, "similarity 0.93"), (1.0001, "similarity 1.00"), (-0.2, "similarity 0.00")],
)
def test_a_cosine_is_shown_with_two_decimals_and_never_below_zero(similarity, words):
    assert describe_similarity(similarity) == words


def test_photos_that_the_collection_does_not_know_are_left_out(garden):
    found = [Neighbour(101, 3, 0.9), Neighbour(999_999, 3, 0.8)]
    assert len(create_similar_photos(found, site=make_site(garden)).children) == 1


def test_photos_of_any_class_have_names(garden, prediction):
    shown = str(create_overall(prediction.neighbours, site=make_site(garden)))
    assert "near__name" in shown
    assert CLASSES[1].name in shown


def test_a_class_without_indexed_photos_says_so(garden, prediction):
    candidate = prediction.candidates[0]
    empty = type(prediction.neighbours)((), {})
    shown = str(create_nearest(candidate, empty, site=make_site(garden)))
    assert "No photo of Sunflower is indexed." in shown
    assert "All 2 training photos of Sunflower" in shown


def test_only_those_with_a_contrast_are_compared(garden, prediction):
    best, second, *_ = prediction.candidates
    words, tabs = create_versus(best, [second], None, site=make_site(garden))
    assert words.children[2] == " it speaks for Sunflower, where it is "
    assert tabs.value == str(second.class_id)
    assert len(tabs.children[0].children) == 1
    assert best.name in str(tabs)
