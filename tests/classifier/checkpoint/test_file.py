import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file

from classifier.checkpoint import (
    Checkpoint,
    Metadata,
    Preprocessing,
    halve,
    load_checkpoint,
    read_metadata,
    save_checkpoint,
    weights_digest,
)
from classifier.data.labels import LabelClass
from classifier.errors import CheckpointError
from classifier.files import HEADER_KEY
from classifier.networks.network import Network, build_network, to_arrays, to_tensors

METADATA = Metadata(
    backbone="test_efficientnet",
    classes=(LabelClass(1, "Rose"), LabelClass(5, "郁金香")),
    preprocessing=Preprocessing(96, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
)
# The header of a file of format 1.
FORMAT_1 = {
    "format": 1,
    "backbone": "test_efficientnet",
    "classes": [{"class_id": 1, "name": "Rose"}, {"class_id": 5, "name": "郁金香"}],
    "input_size": 96,
    "mean": [0.5] * 3,
    "std": [0.5] * 3,
}


def test_a_checkpoint_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    network = Network("test_efficientnet", 2).eval()
    path = tmp_path / "new" / "x.safetensors"
    save_checkpoint(path, to_arrays(network.state_dict()), METADATA)
    loaded = load_checkpoint(path)
    assert loaded.metadata == METADATA
    assert [label.name for label in loaded.classes] == ["Rose", "郁金香"]
    images = torch.rand(1, 3, 96, 96)
    with torch.no_grad():
        assert torch.equal(build_network(loaded)(images).logits, network(images).logits)
    assert os.listdir(path.parent) == ["x.safetensors"]


def test_what_is_known_of_the_weights() -> None:
    network = Network("test_efficientnet", 2).eval()
    checkpoint = Checkpoint(halve(to_arrays(network.state_dict())), METADATA)
    assert checkpoint.weights.head.dtype == np.float32
    assert checkpoint.weights.head == pytest.approx(network.head.weight.detach().numpy(), rel=1e-3, abs=1e-7)
    assert checkpoint.weights.parameters == sum(parameter.numel() for parameter in network.parameters())
    assert checkpoint.weights.digest == weights_digest(checkpoint.state)
    with pytest.raises(CheckpointError, match=r"no weights called head\.weight"):
        _ = Checkpoint({}, METADATA).weights
    for shape in ((3, 8), (2,), (0, 8)):
        with pytest.raises(CheckpointError, match=r"names 2 classes, but its weights head\.weight have the shape"):
            _ = Checkpoint({"head.weight": np.ones(shape)}, METADATA).weights


def test_half_precision_is_for_matrices_that_it_can_hold(tmp_path: Path) -> None:
    state = {
        "matrix": np.array([[1 / 3, -2.0], [6e4, 0.0]], dtype=np.float32),
        "vector": np.array([1 / 3], dtype=np.float32),
        "large": np.array([[1e6]], dtype=np.float32),
        "whole": np.array([[7]], dtype=np.int64),
    }
    halved = halve(state)
    assert {name: values.dtype.name for name, values in halved.items()} == {
        "matrix": "float16",
        "vector": "float32",
        "large": "float32",
        "whole": "int64",
    }
    assert halved["matrix"] == pytest.approx(state["matrix"], rel=2**-11)
    path = tmp_path / "x.safetensors"
    save_checkpoint(path, {**halved, "head.weight": halved["matrix"]}, METADATA)
    kept = load_checkpoint(path)
    assert kept.state["matrix"].dtype == np.float16
    assert to_tensors(kept.state)["matrix"].dtype == torch.float32


def test_a_failed_save_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.safetensors"
    save_checkpoint(path, {"a": np.ones(2)}, METADATA)

    def full(*args: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("safetensors.numpy.save_file", full)
    with pytest.raises(CheckpointError, match=r"No space left .* Make room"):
        save_checkpoint(path, {"a": np.zeros(2)}, METADATA)
    assert np.array_equal(load_checkpoint(path).state["a"], np.ones(2))
    assert os.listdir(tmp_path) == ["x.safetensors"]


def test_files_that_are_no_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    with pytest.raises(CheckpointError, match="There is no checkpoint"):
        load_checkpoint(path)
    for content in (b"", b"\x80\x04K*.", b"PK\x03\x04 a pickle in a zip", b"\xff" * 40):
        path.write_bytes(content)
        with pytest.raises(CheckpointError, match="not a safetensors file or is damaged"):
            load_checkpoint(path)
    save_checkpoint(path, {"a": np.ones(100)}, METADATA)
    path.write_bytes(path.read_bytes()[:-50])
    with pytest.raises(CheckpointError, match="damaged"):
        load_checkpoint(path)


def test_a_checkpoint_that_cannot_be_reached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CheckpointError, match="cannot be reached: File name too long"):
        load_checkpoint(tmp_path / ("x" * 300))

    def refuse(path: Path, **_: object) -> os.stat_result:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "stat", refuse)  # the tests may run as root, who may enter every folder
    with pytest.raises(CheckpointError, match=r"cannot be reached: Permission denied\. Allow entering its folder"):
        load_checkpoint(tmp_path / "x.safetensors")


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (None, "not one of ours"),
        ("[" * 100_000, "not one of ours"),
        (json.dumps({**FORMAT_1, "dataset": {"name": ["x"]}}), "not one of ours.*name of the data set is"),
        (json.dumps({**FORMAT_1, "dataset": {"root": 5}}), "not one of ours.*root of the data set is 5, not a text"),
        ("{", "not one of ours"),
        ("[]", "not one of ours"),
        (json.dumps({**FORMAT_1, "format": 3}), "has format 3; this version reads format 2"),
        (json.dumps({**FORMAT_1, "format": 3, "input_size": [9, 9]}), "has format 3; this version reads format 2"),
        (json.dumps({"format": 1, "backbone": "x"}), "lacks classes, input_size, mean, std"),
        (json.dumps({**FORMAT_1, "format": 2}), "lacks preprocessing"),
        (json.dumps({**FORMAT_1, "classes": [{"name": "no id"}]}), "not one of ours"),
        *(
            (json.dumps({**FORMAT_1, name: value}), f"not one of ours.*{name} is ")
            for name, values in {
                "input_size": (None, "32", 0, 1e9, []),
                "mean": (None, "x", [], [0.5], [0.5, None, 0.5], [float("nan")] * 3, [0.5] * 4),
                "std": (None, [0, 0, 0]),
                "dataset": ("x", []),
                "metrics": ("x",),
            }.items()
            for value in values
        ),
    ],
)
def test_headers_that_make_no_sense(tmp_path: Path, header: str | None, message: str) -> None:
    path = tmp_path / "x.safetensors"
    save_file({"a": np.ones(2)}, path, metadata={HEADER_KEY: header} if header else None)
    with pytest.raises(CheckpointError, match=message):
        read_metadata(path)


@pytest.mark.parametrize("value", [[1], "x"])
@pytest.mark.parametrize(("format_", "name"), [(1, "trust"), (2, "calibration")])
def test_a_calibration_that_is_not_a_record(tmp_path: Path, format_: int, name: str, value: object) -> None:
    path = tmp_path / "x.safetensors"
    header = FORMAT_1 if format_ == 1 else METADATA.to_dict()
    save_file({"a": np.ones(2)}, path, metadata={HEADER_KEY: json.dumps({**header, name: value})})
    with pytest.raises(CheckpointError, match=r"not one of ours.*calibration is "):
        read_metadata(path)


@pytest.mark.parametrize(
    ("change", "message"),
    [({"backbone": "no_such_net"}, "is not here"), ({"classes": METADATA.classes[:1]}, "do not fit")],
)
def test_weights_that_do_not_fit(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    path = tmp_path / "x.safetensors"
    save_checkpoint(path, to_arrays(Network("test_efficientnet", 2).state_dict()), replace(METADATA, **change))
    with pytest.raises(CheckpointError, match=message):
        build_network(load_checkpoint(path))
