from pathlib import Path

import pytest

from classifier.__main__ import build_parser
from classifier.locations import DATA_DIR, DEFAULT_CHECKPOINT, ROOT, default_checkpoint, flowers_root, from_root


def test_the_defaults_lie_in_the_repository_whatever_the_current_folder_is() -> None:
    assert (ROOT / "README.md").is_file()
    assert (DATA_DIR / "classes.csv").is_file()
    assert default_checkpoint({}) == default_checkpoint({"CHECKPOINT": " "}) == DEFAULT_CHECKPOINT
    assert DEFAULT_CHECKPOINT.is_absolute()
    assert flowers_root({}) is None


def test_what_a_user_gives_may_begin_at_home_or_in_the_current_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    assert flowers_root({"FLOWERS_ROOT": "~/photos"}) == Path("/home/ada/photos")
    assert default_checkpoint({"CHECKPOINT": "~/my.safetensors"}) == Path("/home/ada/my.safetensors")
    assert default_checkpoint({"CHECKPOINT": "runs/my.safetensors"}) == Path("runs/my.safetensors")


def test_the_command_line_takes_the_checkpoint_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHECKPOINT", "~/my.safetensors")
    arguments = build_parser().parse_args(["predict", "rose.jpg"])
    assert arguments.checkpoint == Path.home() / "my.safetensors"


def test_a_path_in_the_repository_is_shown_as_one_types_it_there() -> None:
    assert from_root(DEFAULT_CHECKPOINT) == Path("checkpoints/flowers102.safetensors")
    assert from_root(Path("runs/my.safetensors")) == Path("runs/my.safetensors")
    assert from_root(Path("/elsewhere/my.safetensors")) == Path("/elsewhere/my.safetensors")
