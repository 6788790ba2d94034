"""python -m benchmarks, with parts that measure nothing."""

import subprocess
from pathlib import Path

import pytest

from benchmarks import __main__ as command
from benchmarks.report.parts import Options, Part
from benchmarks.report.records import Result, read_records


class Measured(Part):
    """A part whose function is given."""

    def find(self):
        return FUNCTIONS[self.title]


def fail(options: Options) -> Result:
    raise OSError("the disk is full")


def crash(options: Options) -> Result:
    raise subprocess.CalledProcessError(-9, "browser")


FUNCTIONS = {
    "bad": fail,
    "crashing": crash,
    "good": lambda options: Result(figures={"rounds": float(options.rounds(9))}),
    "missing": None,
    "rare": lambda options: Result(figures={"rare": 1.0}),
}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    parts = {name: Measured(name, "", "Some prose.", by_name=name == "rare") for name in FUNCTIONS}
    for module in ("benchmarks.__main__", "benchmarks.report.page"):
        monkeypatch.setattr(f"{module}.PARTS", parts)
    return lambda *arguments: command.main([*arguments, "--output", str(tmp_path)])


def test_what_fails_or_is_missing_is_said_and_the_rest_is_recorded(
    run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert run() == 1
    said = capsys.readouterr().err
    assert "bad: failed. OSError: the disk is full" in said
    assert "crashing: failed. CalledProcessError: " in said
    assert "Failed: bad, crashing." in said
    assert "missing: left out" in said
    records = read_records(tmp_path / "performance.json")
    assert set(records) == {"good"}
    assert records["good"].result.figures == {"rounds": 9.0}
    assert records["good"].command == "python -m benchmarks --only good"
    assert "`python -m benchmarks --only good` on " in (tmp_path / "performance.md").read_text(encoding="utf-8")


def test_a_part_alone_leaves_the_records_of_the_others(run, tmp_path: Path):
    assert run("--only", "good") == 0
    assert run("--only", "rare", "missing") == 0
    assert set(read_records(tmp_path / "performance.json")) == {"good", "rare"}


def test_what_takes_pip_is_measured_when_asked_for(run, tmp_path: Path):
    run("--install")
    assert set(read_records(tmp_path / "performance.json")) == {"good", "rare"}


def test_quick_records_nothing(run, tmp_path: Path):
    assert run("--quick", "--only", "good") == 0
    assert list(tmp_path.iterdir()) == []


def test_the_page_alone_is_written_from_the_records(run, tmp_path: Path):
    run("--only", "good")
    (tmp_path / "performance.md").unlink()
    assert run("--page") == 0
    assert "--only good` on" in (tmp_path / "performance.md").read_text(encoding="utf-8")


def test_damaged_records_are_not_overwritten(run, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "performance.json").write_text("damaged")
    assert run() == 1
    assert capsys.readouterr().err.startswith("error: ")
    assert (tmp_path / "performance.json").read_text() == "damaged"
