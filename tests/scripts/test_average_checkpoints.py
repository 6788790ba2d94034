import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from classifier.checkpoint import TrainingInfo, load_checkpoint, read_metadata, save_checkpoint
from tests.making.tiny import plant_checkpoint

SHIPPED = Path(__file__).parents[2] / "checkpoints" / "flowers102.safetensors"


def average(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "scripts.average_checkpoints", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_weights_lie_between_and_say_where_they_come_from(tmp_path: Path) -> None:
    path, _ = plant_checkpoint(tmp_path)
    one = load_checkpoint(path)
    for name, add in (("a", 0), ("b", 1)):
        state = {
            key: value + np.float32(add) if np.issubdtype(value.dtype, np.floating) else value
            for key, value in one.state.items()
        }
        training, metrics = TrainingInfo(settings={"seed": add}), {"valid": {"top1": 1.0}}
        made = replace(one.metadata, training=training, metrics=metrics, calibration=read_metadata(SHIPPED).calibration)
        save_checkpoint(tmp_path / f"{name}.safetensors", state, made)
    output = tmp_path / "ab.safetensors"
    done = average(
        tmp_path / "a.safetensors", tmp_path / "b.safetensors", "--shares", "0.75", "0.25", "--output", output
    )
    assert done.returncode == 0, done.stderr
    both = load_checkpoint(output)
    assert np.allclose(both.state["head.weight"], one.state["head.weight"] + 0.25, rtol=2**-11)  # half precision
    assert both.metadata.training == TrainingInfo(settings={"seed": 1}, shares=(0.75, 0.25))
    assert both.metadata.metrics == {}
    assert both.metadata.calibration is None  # it was fitted to the weights of b


@pytest.mark.parametrize("shares", [["1"], ["0.5", "0.4"]])
def test_the_shares_are_as_many_and_one_in_all(tmp_path: Path, shares: list[str]) -> None:
    path, _ = plant_checkpoint(tmp_path)
    done = average(path, path, "--shares", *shares, "--output", tmp_path / "ab.safetensors")
    assert done.returncode == 2
    assert "2 checkpoints need as many shares, 1 in all; got [" in done.stderr


def test_other_classes_cannot_be_averaged(tmp_path: Path) -> None:
    path, _ = plant_checkpoint(tmp_path)
    one = load_checkpoint(path)
    other = tmp_path / "other.safetensors"
    classes = tuple(replace(label, name=f"{label.name} 2") for label in one.classes)
    save_checkpoint(other, one.state, replace(one.metadata, classes=classes))
    done = average(path, other, "--shares", "0.5", "0.5", "--output", tmp_path / "ab.safetensors")
    assert done.returncode == 2
    assert "are not of the same backbone and classes" in done.stderr
