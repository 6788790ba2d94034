"""The figures of evaluate --trust, on made-up judgements and through the commands."""

import json
from pathlib import Path

import numpy as np
import pytest

from classifier import material
from classifier.__main__ import main
from classifier.trust_evaluation import Judged, area, calibration_error, summarise_trust
from tests.classifier.tiny import plant_checkpoint
from tests.web.fakes import draw_flower

KEYS = {
    "ece", "confident_share", "confident_precision", "coverage", "set_size", "known_kept", "unknown_rejected", "auroc",
}  # fmt: skip


def make_judged(verdicts: list[str], right: list[int], *, familiarity: float = 1.0) -> Judged:
    n = len(verdicts)
    return Judged(
        best=np.ones(n, dtype=int),
        positions=np.array(right),
        confidence=np.full(n, 0.75),
        covered=np.array(right, dtype=bool),
        set_sizes=np.full(n, 2),
        verdicts=tuple(verdicts),
        familiarity=np.full(n, familiarity),
    )


def test_the_figures():
    known = make_judged(["confident", "confident", "unsure", "unknown"], [1, 0, 1, 1])
    figures = summarise_trust(known, make_judged(["unknown", "unsure"], [-1, -1], familiarity=0.5))
    assert figures == {
        "n": 4, "ece": 0.0, "confident_share": 0.5, "confident_precision": 0.5, "coverage": 0.75, "set_size": 2.0,
        "known_kept": 0.75, "unknown_n": 2, "unknown_rejected": 0.5, "auroc": 1.0,
    }  # fmt: skip


def test_without_unknown_pictures_or_confident_answers():
    figures = summarise_trust(make_judged(["unsure"], [1]))
    assert figures["confident_precision"] is figures["auroc"] is figures["unknown_rejected"] is None


@pytest.mark.parametrize(
    ("above", "below", "expected"), [([2, 3], [0, 1], 1), ([0], [1], 0), ([1], [1], 0.5), ([0, 2], [1], 0.5)]
)
def test_area(above, below, expected):
    assert area(np.array(above), np.array(below)) == expected


def test_calibration_error_has_the_edges_in_their_bins():
    assert calibration_error(np.array([1.0, 1.0]), np.array([True, True])) == 0
    assert calibration_error(np.array([0.0, 1.0]), np.array([True, False])) == 1


def test_the_commands(tmp_path: Path, capsys, monkeypatch):
    monkeypatch.setattr(material, "DRAWN", 9)
    monkeypatch.setattr(material, "sample_files", list)
    path, _ = plant_checkpoint(tmp_path)
    asked = ["evaluate", "--checkpoint", str(path), "--split", "home-test", "--trust", "--json"]
    assert main(asked) == 1
    assert "python -m classifier calibrate" in capsys.readouterr().err
    assert main(["index", "--checkpoint", str(path)]) == 0
    others = tmp_path / "others"
    others.mkdir()
    assert main(["calibrate", "--checkpoint", str(path), "--unknown", str(others)]) == 1
    assert "holds no file" in capsys.readouterr().err
    draw_flower((0, 0, 0)).save(others / "dark.png")
    (others / "notes.txt").write_text("no picture")
    assert main(["calibrate", "--checkpoint", str(path), "--unknown", str(others)]) == 0
    capsys.readouterr()
    assert main([*asked, "--unknown", str(others)]) == 0
    said = capsys.readouterr()
    assert set(json.loads(said.out)) >= KEYS
    assert "notes.txt" in said.err
