import json
import shlex
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from classifier.checkpoint import load_checkpoint
from classifier.errors import EngineError
from classifier.inference.engines import EngineOutput, model_file
from classifier.inference.engines.model_file import (
    ModelInfo,
    check_engine,
    check_file,
    check_inputs,
    model_path,
    remedy,
)
from classifier.locations import DEFAULT_CHECKPOINT

PATH = Path("tiny.onnx")
GOOD = {"weights_digest": "ab", "input": {"shape": ["N", 3, 32, 32]}, "check": {"logits": [[1.0, -2.0], [0.5, 4.0]]}}


def info_of(values: object) -> ModelInfo:
    return ModelInfo.from_json(json.dumps(values), PATH)


def test_inputs_of_the_check_are_the_same_everywhere_and_not_plain() -> None:
    inputs = check_inputs(33)
    assert inputs.shape == (2, 3, 33, 33)
    assert inputs.dtype == np.float32
    assert inputs.tobytes() == check_inputs(33).tobytes()
    assert inputs[0, 0, 0, 0] == pytest.approx(0.6620, abs=1e-4)  # NumPy's generator keeps its numbers
    assert inputs.std(axis=(2, 3)).min() > 0.3


@pytest.mark.parametrize(
    "values",
    [
        [],
        {},
        "x",
        None,
        {**GOOD, "check": {}},
        {**GOOD, "check": {"logits": [1.0]}},
        {**GOOD, "check": {"logits": [[1.0], [1.0, 2.0]]}},
        {**GOOD, "check": {"logits": [[1e999, 2.0]]}},
        {**GOOD, "input": {"shape": []}},
        {**GOOD, "input": {"shape": ["N", 3, 32, 10**9]}},
        {**GOOD, "input": None},
    ],
)
def test_a_file_that_says_nothing_of_use_is_refused(values: object) -> None:
    with pytest.raises(EngineError, match=r"does not say which checkpoint .* export --checkpoint tiny\.safetensors"):
        info_of(values)


@pytest.mark.parametrize("text", ["", "{", "[" * 10_000, "\x00"])
def test_a_file_without_json_is_refused(text: str) -> None:
    with pytest.raises(EngineError, match="does not say which checkpoint"):
        ModelInfo.from_json(text, PATH)


def test_the_command_can_be_copied_whatever_the_path() -> None:
    command = remedy(Path("my flowers/it's.onnx")).partition(": ")[2]
    assert shlex.split(command)[-2:] == ["--checkpoint", "my flowers/it's.safetensors"]


def test_without_pytorch_the_remedy_needs_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_file, "find_spec", lambda name: None)
    shipped = model_path(DEFAULT_CHECKPOINT)
    assert remedy(shipped) == f"Bring back the one that ships: git checkout -- {shlex.quote(str(shipped))}"
    assert "where requirements.txt is installed" in remedy(PATH)


@pytest.mark.parametrize("where", [0, 0.3, 0.6, 0.9, 1])
def test_a_file_with_a_changed_byte_is_refused(where: float, with_model_file: Path, tmp_path: Path) -> None:
    content = bytearray(model_path(with_model_file).read_bytes())
    path = tmp_path / "tiny.onnx"
    path.write_bytes(content)
    check_file(path)
    content[int(where * (len(content) - 1))] ^= 1
    path.write_bytes(content)
    with pytest.raises(EngineError, match=r"tiny\.onnx is damaged, foreign or of an earlier version\. Make it again"):
        check_file(path)


def test_what_is_no_file_or_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, link, closed = tmp_path / "folder.onnx", tmp_path / "link.onnx", tmp_path / "closed.onnx"
    folder.mkdir()
    link.symlink_to(tmp_path / "nowhere")
    for path in (folder, link):
        with pytest.raises(EngineError, match=rf"{path.name} is a folder, a device or a broken link.* Make it again"):
            check_file(path)
    closed.write_bytes(b"x")

    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)  # the tests may run as root, who may read everything
    with pytest.raises(EngineError, match=r"closed\.onnx cannot be read: Permission denied\. Allow reading it"):
        check_file(closed)


def engine_with(logits: object) -> SimpleNamespace:
    output = EngineOutput(np.array(logits, dtype=np.float32), np.zeros((2, 1)), np.zeros((2, 1, 1, 1)))
    return SimpleNamespace(name="x", path=PATH, info=info_of(GOOD), run=lambda batch: output)


def test_the_difference_is_a_share_of_the_largest_logit() -> None:
    engine = engine_with([[1.1, -2.0], [0.5, 4.2]])
    assert check_engine(engine, digest="ab", input_size=32, tolerance=0.06) == pytest.approx(0.05)
    with pytest.raises(EngineError, match=r"The logits of x differ by 5\.0% .* 1\.0% is allowed.* export --checkpoint"):
        check_engine(engine, digest="ab", input_size=32, tolerance=0.01)


@pytest.mark.parametrize(
    ("logits", "digest", "size", "message"),
    [
        ([[1.0, -2.0], [0.5, 4.0]], "cd", 32, r"of other weights \(digest ab\) than the checkpoint \(cd\)"),
        ([[1.0, -2.0], [0.5, 4.0]], "ab", 48, r"takes inputs of 32 pixels a side, the checkpoint’s are 48"),
        ([[1.0, -2.0, 3.0], [0.5, 4.0, 3.0]], "ab", 32, r"logits of the shape \(2, 3\), not \(2, 2\)"),
        ([[1.0, float("nan")], [0.5, 4.0]], "ab", 32, "differ by nan%"),
    ],
)
def test_an_engine_that_does_not_fit_is_refused(logits: object, digest: str, size: int, message: str) -> None:
    with pytest.raises(EngineError, match=message):
        check_engine(engine_with(logits), digest=digest, input_size=size, tolerance=0.1)


def test_the_file_holds_half_precision_and_says_whose_it_is(with_model_file: Path, tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    path = model_path(with_model_file)
    assert path == with_model_file.with_suffix(".onnx")
    model = onnx.load(path)
    matrices = [tensor for tensor in model.graph.initializer if len(tensor.dims) > 1]
    assert matrices
    assert {tensor.data_type for tensor in matrices} == {onnx.TensorProto.FLOAT16}
    said = json.loads({entry.key: entry.value for entry in model.metadata_props}["florascope"])
    assert said["weights_digest"] == load_checkpoint(with_model_file).weights.digest
    assert np.array(said["check"]["logits"]).shape == (2, len(said["classes"]))
    shutil.copy(path, tmp_path)  # one file, with nothing beside it
    onnx.checker.check_model(onnx.load(tmp_path / path.name), full_check=True)
