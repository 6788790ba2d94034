"""Checkpoint files: typed metadata and weights, read with NumPy alone. No PyTorch, and no network: see `networks`."""

from classifier.checkpoint.file import (
    Checkpoint,
    WeightsInfo,
    halve,
    load_checkpoint,
    read_metadata,
    save_checkpoint,
    weights_digest,
)
from classifier.checkpoint.metadata import DatasetInfo, FurtherInfo, Metadata, Preprocessing, TrainingInfo

__all__ = [
    "Checkpoint",
    "DatasetInfo",
    "FurtherInfo",
    "Metadata",
    "Preprocessing",
    "TrainingInfo",
    "WeightsInfo",
    "halve",
    "load_checkpoint",
    "read_metadata",
    "save_checkpoint",
    "weights_digest",
]
