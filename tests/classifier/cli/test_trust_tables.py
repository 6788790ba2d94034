import re
from dataclasses import replace

import pytest

from classifier.cli.trust_tables import print_targets
from classifier.reports.trust.targets import judge_targets
from tests.making.reports import make_verdict_report


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
