import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from classifier.checkpoint import load_checkpoint, save_checkpoint
from classifier.errors import EngineError, SettingError
from classifier.inference.engines import choosing
from classifier.inference.engines.choosing import AUTO, ENGINES, REFERENCE, EngineRecord, Request, choose_engine
from classifier.inference.engines.model_file import ModelInfo, model_path


@pytest.fixture(autouse=True)
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing, "GPU_FILES", ())
    monkeypatch.setattr(choosing, "platform", "linux")


def request_for(path: Path, **options: object) -> Request:
    return replace(Request(load_checkpoint(path), path), **options)


def installed(monkeypatch: pytest.MonkeyPatch, *packages: str) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(choosing, "find_spec", lambda name: real(name) if name in packages else None)


def test_the_quickest_that_passes_is_taken(with_model_file: Path) -> None:
    pytest.importorskip("openvino")
    chosen = choose_engine(AUTO, request_for(with_model_file))
    assert chosen.engine.name in ("openvino-bf16", "openvino")
    assert chosen.reason.startswith("the first in order of speed that passes its check; its logits are within ")


def test_what_is_not_installed_is_passed_over_and_named(with_model_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, "onnxruntime", "torch")
    assert choose_engine(AUTO, request_for(with_model_file)).engine.name == "onnxruntime"
    installed(monkeypatch, "torch")
    chosen = choose_engine(AUTO, request_for(with_model_file))
    assert chosen.engine.name == REFERENCE
    assert "pip install openvino" in chosen.reason
    installed(monkeypatch)
    with pytest.raises(EngineError, match=r"(?s)No engine can run .*pip install openvino.*pip install -r requirements"):
        choose_engine(AUTO, request_for(with_model_file))


def test_a_file_of_other_weights_is_refused_and_the_reference_used(with_model_file: Path, tmp_path: Path) -> None:
    pytest.importorskip("openvino")
    checkpoint = load_checkpoint(with_model_file)
    path = tmp_path / "other.safetensors"
    save_checkpoint(path, {**checkpoint.state, "head.bias": checkpoint.state["head.bias"] + 1}, checkpoint.metadata)
    shutil.copy(model_path(with_model_file), model_path(path))
    chosen = choose_engine(AUTO, request_for(path))
    assert chosen.engine.name == REFERENCE
    assert "of other weights" in chosen.reason
    with pytest.raises(EngineError, match="of other weights"):
        choose_engine("openvino", request_for(path))


