import re
from dataclasses import replace

import pytest

from classifier.cli.trust_tables import print_targets, print_wild
from classifier.reports.trust.targets import judge_targets
from tests.making.reports import make_verdict_report, make_wild_report


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")


@pytest.mark.parametrize(
    ("covered", "set_sizes", "coverage", "length"),
    [
        (187, (10, 165, 20, 5), "93.50 % │ 89.2–96.2 % │ missed", "1.16 │ 1.10–1.22 │ missed"),
        (196, (2, 190, 8), "98.00 % │ 95.0–99.2 % │ met", "1.04 │ 1.02–1.07 │ met"),
        (0, (200,), "0.00 % │ 0.0–1.9 % │ missed", "– │ – │ not measured"),
    ],
)
def test_targets(
    capsys: pytest.CaptureFixture[str], covered: int, set_sizes: tuple[int, ...], coverage: str, length: str
):
    print_targets(judge_targets(replace(make_verdict_report(), covered=covered, set_sizes=set_sizes)))
    out = re.sub(" +", " ", capsys.readouterr().out)
    assert f"│ coverage │ ≥ 95.00 % │ {coverage} │" in out
    assert f"│ list_length │ ≤ 1.05 │ {length} │" in out


def test_photos_from_elsewhere(capsys: pytest.CaptureFixture[str]):
    print_wild(make_wild_report(), title="best.safetensors", sources=1)
    out = re.sub(" +", " ", capsys.readouterr().out)
    assert "best.safetensors on photos of its classes from friends.csv" in out
    assert "│ n │ 60 │ │ │ photos; 2 classes, 12 sources" in out
    assert "│ confident_precision │ 97.62 % │ 87.7–99.6 % │ 41 of 42 │" in out
    assert "│ list_length │ 2.50 │ 2.10–2.90 │ │" in out
    assert "cluster bootstrap over 12 sources" in out
    assert "│ other-<plant> │ 20 │ 75.0 % │ 53.1–88.8 % │ 5.0 % │ 0.9–23.6 % │ Wilson’s, over photos │" in out
    assert "│ shoe │ 2 │ – │ – │ – │ – │" in out
    assert "│ ann [x] │ 5 │ 1 │ 2 │ 1 │ 0 │ 1 │" in out
    assert "bob" not in out
    assert "… and 1 more" in out


def test_only_what_there_is(capsys: pytest.CaptureFixture[str]):
    print_wild(replace(make_wild_report(), known=None, strangers=()), title="best", sources=0)
    assert capsys.readouterr().out == ""
