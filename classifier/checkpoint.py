"""Checkpoints: one safetensors file with the weights and, as JSON in its header, all that is needed to use them.

The JSON (`Checkpoint.metadata`) has: format (1), backbone, classes (list of LabelClass.to_dict(), in the order of the
logits), input_size (pixels), mean, std, training (settings), metrics, dataset (name, split, fingerprint, root).
Never pickle: reading a checkpoint from a stranger runs no code.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from classifier.data.labels import LabelClass
from classifier.errors import BackboneError, CheckpointError, DatasetError
from classifier.networks.network import Network

FORMAT = 1
HEADER_KEY = "florascope"
_REQUIRED = ("backbone", "classes", "input_size", "mean", "std")


@dataclass(frozen=True)
class Checkpoint:
    """The weights by name, and the metadata described above."""

    state: Mapping[str, torch.Tensor]
    metadata: Mapping[str, Any]

    @property
    def classes(self) -> tuple[LabelClass, ...]:
        """The classes in the order of the logits."""
        return tuple(LabelClass.from_dict(entry) for entry in self.metadata["classes"])

    def network(self) -> Network:
        """The network with these weights, in evaluation mode.

        Raises:
            CheckpointError: the weights do not fit the architecture that the metadata names.
        """
        name = str(self.metadata["backbone"])
        try:
            network = Network(name, len(self.metadata["classes"]))
            network.load_state_dict(dict(self.state))
        except BackboneError as error:
            raise CheckpointError(f"The checkpoint wants a backbone that is not here. {error}") from error
        except RuntimeError as error:
            raise CheckpointError(
                f"The checkpoint's weights do not fit {name} with {len(self.metadata['classes'])} classes: "
                f"{str(error).splitlines()[-1].strip()} Train it again, or use the version that wrote it."
            ) from error
        return network.eval()


def save_checkpoint(path: Path, state: Mapping[str, torch.Tensor], metadata: Mapping[str, Any]) -> None:
    """Write a checkpoint so that `path` holds either the old file or the whole new one, whatever happens.

    Raises:
        CheckpointError: the folder cannot be written (full, read-only).
    """
    save_tensors(path, state, {HEADER_KEY: json.dumps({"format": FORMAT, **metadata}, ensure_ascii=False)})


def save_tensors(path: Path, state: Mapping[str, torch.Tensor], header: Mapping[str, str]) -> None:
    """Write tensors and a header of strings as safetensors, all or nothing.

    Raises:
        CheckpointError: the folder cannot be written (full, read-only).
    """
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in state.items()}
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            temporary = Path(file.name)
        save_file(tensors, temporary, metadata=dict(header))
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    except (OSError, SafetensorError) as error:
        if temporary:
            temporary.unlink(missing_ok=True)
        reason = getattr(error, "strerror", None) or error
        raise CheckpointError(
            f"{path} could not be written: {reason}. Make room, or allow writing in that folder."
        ) from error


def load_checkpoint(path: Path) -> Checkpoint:
    """Read and check a checkpoint; the weights stay as saved.

    Raises:
        CheckpointError: no such file, not safetensors, cut short, or without our metadata; each says what to do.
    """
    metadata = read_metadata(path)
    try:
        with safe_open(path, framework="pt") as file:
            state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (it is no dict)
    except (SafetensorError, OSError) as error:
        raise _damaged(path, error) from error
    return Checkpoint(state, metadata)


def read_metadata(path: Path) -> dict[str, Any]:
    """Only the JSON of a checkpoint, without reading the weights.

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
        with safe_open(path, framework="pt") as file:
            header = file.metadata() or {}
    except (SafetensorError, OSError) as error:
        raise _damaged(path, error) from error
    try:
        metadata = json.loads(header[HEADER_KEY])
        version = metadata["format"]
        missing = [key for key in _REQUIRED if key not in metadata]
        [LabelClass.from_dict(entry) for entry in metadata.get("classes", [])]
        if version == FORMAT and not missing:
            _check_kinds(metadata)
    except (KeyError, TypeError, AttributeError, ValueError, DatasetError) as error:
        raise CheckpointError(
            f"{path} is a safetensors file, but not one of ours: its header lacks what “python -m classifier train” "
            f"writes (architecture, classes, input size), or has it otherwise: {error}. Train one with that command."
        ) from error
    if version != FORMAT:
        raise CheckpointError(
            f"{path} has format {version}; this version reads format {FORMAT}. Update Florascope or train it again."
        )
    if missing:
        raise CheckpointError(f"{path} lacks {', '.join(missing)} in its metadata; train it again.")
    return dict(metadata)


def _check_kinds(metadata: Mapping[str, Any]) -> None:
    """Raises ValueError for a value that could not be worked with."""
    size = metadata["input_size"]
    if not isinstance(size, int) or not 1 <= size <= 4096:
        raise ValueError(f"input_size is {size!r}, not a number of pixels")
    for name in ("mean", "std"):
        values = metadata[name] if isinstance(metadata[name], list) else []
        numbers = [value for value in values if isinstance(value, int | float) and isfinite(value)]
        if len(numbers) != 3 or len(values) != 3 or (name == "std" and min(numbers) <= 0):
            raise ValueError(f"{name} is {metadata[name]!r}, not three numbers")
    for name in ("dataset", "training", "trust"):
        if not isinstance(metadata.get(name), dict | None):
            raise ValueError(f"{name} is {metadata[name]!r}, not a record")


def _damaged(path: Path, error: Exception) -> CheckpointError:
    return CheckpointError(
        f"{path} is not a safetensors file or is damaged ({error}). Expected a file written by “python -m classifier "
        "train”; copy or download it again."
    )


def weights_digest(state: Mapping[str, Any]) -> str:
    """SHA-256 (hex, first 16 digits) of a checkpoint's weights: calibration does not change it, training does."""
    digest = hashlib.sha256()
    for name in sorted(state):
        digest.update(name.encode())
        digest.update(state[name].detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()[:16]
