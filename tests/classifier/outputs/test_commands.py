"""Every command that writes files, where other files are: of other programs, inputs, earlier ones of its own."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from classifier.__main__ import main
from classifier.commands import train
from classifier.training import lr_finder
from tests.classifier.outputs.test_claims import plant_foreign
from tests.making.runs import plant_photos, plant_run, save_untrained

ROOT = Path(__file__).parents[3]
TINY = ["--backbone", "test_efficientnet", "--no-pretrained", "--epochs", "1", "--head-epochs", "0", "--sizes", "32"]
# What would be written, and the command, to be run in a folder with photos/ and run/best.safetensors.
CHECKPOINT = ["--checkpoint", "run/best.safetensors"]
WRITERS = {
    "new folder/answers.csv": ["predict", "photos", "--csv", "new folder/answers.csv", *CHECKPOINT],
    "answers.csv": ["predict", "photos", "--csv", "answers.csv", *CHECKPOINT],
    "a.onnx": ["export", "--output", "a.onnx", *CHECKPOINT],
    "a.pt2": ["export", "--output", "a.pt2", *CHECKPOINT],
    "victim.jpg": ["export", "--format", "onnx", "--output", "victim.jpg", *CHECKPOINT],
    "x.json": ["evaluate", "--report", "x.json", *CHECKPOINT],
    "report/report.html": ["evaluate", "--report", "report", *CHECKPOINT],
    "report/report.json": ["evaluate", "--report", "report", *CHECKPOINT],
    "run/best.report.json": ["evaluate", "--report", *CHECKPOINT],
    "run/best.index.safetensors": ["index", *CHECKPOINT],
    "new/settings.json": ["train", "--data", "photos", "--output", "new/best.safetensors", *TINY],
    "new/metrics.csv": ["train", "--data", "photos", "--output", "new/best.safetensors", *TINY],
    "new/curves.html": ["train", "--data", "photos", "--output", "new/best.safetensors", *TINY],
    "new/left-out.csv": ["train", "--data", "photos", "--run-dir", "new", "--output", "b.safetensors", *TINY],
    "b.manifest.csv": ["train", "--data", "photos", "--run-dir", "new", "--output", "b.safetensors", *TINY],
    "lr/lr-find.png": ["lr-find", "--data", "photos", "--output", "lr", *TINY],
    "lr/lr-find.html": ["lr-find", "--data", "photos", "--output", "lr", *TINY],
    "photos/manifest.csv": ["split", "photos", "--manifest"],
    "cut/manifest.csv": ["split", "photos", "--manifest", "--output", "cut"],
}
FOREIGN = ("photo.jpg", "thesis.json", "plants.csv", "page.html", "other.safetensors", "other.onnx", "other.pt2")


def state_of(folder: Path) -> dict[str, str]:
    """Digest of each file below a folder."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    plant_photos(tmp_path / "photos")
    plant_run(tmp_path / "run")
    (tmp_path / "foreign").mkdir()
    plant_foreign(tmp_path / "foreign")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def no_work(*_: object, **__: object) -> None:
    raise AssertionError("long work began before the output was looked at")


@pytest.mark.parametrize("link", [False, True])
@pytest.mark.parametrize("foreign", FOREIGN)
@pytest.mark.parametrize("output", WRITERS)
def test_files_of_other_programs_stay_as_they_are(
    place: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    output: str,
    foreign: str,
    link: bool,
) -> None:
    path = place / output
    path.parent.mkdir(exist_ok=True)
    if link:
        path.symlink_to(place / "foreign" / foreign)
    else:
        (place / "foreign" / foreign).rename(path)
    before = state_of(place)
    for module, name in ((train, "_photos"), (lr_finder, "range_test")):
        monkeypatch.setattr(module, name, no_work)
    assert main(WRITERS[output]) == 1
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert "is left as it is" in said or "is split already" in said
    assert said.count("\n") == 1, "before any work"
    assert state_of(place) == before
    assert path.is_symlink() == link


