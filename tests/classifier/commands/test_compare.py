import json
from pathlib import Path
from typing import Any

import pytest

from classifier.__main__ import main
from classifier.commands.compare import describe_test
from tests.making.runs import plant_run, save_untrained


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    first = plant_run(tmp_path_factory.mktemp("run"))
    return [str(first), str(save_untrained(first.with_name("second.safetensors"), seed=5))]


def test_counts_add_up(pair: list[str], capsys: pytest.CaptureFixture[str]):
    assert main(["compare", *pair, "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    parts = ("both_right", "only_a_right", "only_b_right", "both_wrong")
    assert sum(result[part] for part in parts) == result["n"] == 9
    assert result["a"]["top1"] == pytest.approx((result["both_right"] + result["only_a_right"]) / 9, abs=1e-5)
    assert result["time_ratio"] > 0
    assert result["a"]["fingerprint"] != result["b"]["fingerprint"]


def test_a_checkpoint_compared_with_itself_differs_nowhere(pair: list[str], capsys: pytest.CaptureFixture[str]):
    assert main(["compare", pair[0], pair[0]]) == 0
    out = capsys.readouterr().out
    assert "only A on 0, only B on 0" in out
    assert "do not show that one is better (p = 1" in out


def test_other_classes_are_refused(pair: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    other = save_untrained(tmp_path / "other.safetensors", names=("dog", "cat"))
    assert main(["compare", pair[0], str(other)]) == 1
    assert "The checkpoint knows " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("p", "a", "b", "words"),
    [(0.001, 30, 9, "A is better"), (0.04, 2, 10, "B is better"), (0.2, 5, 9, "do not show that one is better")],
)
def test_the_test_becomes_a_sentence(p: float, a: int, b: int, words: str):
    result: dict[str, Any] = {"mcnemar_p": p, "only_a_right": a, "only_b_right": b}
    assert words in describe_test(result)
