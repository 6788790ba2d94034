"""The part of a report that tells of trust, read and written."""

import json

import pytest

from classifier.errors import ReportError
from classifier.reports.report import Report
from classifier.reports.verdict_report import Group, TrustReport
from tests.classifier.reports.test_report import make_report


def make_trust() -> TrustReport:
    """Of 200 photos 160 are confident, 30 unsure and 10 turned away; of 50 other plants 40, of 20 shoes all."""
    return TrustReport(
        ece=0.012,
        known=Group(
            "",
            {"confident": 160, "unsure": 30, "unknown": 10},
            {"confident": 159, "unsure": 20, "unknown": 3},
            {"not_a_flower": 4, "unknown_flower": 6},
            (2, 8, 90, 100),
        ),
        covered=187,
        promised=0.95,
        set_sizes=(10, 165, 20, 5),
        edges=(-2.0, -1.0, 0.0, 1.0, 2.0),
        unknown=(
            Group("other <plants>", {"confident": 2, "unsure": 8, "unknown": 40},
                  {"confident": 0, "unsure": 0, "unknown": 0}, {"not_a_flower": 10, "unknown_flower": 30},
                  (10, 30, 9, 1), 0.9),
            Group("shoes", {"confident": 0, "unsure": 0, "unknown": 20},
                  {"confident": 0, "unsure": 0, "unknown": 0}, {"not_a_flower": 20, "unknown_flower": 0},
                  (20, 0, 0, 0), 1.0),
        ),
        auroc=0.93,
    )  # fmt: skip


def with_trust(values: object) -> dict[str, object]:
    return {**make_report().to_dict(), "trust": values}


def test_it_survives_writing_and_reading():
    trust = make_trust()
    values = json.loads(json.dumps(with_trust(trust.to_dict())))
    assert Report.from_dict(values).trust == trust


def test_a_report_without_it_is_still_read():
    values = make_report().to_dict()
    assert Report.from_dict(values).trust is None
    del values["trust"]
    assert Report.from_dict(values).trust is None


def test_shares_have_their_intervals():
    values = make_trust().to_dict()
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
        "trust",
        {"ece": 0.1},
        {**make_trust().to_dict(), "known": None},
        {**make_trust().to_dict(), "set_sizes": ["x"]},
        {**make_trust().to_dict(), "familiarity_edges": [0.0, 1.0]},
        {**make_trust().to_dict(), "unknown": [{"name": "shoes"}]},
    ],
)
def test_a_damaged_part_is_refused(damage: object):
    with pytest.raises(ReportError, match="no report"):
        Report.from_dict(with_trust(damage))