def test_without_a_model_file_the_reference_says_how_to_make_one(with_model_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "bare.safetensors"
    shutil.copy(with_model_file, path)
    chosen = choose_engine(AUTO, request_for(path))
    assert chosen.engine.name == REFERENCE
    assert "python -m classifier export --checkpoint" in chosen.reason


def test_a_reason_of_several_engines_is_said_once(
    with_model_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("openvino")
    installed(monkeypatch, "openvino", "torch")
    path = tmp_path / "bare.safetensors"
    shutil.copy(with_model_file, path)
    first, second, third = choose_engine(AUTO, request_for(path)).reason.split("\n")
    assert first == "the others cannot be used."
    assert second.startswith("  openvino-bf16, openvino: There is no model file")
    assert second.endswith(f"python -m classifier export --checkpoint {path}")
    assert third == "  onnxruntime: The package onnxruntime is missing, which the engine needs: pip install onnxruntime"


def test_an_engine_that_fails_its_check_is_passed_over(with_model_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("openvino")
    strict = {name: replace(record, tolerance=record.tolerance and 0.0) for name, record in ENGINES.items()}
    monkeypatch.setattr(choosing, "ENGINES", strict)
    chosen = choose_engine(AUTO, request_for(with_model_file))
    assert chosen.engine.name == REFERENCE
    assert "0.0% is allowed" in chosen.reason


class Failing:
    """An engine whose runtime breaks during the check."""

    name, device, path = "failing", "cpu", Path("tiny.onnx")

    def __init__(self, request: Request) -> None:
        self.info = ModelInfo(request.checkpoint.weights.digest, 96, np.zeros((2, 3), dtype=np.float32))

    def run(self, batch: np.ndarray) -> None:
        raise MemoryError("no room for the answer")


def fail_to_import(request: Request) -> None:
    raise ImportError("libtbb.so.12: cannot open shared object file")


def fail_to_begin(request: Request) -> None:
    raise RuntimeError("no processor plugin")


@pytest.mark.parametrize(
    ("load", "words"),
    [
        (fail_to_import, "ImportError: libtbb.so.12"),
        (fail_to_begin, "RuntimeError: no processor plugin"),
        (Failing, "MemoryError: no room"),
    ],
)
def test_a_runtime_that_fails_is_passed_over_and_named(
    load: Callable[[Request], Any], words: str, with_model_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(monkeypatch, "onnx", "torch")  # what stands for the runtime's package
    broken = EngineRecord("onnx", load, tolerance=0.1)
    monkeypatch.setattr(choosing, "ENGINES", {"openvino": broken, REFERENCE: ENGINES[REFERENCE]})
    chosen = choose_engine(AUTO, request_for(with_model_file))
    assert chosen.engine.name == REFERENCE
    assert words in chosen.reason
    with pytest.raises(EngineError, match=r"The engine openvino fails on this machine .*pip install --force-reinstall"):
        choose_engine("openvino", request_for(with_model_file))


@pytest.mark.parametrize("missing", ["torch", "timm", "timm.models"])
def test_what_the_light_set_leaves_out_is_said_as_by_other_commands(
    missing: str, with_model_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(request: Request) -> Any:
        raise ModuleNotFoundError(f"No module named '{missing}'", name=missing)

    installed(monkeypatch, *([] if missing == "torch" else ["torch"]))
    monkeypatch.setattr(choosing, "ENGINES", {REFERENCE: EngineRecord("torch", load)})
    package = missing.partition(".")[0]
    message = rf"The engine torch needs the package {package}, which the light set .* pip install -r requirements\.txt$"
    with pytest.raises(SettingError, match=message):
        choose_engine(REFERENCE, request_for(with_model_file))


def test_pytorch_that_fails_beside_a_graphics_card_is_passed_over(
    with_model_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("onnxruntime")
    monkeypatch.setattr(choosing, "GPU_FILES", (str(with_model_file),))
    broken = EngineRecord("torch", fail_to_import)
    monkeypatch.setattr(choosing, "ENGINES", {REFERENCE: broken, "onnxruntime": ENGINES["onnxruntime"]})
    assert choose_engine(AUTO, request_for(with_model_file)).engine.name == "onnxruntime"
    with pytest.raises(EngineError, match="The engine torch fails"):
        choose_engine(AUTO, request_for(with_model_file, device="cuda"))


@pytest.mark.parametrize(
    ("name", "device", "message"),
    [
        ("abacus", "auto", "The engine is one of auto, openvino-bf16, openvino, onnxruntime, torch; got “abacus”"),
        ("openvino", "cuda", "computes on the processor; for the device cuda, use torch"),
        ("torch", "abacus", "“abacus” is not available here"),
    ],
)
def test_senseless_wishes_are_refused(with_model_file: Path, name: str, device: str, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        choose_engine(name, request_for(with_model_file, device=device))


def test_a_device_other_than_the_processor_means_pytorch(
    with_model_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SettingError, match="not available here"):
        choose_engine(AUTO, request_for(with_model_file, device="mps"))
    # A card that PyTorch cannot use changes nothing.
    monkeypatch.setattr(choosing, "GPU_FILES", (str(with_model_file),))
    import torch

    if not torch.cuda.is_available():
        assert choose_engine(AUTO, request_for(with_model_file)).engine.device == "cpu"


def test_quick_engines_load_no_pytorch(with_model_file: Path) -> None:
    pytest.importorskip("openvino")
    code = (
        "import sys; from classifier import Classifier; from PIL import Image;"
        f"c = Classifier.load({str(with_model_file)!r}, engine='openvino'); c.predict([Image.new('RGB', (90, 90))]);"
        "print(sorted({'torch', 'timm', 'scipy', 'lightning'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.strip() == "[]"


def test_the_shipped_checkpoint_has_a_model_file_that_fits() -> None:
    pytest.importorskip("openvino")
    from classifier.locations import DEFAULT_CHECKPOINT

    request = request_for(DEFAULT_CHECKPOINT)
    assert choose_engine("openvino", request).engine.name == "openvino"
    assert np.array(request.checkpoint.weights.head).shape[0] == 102
    assert model_path(DEFAULT_CHECKPOINT).stat().st_size <= 11e6
