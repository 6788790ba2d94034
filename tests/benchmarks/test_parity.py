from pathlib import Path

import pytest

from benchmarks import parity
from benchmarks.parity import compare
from classifier.errors import EngineError
from classifier.inference.classifier import Classifier
from classifier.inference.engines.model_file import model_path
from classifier.inference.export import export
from tests.making.tiny import plant_checkpoint


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path, _ = plant_checkpoint(tmp_path_factory.mktemp("parity"))
    export(Classifier.load(path, device="cpu"), model_path(path), kind="onnx")
    return path


def test_engines_are_compared_photo_by_photo(
    checkpoint: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert compare(checkpoint, ["onnxruntime"], "test") == 0
    said = capsys.readouterr().out
    assert "onnxruntime" in said
    assert "100.00%" in said
    assert "yes" in said
    monkeypatch.setattr(parity, "MOST_DIFFERENCE", 0.0)
    assert compare(checkpoint, ["onnxruntime"], "test") == 1
    assert " no " in capsys.readouterr().out


def test_an_engine_that_cannot_be_used_is_an_error(tmp_path: Path) -> None:
    path, _ = plant_checkpoint(tmp_path)
    with pytest.raises(EngineError, match="There is no model file"):
        compare(path, ["onnxruntime"], "test")
