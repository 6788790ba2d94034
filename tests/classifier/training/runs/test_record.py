import json
from dataclasses import replace
from pathlib import Path

import pytest

from classifier.errors import CheckpointError, SettingError
from classifier.training.runs.folder import RunFolder
from classifier.training.runs.record import RunRecord, read_record, write_record
from classifier.training.settings import TrainingSettings

RECORD = RunRecord(
    TrainingSettings(sizes=(32, 64), epochs=3),
    data="/photos/garden",
    split="split",
    output="/runs/x/best.safetensors",
    subject="dog,dogs",
    learnt_before={"valid": 1, "test": 0},
    torch="2.9",
    also=("/photos/more.csv", "/photos/more"),
    strangers=("/photos/others",),
    known_side=288,
    taught_by=(("/runs/one.safetensors", "12ab"), ("/runs/two.safetensors", "34cd")),
)


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    run = RunFolder.of(tmp_path / "x" / "best.safetensors")
    write_record(run, RECORD)
    assert read_record(run.path) == RECORD
    bare = replace(
        RECORD, subject=None, learnt_before=None, torch=None, also=(), strangers=(), known_side=None, taught_by=()
    )
    write_record(run, bare)
    assert read_record(run.path) == bare


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"sizes": [32]}', '{"sizes": 3, "data": "x"}'])
def test_a_damaged_record_is_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(CheckpointError, match=r"There is nothing to resume: .*settings\.json does not exist"):
        read_record(tmp_path)
    (tmp_path / "settings.json").write_text(text)
    with pytest.raises(CheckpointError, match=r"settings\.json is damaged"):
        read_record(tmp_path)


def test_a_run_is_resumed_with_what_it_began_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    RECORD.check_given(
        {"epochs": 3, "sizes": (32, 64), "workers": 9, "precision": "32", "compile": True, "split": None}
    )
    RECORD.check_given({"data": "photos/../photos/garden", "output": Path("runs/x/best.safetensors")})
    RECORD.check_given({"teachers": ("/moved/one.safetensors", "/moved/two.safetensors")})
    with pytest.raises(SettingError, match="--teachers ; got one"):  # digests tell whether they are the same
        replace(RECORD, taught_by=()).check_given({"teachers": ("one.safetensors",)})
    RECORD.check_given({"also": [Path("/moved/more.csv")], "strangers": [Path("/moved/others")]})
    for given, message in (
        ({"sizes": (32,)}, "This run began with --sizes 32 64; got 32. A run is resumed with what it began with"),
        ({"head_epochs": 2}, "--head-epochs 1; got 2"),
        ({"strangers_share": 0.5}, "--strangers-share 0.25; got 0.5"),
        ({"split": "official"}, "--split split; got official"),
        ({"output": "other.safetensors"}, "--output /runs/x/best.safetensors; got other.safetensors"),
    ):
        with pytest.raises(SettingError, match=message):
            RECORD.check_given(given)


def test_a_run_that_was_moved_goes_on_where_it_is_now(tmp_path: Path) -> None:
    run = RunFolder.of(tmp_path / "here" / "best.safetensors")
    write_record(run, replace(RECORD, output=str(run.checkpoint)))
    assert json.loads(run.settings.read_text(encoding="utf-8"))["output"] == "best.safetensors"
    run.path.rename(tmp_path / "there")
    assert read_record(tmp_path / "there").output == str(tmp_path / "there" / "best.safetensors")


def test_an_absolute_path_of_an_earlier_version_follows_the_checkpoint(tmp_path: Path) -> None:
    old = tmp_path / "old" / "best.safetensors"
    run = RunFolder.of(tmp_path / "new" / "best.safetensors")
    write_record(run, replace(RECORD, output=str(old)))
    assert read_record(run.path).output == str(old)  # outside of the run's folder, as --run-dir allows
    run.checkpoint.touch()
    assert read_record(run.path).output == str(run.checkpoint)
