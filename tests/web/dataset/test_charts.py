import pytest

from classifier.data.labels import LabelClass
from classifier.data.statistics import ClassCount
from classifier.data.subject import FLOWERS
from tests.web.conftest import make_site
from web.dataset.charts import create_count_table, describe_balance, describe_colours, describe_shapes


def counts(*totals):
    return [ClassCount(LabelClass(number, f"flower {number}"), {"train": n}) for number, n in enumerate(totals)]


@pytest.mark.parametrize(
    ("totals", "words"),
    [
        ((), "No photos are listed."),
        ((0, 0), "No photos are listed."),
        ((4, 4, 0), "Every flower has 4 photos: the collection is balanced."),
        ((4, 5), "The collection is nearly balanced: Flower 1 has 5 photos, Flower 0 4. That is 1.2 times as many."),
        (
            (4, 6),
            "The collection is unbalanced: Flower 1 has 6 photos, Flower 0 4. That is 1.5 times as many. The model has "
            "seen some flowers far more often than others.",
        ),
    ],
)
def test_balance_in_words(totals, words):
    assert describe_balance(counts(*totals), FLOWERS) == words


def test_shapes_and_colours_in_words(garden):
    site = make_site(garden)
    assert describe_shapes(site).startswith("50\u00a0% of the photos are wider than tall, 50\u00a0% taller than wide")
    assert "Backgrounds count too." in describe_colours(site)


def test_the_table_says_the_same_as_the_bars():
    table = create_count_table(counts(4, 6), FLOWERS, parts=("train", "test"))
    rows = [[cell.children for cell in row.children] for row in table.children[2].children]
    assert rows == [["Flower 0", "4", "0", "4"], ["Flower 1", "6", "0", "6"]]
