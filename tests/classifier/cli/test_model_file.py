"""The model file that train and calibrate write at their end."""

from pathlib import Path

import pytest

from classifier.cli import model_file
from classifier.cli.model_file import write_model_file
from classifier.inference import export as exporting
from classifier.inference.classifier import Classifier
from tests.making.tiny import plant_checkpoint


def test_the_model_file_is_written_where_it_can_be(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint, _ = plant_checkpoint(tmp_path)
    write_model_file(checkpoint, option="--output")
    path = checkpoint.with_suffix(".onnx")
    assert f"{path} is the same model for quick engines" in capsys.readouterr().out
    assert Classifier.load(checkpoint, engine="onnxruntime").engine.name == "onnxruntime"
    path.write_text("mine")
    write_model_file(checkpoint, option="--output")
    assert path.read_text() == "mine"
    assert "only PyTorch runs this checkpoint. " in capsys.readouterr().err
    path.unlink()

    def fail(*_: object) -> None:
        raise RuntimeError("no such operator")

    with monkeypatch.context() as patch:
        patch.setattr(exporting, "_write_onnx", fail)
        write_model_file(checkpoint, option="--output")
    assert "only PyTorch runs this checkpoint. The network cannot be exported" in capsys.readouterr().err
    monkeypatch.setattr(model_file, "find_spec", lambda name: None)
    write_model_file(checkpoint, option="--output")
    assert not path.exists()
