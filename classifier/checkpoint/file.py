"""Checkpoint files: one safetensors file with the weights and, as JSON in its header, the `Metadata`.

Never pickle: reading a checkpoint from a stranger runs no code. Weights are NumPy arrays; `networks.network` makes a
network of them.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from classifier.checkpoint.metadata import Metadata
from classifier.data.labels import LabelClass
from classifier.errors import CheckpointError, DatasetError
from classifier.files import HEADER_KEY, save_tensors, to_json

Arrays = Mapping[str, NDArray[Any]]
HEAD = "head.weight"
# Arrays of batch normalisation that are counted, not learnt.
COUNTED = ("running_mean", "running_var", "num_batches_tracked")


@dataclass(frozen=True)
class WeightsInfo:
    """What is known of a checkpoint's weights, whatever runs them.

    head: (C, D), the weights of the logits.
    parameters: how many numbers the network has learnt.
    digest: `weights_digest` of the weights.
    """

    head: NDArray[np.float32]
    parameters: int
    digest: str


@dataclass(frozen=True)
class Checkpoint:
    """The weights by name, and the metadata."""

    state: Arrays
    metadata: Metadata

    @property
    def classes(self) -> tuple[LabelClass, ...]:
        """The classes in the order of the logits."""
        return self.metadata.classes

    @cached_property
    def weights(self) -> WeightsInfo:
        """What is known of the weights, whatever runs them.

        Raises:
            CheckpointError: those of the head are missing, or not one row for each class.
        """
        if HEAD not in self.state:
            raise CheckpointError(f"The checkpoint has no weights called {HEAD}. Train it again.")
        shape, classes = self.state[HEAD].shape, len(self.classes)
        if len(shape) != 2 or shape[0] != classes:
            raise CheckpointError(
                f"The checkpoint names {classes} classes, but its weights {HEAD} have the shape {shape}, not "
                f"({classes}, …). Copy or download it again, or train it again."
            )
        learnt = sum(values.size for name, values in self.state.items() if not name.endswith(COUNTED))
        return WeightsInfo(self.state[HEAD].astype(np.float32), learnt, weights_digest(self.state))


def save_checkpoint(path: Path, state: Arrays, metadata: Metadata) -> None:
    """Write a checkpoint so that `path` holds either the old file or the whole new one, whatever happens.

    Raises:
        CheckpointError: the folder cannot be written (full, read-only).
    """
    save_tensors(path, state, {HEADER_KEY: to_json(metadata.to_dict())})


def halve(state: Arrays) -> dict[str, NDArray[Any]]:
    """Weights with matrices rounded to half precision: the file is half as large, and engines can keep all of it.

    float16 has 11 bits: a weight changes by 1 part in 4,000 at most. Vectors (biases, batch normalisation) stay as they
    are, and so does a matrix with a value that float16 cannot hold.
    """
    halved = {}
    for name, values in state.items():
        with np.errstate(over="ignore"):
            rounded = values.astype(np.float16) if values.dtype == np.float32 and values.ndim > 1 else values
        halved[name] = rounded if np.isfinite(rounded).all() else values
    return halved


def load_checkpoint(path: Path) -> Checkpoint:
    """Read and check a checkpoint; the weights stay as saved.

    Raises:
        CheckpointError: no such file, not safetensors, cut short, or without our metadata; each says what to do.
    """
    metadata = read_metadata(path)
    try:
        with safe_open(path, framework="np") as file:
            state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (it is no dict)
    except (SafetensorError, OSError) as error:
        raise _damaged(path, error) from error
    return Checkpoint(state, metadata)


def read_metadata(path: Path) -> Metadata:
    """Read the metadata of a checkpoint, without its weights.

    Raises:
        CheckpointError: as `load_checkpoint`.
    """
    try:
        is_file = path.is_file()
    except OSError as error:  # the folder may not be entered, the name is too long
        raise CheckpointError(
            f"{path} cannot be reached: {error.strerror}. Allow entering its folder, or name another file."
        ) from error
    if not is_file:
        raise CheckpointError(
            f"There is no checkpoint at {path}. Name a .safetensors file that “python -m classifier train” wrote."
        )
    if not os.access(path, os.R_OK):
        raise CheckpointError(f"{path} cannot be read: permission denied. Allow reading it (chmod u+r).")
    try:
        with safe_open(path, framework="np") as file:
            header = file.metadata() or {}
    except (SafetensorError, OSError) as error:
        raise _damaged(path, error) from error
    try:
        return Metadata.from_dict(json.loads(header[HEADER_KEY]))
    except CheckpointError as error:
        raise CheckpointError(f"{path} cannot be used. {error}") from error
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError, DatasetError) as error:
        raise CheckpointError(
            f"{path} is a safetensors file, but not one of ours: its header lacks what “python -m classifier train” "
            f"writes (architecture, classes, input size), or has it otherwise: {error}. Train one with that command."
        ) from error


def weights_digest(state: Arrays) -> str:
    """SHA-256 (hex, first 16 digits) of a checkpoint's weights: calibration does not change it, training does."""
    digest = hashlib.sha256()
    for name in sorted(state):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(state[name]).tobytes())
    return digest.hexdigest()[:16]


def _damaged(path: Path, error: Exception) -> CheckpointError:
    return CheckpointError(
        f"{path} is not a safetensors file or is damaged ({error}). Expected a file written by “python -m classifier "
        "train”; copy or download it again."
    )
