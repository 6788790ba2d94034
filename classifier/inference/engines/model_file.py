"""Model files: the network as ONNX next to its checkpoint, for engines that do not need PyTorch.

`inference.export` writes them. What is in the file besides the network is JSON under the key "florascope": classes,
preprocessing, the digest of the checkpoint's weights, a check, the network's logits for inputs that anyone makes, and
the digest of the file itself (see `seal`).
"""

import hashlib
import json
import os
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from classifier.errors import EngineError
from classifier.inference.engines import Engine, Floats
from classifier.locations import DEFAULT_CHECKPOINT

OUTPUTS = ("logits", "embedding", "feature_map")
CHECKED = 2  # inputs
BLOCKS = 8  # a side
UNSEALED = "0" * 64  # what stands in the place of the file's own digest while it is computed
_SEAL = re.compile(rb'(?<="file_digest": ")[0-9a-f]{64}(?=")')


def model_path(checkpoint: Path) -> Path:
    """Where the model file of a checkpoint is."""
    return checkpoint.with_suffix(".onnx")


def check_inputs(size: int) -> Floats:
    """Inputs of the check, (CHECKED, 3, size, size): blocks of colour, the same on every machine."""
    colours = np.random.default_rng(14).uniform(-1, 1, size=(CHECKED, 3, BLOCKS, BLOCKS)).astype(np.float32)
    block = np.arange(size) * BLOCKS // size
    return np.ascontiguousarray(colours[:, :, block[:, None], block[None, :]])


@dataclass(frozen=True)
class ModelInfo:
    """What a model file says of itself.

    Attributes:
        weights_digest: of the checkpoint that it was made of.
        input_size: side of its inputs in pixels.
        logits: (CHECKED, C), the network's output for `check_inputs`.
    """

    weights_digest: str
    input_size: int
    logits: Floats

    @classmethod
    def from_json(cls, text: str, path: Path) -> "ModelInfo":
        """Read what the file says under the key "florascope".

        Raises:
            EngineError: it is not one of ours, or of an earlier version.
        """
        try:
            values: Mapping[str, Any] = json.loads(text)
            logits = np.array(values["check"]["logits"], dtype=np.float32)
            size = int(values["input"]["shape"][-1])
            if logits.ndim != 2 or not np.isfinite(logits).all() or not 1 <= size <= 4096:
                raise ValueError("its check cannot be used")
            return cls(str(values["weights_digest"]), size, logits)
        except (KeyError, TypeError, ValueError, IndexError, AttributeError, RecursionError) as error:
            raise EngineError(f"{path} does not say which checkpoint it is of ({error}). {remedy(path)}") from error


class FileEngine(Engine, Protocol):
    """An engine that has loaded a model file."""

    @property
    def path(self) -> Path:
        """Of the file."""
        ...

    @property
    def info(self) -> ModelInfo:
        """What the file says of itself."""
        ...


def check_engine(engine: FileEngine, *, digest: str, input_size: int, tolerance: float) -> float:
    """Check that an engine gives what the network gives.

    Args:
        engine: that has loaded a model file.
        digest: of the weights of the checkpoint that it is to run.
        input_size: of that checkpoint, in pixels.
        tolerance: largest difference allowed in a logit, as a share of the largest logit.

    Returns:
        The largest difference, as a share of the largest logit.

    Raises:
        EngineError: the file is of other weights or for another input size, or the difference is larger than allowed.
    """
    info, path = engine.info, engine.path
    if info.weights_digest != digest:
        raise EngineError(
            f"{path} is of other weights (digest {info.weights_digest}) than the checkpoint ({digest}). {remedy(path)}"
        )
    if info.input_size != input_size:
        raise EngineError(
            f"{path} takes inputs of {info.input_size} pixels a side, the checkpoint’s are {input_size}. {remedy(path)}"
        )
    got = engine.run(check_inputs(info.input_size)).logits
    if got.shape != info.logits.shape:
        raise EngineError(f"{path} gives logits of the shape {got.shape}, not {info.logits.shape}. {remedy(path)}")
    difference = float(np.abs(got - info.logits).max() / np.abs(info.logits).max())
    if not difference <= tolerance:  # fails, too, where it is not a number
        raise EngineError(
            f"The logits of {engine.name} differ by {difference:.1%} of the largest from the network's; "
            f"{tolerance:.1%} is allowed. {remedy(path)}"
        )
    return difference


def seal(content: bytes) -> bytes:
    """Put the digest of a model file in it: SHA-256 of its bytes with `UNSEALED` in the place of the digest.

    A check of the answers cannot stand for it: a few weights that changed on the disk move the logits less than
    bfloat16 does.
    """
    blank = _SEAL.sub(UNSEALED.encode(), content, count=1)
    return _SEAL.sub(hashlib.sha256(blank).hexdigest().encode(), blank, count=1)


def check_file(path: Path) -> None:
    """Check that a model file is there and as it was written.

    Raises:
        EngineError: it is not.
    """
    if not os.path.lexists(path):
        raise EngineError(f"There is no model file {path}. {remedy(path)}")
    if not path.is_file():
        raise EngineError(f"{path} is a folder, a device or a broken link. Move it away. {remedy(path)}")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise EngineError(f"The model file {path} cannot be read: {error.strerror}. Allow reading it.") from error
    if not _SEAL.search(content) or seal(content) != content:
        raise EngineError(f"{path} is damaged, foreign or of an earlier version. {remedy(path)}")


def remedy(path: Path) -> str:
    """What to do about a model file that does not fit."""
    if find_spec("torch"):
        checkpoint = shlex.quote(str(path.with_suffix(".safetensors")))
        return f"Make it again: python -m classifier export --checkpoint {checkpoint}"
    if path.absolute() == model_path(DEFAULT_CHECKPOINT):
        return f"Bring back the one that ships: git checkout -- {shlex.quote(str(path))}"
    return "Make it again where requirements.txt is installed (python -m classifier export), and copy it here."
