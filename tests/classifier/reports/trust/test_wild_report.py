"""Figures of photos from elsewhere, read and written."""

import json
from dataclasses import replace

import pytest

from classifier.errors import ReportError
from classifier.reports.report import Report
from classifier.reports.trust.wild_report import Source, WildReport
from tests.making.reports import make_report, make_wild_report


def test_it_survives_writing_and_reading():
    values = json.loads(json.dumps(make_wild_report().to_dict()))
    assert WildReport.from_dict(values).to_dict() == values
    assert (values["n"], values["left_out"]) == (82, 3)
    assert values["known"]["list_coverage"]["n"] == 12
    assert values["strangers"][1]["turned_away"] is None
    alone = replace(make_wild_report(), known=None, strangers=())
    assert WildReport.from_dict(alone.to_dict()) == alone


def test_it_is_a_part_of_a_report_that_may_be_missing():
    report = replace(make_report(), wild=make_wild_report())
    values = json.loads(json.dumps(report.to_dict()))
    assert Report.from_dict(values).wild.to_dict() == make_wild_report().to_dict()
    assert Report.from_dict({**values, "wild": None}).wild is None
    del values["wild"]
    assert Report.from_dict(values).wild is None


@pytest.mark.parametrize(
    "damage",
    [7, [], "wild", {"name": "x"}, {**make_wild_report().to_dict(), "known": {"n": 1}},
     {**make_wild_report().to_dict(), "by_source": [{"name": "x"}]},
     {**make_wild_report().to_dict(), "strangers": [{"kind": "x"}]}],
)  # fmt: skip
def test_a_damaged_part_is_refused(damage: object):
    with pytest.raises(ReportError, match="not a report"):
        Report.from_dict({**make_report().to_dict(), "wild": damage})


def test_the_mistakes_of_a_source():
    source = Source("ann", known=5, right=1, known_away=2, strangers=2, strangers_away=0, named=1)
    assert source.mistakes == 5
    once = Source("bob", known=1, right=0, known_away=0, strangers=0, strangers_away=0, named=0)
    assert once.at_least_wrong < source.at_least_wrong < 5 / 7
