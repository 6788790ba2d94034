from pathlib import Path

import pytest

from classifier.checkpoint import halve, load_checkpoint, save_checkpoint
from classifier.inference.classifier import Classifier
from classifier.inference.engines.model_file import model_path
from classifier.inference.export import export
from tests.making.tiny import plant_checkpoint


@pytest.fixture(scope="session")
def with_model_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint in half precision, with its model file."""
    pytest.importorskip("onnxscript")
    path, _ = plant_checkpoint(tmp_path_factory.mktemp("engines"))
    checkpoint = load_checkpoint(path)
    save_checkpoint(path, halve(checkpoint.state), checkpoint.metadata)
    export(Classifier.load(path, device="cpu"), model_path(path), kind="onnx")
    return path
