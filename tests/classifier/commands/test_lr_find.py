import os
from pathlib import Path

import pytest

from classifier.__main__ import main
from tests.making.photo_folders import plant

TINY = ["--backbone", "test_efficientnet", "--no-pretrained", "--sizes", "32", "--workers", "0", "--device", "cpu"]


def test_a_rate_is_suggested_and_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = plant(tmp_path / "garden", {"blue": 12, "red": 12})
    command = ["lr-find", "--data", str(root), "--output", str(tmp_path / "curves"), "--steps", "25", *TINY]
    assert main(command) == 0
    assert "Suggested: --learning-rate " in capsys.readouterr().out
    assert sorted(os.listdir(tmp_path / "curves")) == ["lr-find.html", "lr-find.png"]


def test_strangers_take_part(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = plant(tmp_path / "garden", {"blue": 12, "red": 12})
    strangers = plant(tmp_path / "others", {"x": 4}, seed=900)
    command = ["lr-find", "--data", str(root), "--output", str(tmp_path / "curves"), "--steps", "25", *TINY]
    assert main([*command, "--strangers", str(strangers), "--exposure", "energy"]) == 0
    assert "Suggested: --learning-rate " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--steps", "3"], "--steps is at least 10"),
        (["--output", "file/x"], "can be written to file/x: Not a directory"),
    ],
)
def test_refusals(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    assert main(["lr-find", "--data", str(plant(tmp_path / "x", {"a": 3, "b": 3})), *arguments]) == 1
    assert message in capsys.readouterr().err
