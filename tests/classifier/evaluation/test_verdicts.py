"""The figures of evaluate --trust, on made-up judgements and through the commands."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from classifier.__main__ import main
from classifier.calibration import examples
from classifier.evaluation.verdicts import (
    FAMILIARITY_BINS,
    Judged,
    area,
    create_verdict_report,
    familiarity_edges,
)
from classifier.reports.report import read_report, report_path
from tests.making.fakes import draw_flower
from tests.making.tiny import plant_checkpoint

KEYS = {
    "ece", "confident_share", "confident_precision", "coverage", "list_coverage", "list_length", "set_size",
    "known_kept", "unknown_rejected", "auroc", "targets",
}  # fmt: skip


def make_judged(verdicts: list[str], right: list[int], *, familiarity: float = 1.0) -> Judged:
    n = len(verdicts)
    covered = [
        verdict == "unsure" or (verdict == "confident" and own == 1)
        for verdict, own in zip(verdicts, right, strict=True)
    ]
    return Judged(
        best=np.ones(n, dtype=int),
        positions=np.array(right),
        confidence=np.full(n, 0.75),
        covered=np.array(covered),
        set_sizes=np.full(n, 2),
        verdicts=tuple(verdicts),
        reasons=tuple("not_the_subject" if verdict == "unknown" else None for verdict in verdicts),
        familiarity=np.full(n, familiarity),
    )


def test_the_figures():
    known = make_judged(["confident", "confident", "unsure", "unknown"], [1, 0, 1, 1])
    others = make_judged(["unknown", "unsure"], [-1, -1], familiarity=0.5)
    report = create_verdict_report(known, {"shoes": others}, promised=0.95)
    assert report.summary == {
        "n": 4, "ece": 0.0, "confident_share": 0.5, "confident_precision": 0.5, "coverage": 0.5, "list_coverage": 1.0,
        "list_length": 2.0, "set_size": 2.0,
        "known_kept": 0.75, "unknown_n": 2, "unknown_rejected": 0.5, "auroc": 1.0,
    }  # fmt: skip


def test_every_kind_of_unknown_picture_is_counted_for_itself():
    known = make_judged(["confident", "unsure", "unknown"], [1, 0, 1], familiarity=2)
    kinds = {"shoes": ["unknown", "unknown"], "oaks": ["confident", "unknown", "unsure"]}
    groups = {
        name: make_judged(verdicts, [-1] * len(verdicts), familiarity=place)
        for place, (name, verdicts) in enumerate(kinds.items(), start=1)
    }
    report = create_verdict_report(known, groups, promised=0.95)
    shoes, oaks = report.unknown
    assert (shoes.name, shoes.n, shoes.kept, shoes.reasons["not_the_subject"], shoes.auroc) == ("shoes", 2, 0, 2, 1)
    assert (oaks.name, oaks.n, oaks.kept, oaks.right["confident"], oaks.auroc) == ("oaks", 3, 2, 0, 0.5)
    assert report.auroc == 0.7
    assert report.known.right == {"confident": 1, "unsure": 0, "unknown": 1}
    assert report.set_sizes == (0, 0, 3)
    assert [sum(group.familiarity) for group in (report.known, *report.unknown)] == [3, 2, 3]


@pytest.mark.parametrize(
    "values", [[0.0], [3.0, 3.0], [-13.8, 13.8], [-0.2, 0.1, 5], list(range(-9, -3)), [1e-9, -1e-9, 0]]
)
def test_unknown_begins_at_an_edge_of_the_histogram(values):
    edges = familiarity_edges(np.array(values, dtype=np.float32))
    assert 0 in edges
    assert (np.diff(edges) > 0).all()
    assert len(edges) <= FAMILIARITY_BINS + 3
    judged = replace(make_judged(["unsure"] * len(values), [1] * len(values)), familiarity=np.array(values))
    assert sum(create_verdict_report(judged, promised=0.95).known.familiarity) == len(values)


def test_without_unknown_pictures_or_confident_answers():
    figures = create_verdict_report(make_judged(["unsure"], [1]), promised=0.95).summary
    assert figures["confident_precision"] is figures["auroc"] is figures["unknown_rejected"] is None


@pytest.mark.parametrize(
    ("above", "below", "expected"), [([2, 3], [0, 1], 1), ([0], [1], 0), ([1], [1], 0.5), ([0, 2], [1], 0.5)]
)
def test_area(above, below, expected):
    assert area(np.array(above), np.array(below)) == expected


@pytest.mark.parametrize(("confidence", "right", "expected"), [([1, 1], [1, 1], 0), ([0, 1], [1, 0], 1)])
def test_the_calibration_error_has_the_edges_in_their_bins(confidence, right, expected):
    judged = replace(make_judged(["unsure", "unsure"], right), confidence=np.array(confidence, dtype=np.float32))
    assert create_verdict_report(judged, promised=0.95).ece == expected


def test_the_commands(tmp_path: Path, capsys, monkeypatch):
    monkeypatch.setattr(examples, "DRAWN", 9)
    monkeypatch.setattr(examples, "sample_files", list)
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
    report_with_trust(path, others, capsys)


def report_with_trust(path: Path, others: Path, capsys) -> None:
    """The calibrated checkpoint's report, with two kinds of unknown pictures."""
    more = others.with_name("other-things")
    more.mkdir()
    asked = ["evaluate", "--checkpoint", str(path), "--split", "home-test", "--json", "--report"]
    assert main([*asked, "--unknown", str(more)]) == 1
    assert "holds no file" in capsys.readouterr().err
    (more / "notes.txt").write_text("no picture")
    assert main([*asked, "--unknown", str(more)]) == 1
    assert "None of 1 unknown pictures can be read" in capsys.readouterr().err
    draw_flower((0, 0, 0)).save(more / "dark.png")
    assert main([*asked, "--unknown", str(others), "--unknown", str(others)]) == 1
    assert "Two folders of unknown pictures are called “others”" in capsys.readouterr().err
    assert main([*asked, "--unknown", str(others), "--unknown", str(more)]) == 0
    assert "top1" in json.loads(capsys.readouterr().out)
    report = read_report(report_path(path))
    assert report.verdicts
    assert report.verdicts.known.n == report.summary["n"]
    assert [(group.name, group.n) for group in report.verdicts.unknown] == [("others", 1), ("other things", 1)]
    assert main([*asked, "--trust", "--tta"]) == 0
    assert set(json.loads(capsys.readouterr().out)) >= KEYS
    tta = read_report(report_path(path))
    # Verdicts are of the photos as they are; names and lists are those of the mean over the views, as `predict` gives.
    assert tta.verdicts.known.verdicts == report.verdicts.known.verdicts
    assert tta.verdicts.ece != report.verdicts.ece
    assert (tta.verdicts.unknown, tta.verdicts.auroc, tta.verdicts.promised) == ((), None, report.verdicts.promised)
    assert main([*asked[:-2], "--trust", "--unknown", str(others), "--unknown", str(more)]) == 0
    assert "other things" in capsys.readouterr().out
    wild_with_trust(asked[:-1], others, more, capsys)


def wild_with_trust(asked: list[str], others: Path, more: Path, capsys) -> None:
    """Photos from elsewhere beside those of the split: their strangers are kinds of unknown pictures."""
    draw_flower().save(more / "sunflower.png")
    (more / "any.csv").write_text("file,kind,class\nsunflower.png,known,Sunflower\ndark.png,others,\n")
    assert main([*asked, "--trust", "--json", "--wild", str(more)]) == 0
    values = json.loads(capsys.readouterr().out)
    assert (values["unknown_n"], values["wild"]["known"]["n"], values["wild"]["strangers"][0]["n"]) == (1, 1, 1)
    assert [target["photos"] for target in values["targets"]] == ["split", "elsewhere"]
    assert values["wild"]["strangers"][0]["turned_away"]["n"] == 1
    assert main([*asked, "--trust", "--wild", str(more), "--unknown", str(others)]) == 1
    assert "Two kinds of unknown pictures are called “others”" in capsys.readouterr().err