@pytest.mark.parametrize(
    "output", ["new folder/answers.csv", "a.pt2", "x.json", "report/report.html", "run/best.index.safetensors"]
)
def test_what_a_command_wrote_it_writes_again(place: Path, output: str) -> None:
    for _ in range(2):
        assert main(WRITERS[output]) == 0
        assert (place / output).is_file()


def test_force_replaces_what_is_there_but_no_input(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for output in ("victim.jpg", "x.json"):
        (place / output).write_text("mine")
        assert main([*WRITERS[output], "--force"]) == 0
        assert (place / output).read_bytes() != b"mine"
    before = state_of(place / "run")
    os.link("run/best.safetensors", "hard.onnx")
    for path in ("run/best.safetensors", "hard.onnx"):
        assert main(["export", "--format", "onnx", "--output", path, "--force", *CHECKPOINT]) == 1
        assert "is read by this command, and is never written to" in capsys.readouterr().err
    assert state_of(place / "run") == before


@pytest.mark.parametrize("photos", [["*.jpg"], ["a.jpg", "b.jpg"], ["."]])
def test_a_pattern_after_csv_cuts_no_photo(place: Path, photos: list[str]) -> None:
    """As the shell makes it of “--csv *.jpg”."""
    for name in ("a.jpg", "b.jpg"):
        (place / name).write_bytes((place / "foreign" / "photo.jpg").read_bytes() + b"\n more after the picture's end")
    before = state_of(place)
    assert main(["predict", "--csv", "a.jpg", *photos, *CHECKPOINT]) == 1
    assert state_of(place) == before


@pytest.mark.parametrize("target", ["run/best.safetensors", "photos", "foreign/photo.jpg"])
def test_a_report_needs_a_folder_or_a_json_file(place: Path, capsys: pytest.CaptureFixture[str], target: str) -> None:
    before = state_of(place)
    status = main(["evaluate", "--report", target, *CHECKPOINT])
    if target != "photos":
        assert status == 1
        assert "Not a directory" in capsys.readouterr().err
        assert state_of(place) == before


def test_calibrate_rewrites_only_the_checkpoint(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "run" / "best.index.safetensors").write_bytes((place / "foreign" / "other.safetensors").read_bytes())
    before = state_of(place)
    assert main(["calibrate", *CHECKPOINT]) == 1
    assert "a safetensors file of another program, not an index of training photos" in capsys.readouterr().err
    assert state_of(place) == before


def test_a_checkpoint_behind_a_link_is_indexed_beside_the_link(place: Path) -> None:
    (place / "link.safetensors").symlink_to("run/best.safetensors")
    before = state_of(place / "run")
    main(["index", "--checkpoint", "link.safetensors", "--data", "photos"])
    assert state_of(place / "run") == before


@pytest.mark.parametrize("what", ["an input", "a checkpoint", "a photo"])
def test_the_script_that_averages_replaces_nothing(place: Path, what: str) -> None:
    output = {"an input": "run/best.safetensors", "a checkpoint": "c.safetensors", "a photo": "foreign/photo.jpg"}[what]
    save_untrained(place / "c.safetensors", seed=1)
    before = state_of(place)
    script: Callable[..., subprocess.CompletedProcess[str]] = lambda *more: subprocess.run(  # noqa: E731
        [sys.executable, "-m", "scripts.average_checkpoints", "run/best.safetensors", "run/best.safetensors",
         "--shares", "0.5", "0.5", "--output", output, *more],
        capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    done = script()
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr
    assert state_of(place) == before
    assert script("--force").returncode == (1 if what == "an input" else 0)
    assert script().returncode == (1 if what == "an input" else 0), "a mean replaces a mean"


@pytest.mark.parametrize("there", ["file", "dangling", "photo"])
def test_a_download_begins_only_where_it_can_end(place: Path, capsys: pytest.CaptureFixture[str], there: str) -> None:
    path = place / "flowers-102"
    if there == "dangling":
        path.symlink_to("nothing")
    else:
        path.write_bytes(b"" if there == "file" else (place / "foreign" / "photo.jpg").read_bytes())
    before = state_of(place)
    assert main(["download", "--root", str(place)]) == 1
    assert "the photos need a folder there. Choose another --root." in capsys.readouterr().err
    assert state_of(place) == before
