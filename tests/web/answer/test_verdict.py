from dataclasses import replace

import pytest

from classifier.predictions.values import Candidate
from tests.making.fakes import FakeClassifier, draw_flower, encode
from tests.web.conftest import make_site
from web.answer.verdict import (
    class_name,
    create_coverage,
    create_record,
    create_record_line,
    create_share_bar,
    list_names,
)


@pytest.fixture(scope="module")
def prediction():
    return FakeClassifier(calibrated={}).predict([encode(draw_flower())])[0]


def candidates(count):
    return tuple(Candidate(number, f"flower {number}", None, 0.1) for number in range(count))


@pytest.mark.parametrize(
    ("count", "links", "end"), [(2, 2, None), (6, 6, None), (7, 6, " and 1 other"), (90, 6, " and 84 others")]
)
def test_long_lists_are_folded(count, links, end):
    names = list_names(candidates(count))
    assert sum(not isinstance(name, str) for name in names) == links
    assert (names[-1] == end) == (end is not None)


def test_a_list_of_all_classes_rules_none_out(garden, prediction):
    everything = replace(prediction, verdict="unsure", coverage_set=candidates(6))
    assert (
        create_coverage(everything, site=make_site(garden)).children == "The model can rule out none of the 6 flowers."
    )
    assert create_coverage(replace(prediction, coverage_set=None), site=make_site(garden)) is None


def test_few_answers_are_helped_by_those_of_all_classes(garden, prediction):
    site, record = make_site(garden), prediction.track_record
    assert "When this sure of any" not in str(create_record_line(prediction, site=site))
    few = replace(prediction, track_record=replace(record, n=3, right=3))
    line = str(create_record_line(few, site=site))
    assert "3 of 3 times" in line
    assert "When this sure of any flower, it was right 114 of 120 times." in line
    none = replace(prediction, track_record=replace(record, n=0, right=0, share=None, overall_n=0))
    assert create_record_line(none, site=site) is None


def test_a_class_that_was_never_confused_says_so(garden, prediction):
    clean = replace(prediction, track_record=replace(prediction.track_record, confusions=()))
    assert "No test photo of Sunflower was taken for another flower" in str(
        create_record(clean, site=make_site(garden))
    )
    assert create_record(replace(prediction, track_record=None), site=make_site(garden)) == []


def test_a_share_without_answers_has_no_mark():
    assert "record__mark" not in str(create_share_bar("x", 0, 0))
    assert "record__band" in str(create_share_bar("x", 3, 4, low=0.2, high=0.9))


def test_a_class_that_the_collection_does_not_know_has_words(garden):
    assert class_name(999, site=make_site(garden)) == "another flower"
