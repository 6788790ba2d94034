import pytest

from classifier.data.labels import LabelClass
from tests.making.fakes import CLASSES
from web.dataset.search import search


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [3, 4, 7, 8, 11, 20]),
        ("lily", [4, 7]),
        ("LILY fire", [7]),
        ("asteraceae", [3, 20]),
        ("rosa", [8]),
        ("tussilago", [20]),
        ("no such flower", []),
        ("  rose ", [8]),
        ("<b>", [20]),
        ("lilies", [4, 7]),
        ("Roses", [8]),
        ("colts", [20]),
        ("s", [3, 7, 8, 11, 20]),
        ("%", []),
        ("(", []),
    ],
)
def test_search_finds_every_word_in_any_name(query, found):
    assert [label.class_id for label in search(CLASSES, query)] == found


@pytest.mark.parametrize("query", ["rosé", "rose\u0301", "ROSÉ", "rosé\u200b", "\uff52osé"])
@pytest.mark.parametrize("name", ["Rosé", "Rose\u0301"])
def test_search_finds_a_name_however_it_is_typed(name, query):
    label = LabelClass(1, name)
    assert search([label, LabelClass(2, "lily")], query) == (label,)
