"""Checkpoint files: one safetensors file with the weights and, as JSON in its header, the `Metadata`.

Never pickle: reading a checkpoint from a stranger runs no code. Weights are NumPy arrays; `networks.network` makes a
network of them.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Checkpoint:
    """The weights by name, and the metadata."""

    state: Arrays
    metadata: Metadata

    @property
    def classes(self) -> tuple[LabelClass, ...]:
        """The classes in the order of the logits."""
        return self.metadata.classes


def save_checkpoint(path: Path, state: Arrays, metadata: Metadata) -> None:
    """Write a checkpoint so that `path` holds either the old file or the whole new one, whatever happens.

    Raises:
        CheckpointError: the folder cannot be written (full, read-only).
    """
    save_tensors(path, state, {HEADER_KEY: to_json(metadata.to_dict())})


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
    if not path.is_file():
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
    except (KeyError, TypeError, AttributeError, ValueError, DatasetError) as error:
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
