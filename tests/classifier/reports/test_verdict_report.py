"""Verdicts in a report, read and written."""

import json

import pytest

from classifier.errors import ReportError
from classifier.reports.report import Report
from tests.making.reports import make_report, make_verdict_report


def with_verdicts(values: object) -> dict[str, object]:
    return {**make_report().to_dict(), "verdicts": values}


def test_it_survives_writing_and_reading():
    verdicts = make_verdict_report()
    values = json.loads(json.dumps(with_verdicts(verdicts.to_dict())))
    assert Report.from_dict(values).verdicts == verdicts


def test_a_report_without_it_is_still_read():
    values = make_report().to_dict()
    assert Report.from_dict(values).verdicts is None
    del values["verdicts"]
    assert Report.from_dict(values).verdicts is None


def test_shares_have_their_intervals():
    values = make_verdict_report().to_dict()
    assert (values["confident_share"], values["confident_precision"], values["known_kept"]) == (0.8, 0.99375, 0.95)
    assert (values["coverage"], values["set_size"], values["unknown_n"]) == (0.935, 1.1, 70)
    assert values["list_coverage"] == pytest.approx(28 / 30, abs=1e-5)
    assert values["unknown_rejected"] == pytest.approx(60 / 70, abs=1e-5)
    for name in ("confident_share", "confident_precision", "coverage", "list_coverage", "known_kept"):
        low, high = values[f"{name}_interval"]
        assert low < values[name] < high
    plants = values["unknown"][0]
    assert plants["verdicts"]["unsure"]["share"] == 0.16
    assert values["unknown"][1]["verdicts"]["confident"]["precision"] is None


@pytest.mark.parametrize(
    "damage",
    [
        7,
        [],
        "verdicts",
        {"ece": 0.1},
        {**make_verdict_report().to_dict(), "known": None},
        {**make_verdict_report().to_dict(), "set_sizes": ["x"]},
        {**make_verdict_report().to_dict(), "familiarity_edges": [0.0, 1.0]},
        {**make_verdict_report().to_dict(), "unknown": [{"name": "shoes"}]},
    ],
)
def test_a_damaged_part_is_refused(damage: object):
    with pytest.raises(ReportError, match="not a report"):
        Report.from_dict(with_verdicts(damage))
