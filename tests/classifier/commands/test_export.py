from pathlib import Path

import pytest

from classifier.__main__ import main
from tests.making.runs import plant_run, save_untrained


def test_photos_are_compared_where_they_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    checkpoint = plant_run(tmp_path)
    output = tmp_path / "out" / "tiny.pt2"
    assert main(["export", "--checkpoint", str(checkpoint), "--output", str(output)]) == 0
    out = capsys.readouterr().out
    assert "On 4 random inputs and 8 photos the largest difference" in out
    assert output.is_file()


def test_random_inputs_do_without_photos(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    checkpoint = save_untrained(tmp_path / "tiny.safetensors")
    assert main(["export", "--checkpoint", str(checkpoint), "--format", "pt2", "--output", str(tmp_path / "a")]) == 0
    assert "only random inputs were compared" in capsys.readouterr().out


def test_the_format_must_be_known_before_any_work(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["export", "--output", str(tmp_path / "a.h5")]) == 1
    assert "--format onnx or --format pt2" in capsys.readouterr().err


def test_a_format_that_contradicts_the_ending_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    checkpoint = save_untrained(tmp_path / "tiny.safetensors")
    asked = ["export", "--checkpoint", str(checkpoint), "--format", "onnx", "--output", str(tmp_path / "a.pt2")]
    assert main(asked) == 1
    assert "contradict" in capsys.readouterr().err
    assert not list(tmp_path.glob("a.*"))
