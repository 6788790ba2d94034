import json
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image

from classifier.checkpoint import load_checkpoint
from classifier.errors import ExportError, SettingError
from classifier.inference import export as exporting
from classifier.inference.classifier import Classifier
from classifier.inference.export import describe, export
from classifier.photos.preparing import prepare
from classifier.predictions.postprocessing import Postprocessor
from tests.making.runs import NAMES, save_untrained

PHOTO = Image.linear_gradient("L").resize((50, 40)).convert("RGB")


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Classifier:
    return Classifier.load(save_untrained(tmp_path_factory.mktemp("tiny") / "tiny.safetensors"), device="cpu")


def test_onnx_answers_alike_and_says_how_to_use_it(classifier: Classifier, tmp_path: Path):
    runtime = pytest.importorskip("onnxruntime")
    path = tmp_path / "tiny.onnx"
    check = export(classifier, path, kind="onnx", photos=[PHOTO])
    assert (check.n, check.real, check.same_answers) == (5, 1, True)
    assert check.probability < 1e-4
    session = runtime.InferenceSession(path)
    said = session.get_modelmeta().custom_metadata_map
    described = json.loads(said["florascope"])
    assert re.fullmatch("[0-9a-f]{64}", described.pop("file_digest"))
    assert described == describe(classifier)
    assert [label["name"] for label in json.loads(said["classes"])] == list(NAMES)
    # What a stranger would do with it: any number of photos, made ready as the file says.
    batch = np.stack([prepare(PHOTO, size=32, mean=[0.5] * 3, std=[0.5] * 3)] * 7)
    (probabilities,) = session.run(["probabilities"], {"images": batch})
    assert probabilities[6] == pytest.approx(classifier.probabilities([PHOTO])[0], abs=1e-4)
    assert [entry.name for entry in tmp_path.iterdir()] == ["tiny.onnx"]


def test_pt2_answers_alike_and_says_how_to_use_it(classifier: Classifier, tmp_path: Path):
    path = tmp_path / "tiny.pt2"
    check = export(classifier, path, kind="pt2")
    assert (check.n, check.real) == (4, 0)
    extra = {"florascope.json": ""}
    module = torch.export.load(path, extra_files=extra).module()
    assert json.loads(extra["florascope.json"])["classes"] == describe(classifier)["classes"]
    assert module(torch.zeros(5, 3, 32, 32))[0].shape == (5, 3)


def test_probabilities_are_those_of_the_calibrated_classifier(tmp_path: Path):
    checkpoint = load_checkpoint(save_untrained(tmp_path / "tiny.safetensors"))
    classifier = Classifier.load(tmp_path / "tiny.safetensors", device="cpu")
    trust = SimpleNamespace(temperature=0.05)
    classifier.postprocessor = Postprocessor(checkpoint.classes, classifier.weights.head, calibration=trust)
    export(classifier, tmp_path / "tiny.pt2", kind="pt2")
    batch = torch.from_numpy(prepare(PHOTO, size=32, mean=[0.5] * 3, std=[0.5] * 3))[None]
    probabilities = torch.export.load(tmp_path / "tiny.pt2").module()(batch)[0][0]
    assert probabilities.detach().numpy() == pytest.approx(classifier.probabilities([PHOTO])[0], abs=1e-4)
    plain = Classifier.load(tmp_path / "tiny.safetensors", device="cpu").probabilities([PHOTO])[0]
    assert float(np.abs(probabilities.detach().numpy() - plain).max()) > 0.01


def test_a_file_that_answers_otherwise_is_not_kept(
    classifier: Classifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(exporting, "MOST_DIFFERENCE", -1.0)
    with pytest.raises(ExportError, match="outputs of the exported network differ"):
        export(classifier, tmp_path / "tiny.pt2", kind="pt2")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("kind", "step", "error"),
    [
        ("onnx", "_write_onnx", RuntimeError("Unsupported operator\nand 90 lines more")),
        ("onnx", "_load_onnx", TypeError("no such field")),
        ("pt2", "_write_pt2", AssertionError()),
    ],
)
def test_what_an_exporter_raises_becomes_a_sentence(
    kind: str, step: str, error: Exception, classifier: Classifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    pytest.importorskip("onnxscript")

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(exporting, step, fail)
    message = rf"cannot be exported as {kind} \({type(error).__name__}: .*\)\. Try"
    with pytest.raises(ExportError, match=message) as raised:
        export(classifier, tmp_path / f"tiny.{kind}", kind=kind)
    assert "\n" not in str(raised.value)
    assert not list(tmp_path.iterdir())


def test_a_network_on_a_graphics_card_stays_there(
    classifier: Classifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(classifier.engine, "device", "cuda")
    with pytest.raises(ExportError, match=r'this one is on cuda\. Load it with device="cpu"'):
        export(classifier, tmp_path / "tiny.pt2", kind="pt2")
    assert not list(tmp_path.iterdir())


def test_a_missing_package_is_named_with_the_command(
    classifier: Classifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def import_nothing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(exporting, "import_module", import_nothing)
    with pytest.raises(SettingError, match="pip install onnx onnxruntime onnxscript"):
        export(classifier, tmp_path / "tiny.onnx", kind="onnx")


def test_an_unknown_format_is_refused(classifier: Classifier, tmp_path: Path):
    with pytest.raises(SettingError, match="onnx, pt2"):
        export(classifier, tmp_path / "x.h5", kind="h5")
