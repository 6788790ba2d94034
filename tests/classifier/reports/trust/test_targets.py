"""Targets of the lists: nobody reaches them by listing more classes, or by turning more photos away."""

from dataclasses import replace

import pytest

from classifier.reports.trust.estimates import Estimate
from classifier.reports.trust.targets import judge_targets, list_lengths
from classifier.reports.verdict_report import VerdictReport
from tests.making.reports import make_verdict_report, make_wild_report


def make_lists(*, covered: int, set_sizes: tuple[int, ...]) -> VerdictReport:
    return replace(make_verdict_report(), covered=covered, set_sizes=set_sizes)


@pytest.mark.parametrize(
    ("covered", "set_sizes", "met"),
    [
        (190, (0, 190, 10), (True, True)),  # 95 % exactly, with 1.05 on a list exactly
        (189, (0, 200), (False, True)),
        (200, (0, 189, 11), (True, False)),
        (200, (0,) * 102 + (200,), (True, False)),  # all classes on every list
        (190, (0, 199, *(0,) * 50, 1), (True, False)),  # one list of 52
        (190, (10, 180, 10), (True, False)),  # without the empty lists, the mean is above 1.05, with them at 1.0
        (150, (50, 150), (False, True)),  # photos turned away are not covered
    ],
)
def test_coverage_and_length_count_together(covered: int, set_sizes: tuple[int, ...], met: tuple[bool, bool]):
    target = judge_targets(make_lists(covered=covered, set_sizes=set_sizes))[0]
    assert tuple(bound.met for bound in target.bounds) == met
    assert target.met == all(met)


def test_each_figure_has_its_interval():
    target = judge_targets(make_lists(covered=196, set_sizes=(2, 190, 8)))[0]
    coverage, length = target.to_dict()["bounds"]
    assert (coverage["at_least"], coverage["value"], coverage["n"], coverage["met"]) == (0.95, 0.98, 200, True)
    assert coverage["interval"][0] < 0.98 < coverage["interval"][1]
    assert (length["at_most"], length["value"], length["n"], length["met"]) == (1.05, 1.0404, 198, True)
    assert 1 < length["interval"][0] < 1.0404 < length["interval"][1]


def test_without_a_list_nothing_is_met():
    target = judge_targets(make_lists(covered=0, set_sizes=(200,)))[0]
    assert [bound.met for bound in target.bounds] == [False, None]
    assert target.met is False
    assert target.to_dict()["bounds"][1]["value"] is None


def test_list_lengths_leave_empty_lists_out():
    assert list_lengths((7, 3, 0, 2)) == {1: 3, 3: 2}


@pytest.mark.parametrize(
    ("covered", "length", "met"),
    [
        ((9, 10), 3.0, (True, True)),
        ((89, 100), 1.0, (False, True)),
        ((100, 100), 102.0, (True, False)),  # all classes on every list
        ((0, 0), None, (None, None)),
    ],
)
def test_lists_on_photos_from_elsewhere(covered: tuple[int, int], length: float | None, met: tuple[bool | None, ...]):
    wild = make_wild_report()
    mean = None if length is None else Estimate(length, length, length, covered[1])
    figures = {**wild.known.figures, "list_coverage": Estimate.of_share(*covered), "list_length": mean}
    target = judge_targets(None, replace(wild, known=replace(wild.known, figures=figures)))[0]
    assert (target.photos, tuple(bound.met for bound in target.bounds)) == ("elsewhere", met)
    assert target.met == (None if None in met else all(met))


def test_without_photos_from_elsewhere_their_target_is_not_measured():
    split, elsewhere = judge_targets(make_verdict_report())
    assert (split.photos, split.met) == ("split", False)
    assert (elsewhere.photos, elsewhere.met) == ("elsewhere", None)
    assert judge_targets(None, replace(make_wild_report(), known=None))[0].met is None
    assert judge_targets(None) == ()
