"""The engines that run model files: OpenVINO and ONNX Runtime."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from classifier.errors import EngineError
from classifier.inference.classifier import Classifier
from classifier.inference.engines.model_file import check_inputs, model_path
from classifier.machine import usable_cores
from tests.making.fakes import COLOURS, draw_flower


def openvino_engine(path: Path, **options: Any) -> Any:
    pytest.importorskip("openvino")
    from classifier.inference.engines.openvino import OpenVINOEngine

    return OpenVINOEngine(path, **options)


def onnx_runtime_engine(path: Path, **options: Any) -> Any:
    pytest.importorskip("onnxruntime")
    from classifier.inference.engines.onnx_runtime import ONNXRuntimeEngine

    return ONNXRuntimeEngine(path, **options)


TWO_IN_TURN = """
import signal, sys
from pathlib import Path
from classifier.inference.engines.openvino import OpenVINOEngine

engines = [OpenVINOEngine(Path(sys.argv[1])) for _ in range(2)]
while engines:
    engines.pop(0)
signal.signal(signal.SIGUSR1, lambda *_: print("handled"))
signal.raise_signal(signal.SIGUSR1)
"""
EACH = pytest.mark.parametrize("load", [openvino_engine, onnx_runtime_engine])


@EACH
@pytest.mark.parametrize("threads", [None, 1])
def test_outputs_are_those_of_the_network(load: Callable[..., Any], with_model_file: Path, threads: int | None) -> None:
    reference = Classifier.load(with_model_file, device="cpu", plain=True).engine
    engine = load(model_path(with_model_file), threads=threads)
    for batch in (check_inputs(96), check_inputs(96)[:1], np.repeat(check_inputs(96), 4, axis=0)):
        for ours, theirs in zip(engine.run(batch), reference.run(batch), strict=True):
            assert ours.dtype == np.float32
            assert ours == pytest.approx(theirs, abs=1e-3 * float(np.abs(theirs).max()))


@EACH
def test_many_threads_get_each_their_own_answer(load: Callable[..., Any], with_model_file: Path) -> None:
    engine = load(model_path(with_model_file))
    batches = [check_inputs(96) * factor for factor in np.linspace(0.1, 1, 12, dtype=np.float32)]
    alone = [engine.run(batch).logits.copy() for batch in batches]
    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(lambda batch: engine.run(batch).logits, batches * 5))
    for got, wanted in zip(together, alone * 5, strict=True):
        assert got == pytest.approx(wanted, abs=1e-5)


@EACH
def test_outputs_outlive_the_next_pass(load: Callable[..., Any], with_model_file: Path) -> None:
    engine = load(model_path(with_model_file))
    first = engine.run(check_inputs(96))
    kept = [part.copy() for part in first]
    engine.run(-check_inputs(96))
    for part, copy in zip(first, kept, strict=True):
        assert part.tobytes() == copy.tobytes()


@EACH
@pytest.mark.parametrize("content", [b"", b"not a model", b"\x08\x08" + bytes(100), "cut", "foreign"])
def test_a_damaged_or_foreign_file_is_refused(
    load: Callable[..., Any], content: bytes | str, with_model_file: Path, tmp_path: Path
) -> None:
    path = tmp_path / "tiny.onnx"
    if content == "cut":
        path.write_bytes(model_path(with_model_file).read_bytes()[:-5000])
    elif content == "foreign":
        onnx = pytest.importorskip("onnx")
        model = onnx.load(model_path(with_model_file))
        del model.metadata_props[:]
        onnx.save(model, path)
    else:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(EngineError, match=r"tiny\.onnx .*Make it again: python -m classifier export"):
        load(path)


@EACH
def test_a_missing_file_is_named_with_the_command(load: Callable[..., Any], tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"There is no model file .*x\.onnx\. Make it again: python"):
        load(tmp_path / "x.onnx")


def test_passes_of_one_core_have_a_stream_each(with_model_file: Path) -> None:
    engine = openvino_engine(model_path(with_model_file), threads=1)
    assert engine._model.get_property("NUM_STREAMS") == usable_cores()
    assert openvino_engine(model_path(with_model_file))._model.get_property("NUM_STREAMS") == 1


def test_a_processor_without_bfloat16_is_named_with_what_works(
    with_model_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("openvino")
    from classifier.inference.engines import openvino

    monkeypatch.setattr(openvino, "_core", lambda: SimpleNamespace(get_property=lambda *_: ["FP32", "INT8"]))
    with pytest.raises(EngineError, match=r"^The processor has no .* ENGINE=openvino .* --engine openvino .*\.$"):
        openvino_engine(model_path(with_model_file), bfloat16=True)


def test_bfloat16_is_near(with_model_file: Path) -> None:
    try:
        engine = openvino_engine(model_path(with_model_file), bfloat16=True)
    except EngineError as error:
        pytest.skip(str(error))
    single = openvino_engine(model_path(with_model_file))
    rounded, exact = (one.run(check_inputs(96)).logits for one in (engine, single))
    assert engine.name == "openvino-bf16"
    assert 0 < np.abs(rounded - exact).max() < 0.05 * np.abs(exact).max()


def test_nothing_is_reported_to_anyone_and_nothing_written_into_the_home_folder(tmp_path: Path) -> None:
    pytest.importorskip("openvino")
    code = "import classifier.inference.engines.openvino, sys; print(sys.modules['openvino_telemetry'])"
    environ = {**os.environ, "HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "None", "")
    assert not list(tmp_path.iterdir())


def test_signals_are_handled_after_engines_are_gone(with_model_file: Path) -> None:
    """See `openvino._core`; in a process of its own, which ended in a segmentation fault."""
    pytest.importorskip("openvino")
    command = [sys.executable, "-c", TWO_IN_TURN, str(model_path(with_model_file))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout.strip()) == (0, "handled")


@pytest.mark.parametrize("engine", ["openvino", "onnxruntime"])
def test_answers_are_those_of_the_reference(engine: str, with_model_file: Path, tmp_path: Path) -> None:
    pytest.importorskip(engine)
    pictures = [draw_flower(colour) for colour in COLOURS]
    reference = Classifier.load(with_model_file, device="cpu").predict(pictures, maps=True)
    quick = Classifier.load(with_model_file, engine=engine).predict(pictures, maps=True)
    for ours, theirs in zip(quick, reference, strict=True):
        assert ours.best.class_id == theirs.best.class_id
        assert ours.best.probability == pytest.approx(theirs.best.probability, abs=1e-3)
        assert ours.maps
        assert theirs.maps
        assert np.array(ours.maps[ours.best.class_id].values) == pytest.approx(
            np.array(theirs.maps[ours.best.class_id].values), abs=1e-2
        )
    shutil.copy(with_model_file, tmp_path / "bare.safetensors")
    with pytest.raises(EngineError, match="There is no model file"):
        Classifier.load(tmp_path / "bare.safetensors", engine=engine)
