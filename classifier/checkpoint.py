"""Checkpoints: one safetensors file with the weights and, as JSON in its header, all that is needed to use them.

The JSON (`Checkpoint.metadata`) has: format (1), backbone, classes (list of LabelClass.to_dict(), in the order of the
logits), input_size (pixels), mean, std, training (settings), metrics, dataset (name, split, fingerprint, root).
Never pickle: reading a checkpoint from a stranger runs no code.
"""

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from classifier.errors import BackboneError, CheckpointError, DatasetError
from classifier.labels import LabelClass
from classifier.network import Network

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
        raise CheckpointError(
            f"{path} could not be written: {error}. Free some space, or choose another place."
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
            f"There is no checkpoint at {path}. Train one with “python -m classifier train”, or set CHECKPOINT to the "
            "path of a .safetensors file that it wrote."
        )
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
    except (KeyError, TypeError, AttributeError, ValueError, DatasetError) as error:
        raise CheckpointError(
            f"{path} is a safetensors file, but not one of ours: its header lacks what “python -m classifier train” "
            "writes (architecture, classes, input size). Train one with that command."
        ) from error
    if version != FORMAT:
        raise CheckpointError(
            f"{path} has format {version}; this version reads format {FORMAT}. Update Florascope or train it again."
        )
    if missing:
        raise CheckpointError(f"{path} lacks {', '.join(missing)} in its metadata; train it again.")
    return dict(metadata)


def _damaged(path: Path, error: Exception) -> CheckpointError:
    return CheckpointError(
        f"{path} is not a safetensors file or is damaged ({error}). Expected a file written by “python -m classifier "
        "train”; copy or download it again."
    )
