from dataclasses import replace

import pytest

from classifier.data.collection import Collection
from tests.making.reports import make_garden_report
from tests.web.conftest import make_site
from web.model.photos import create_opened, describe_cell, name_of


@pytest.mark.parametrize(
    ("class_id", "answer_id", "words"),
    [
        (3, 3, "Sunflower: 1 photo rightly named, the surest first."),
        (4, 7, "1 photo of Tiger lily, called Fire lily, the surest first."),
        (4, 8, "Tiger lily: 1 photo, 1 of them wrongly named; the hardest first."),
        (20, None, "Colt’s foot <b>& co</b>: 3 photos, all rightly named; the hardest first."),
        (99, None, "Class 99: none of its photos was among those measured."),
    ],
)
def test_a_cell_and_a_row_are_put_into_words(garden: Collection, class_id: int, answer_id: int | None, words: str):
    assert describe_cell(make_garden_report(garden), class_id, answer_id)[0] == words


def test_a_class_without_a_name_has_its_number(garden: Collection):
    assert name_of(make_garden_report(garden), 99) == "Class 99"


def test_of_very_many_photos_the_first_are_shown(garden: Collection):
    report = make_garden_report(garden)
    many = replace(report, answers=report.answers * 40)
    opened = str(create_opened(many, 20, None, site=make_site(garden)))
    assert "The first 60 are shown." in opened
    assert opened.count("Figcaption") == 60
