"""Florascope's classifier: photos of flowers in, ranked names out.

    from classifier import Classifier

    classifier = Classifier.load("checkpoints/flowers102.safetensors")
    classifier.predict([photo])[0].best.name

Importing this package is cheap. `Classifier` and what it returns are fetched at first use, because they need PyTorch.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from classifier.errors import (
    BackboneError,
    CheckpointError,
    ClassifierError,
    DatasetError,
    DownloadError,
    ExportError,
    NotAnImage,
    PhotoError,
    ReportError,
    SettingError,
    TooManyBytes,
    TooManyPixels,
    TooSmall,
    TrainingError,
    TruncatedImage,
    UnreadableFile,
    UnsupportedFormat,
)

if TYPE_CHECKING:
    from classifier.inference.classifier import Classifier
    from classifier.predictions.values import Candidate, Prediction

__all__ = [
    "BackboneError",
    "Candidate",
    "CheckpointError",
    "Classifier",
    "ClassifierError",
    "DatasetError",
    "DownloadError",
    "ExportError",
    "NotAnImage",
    "PhotoError",
    "Prediction",
    "ReportError",
    "SettingError",
    "TooManyBytes",
    "TooManyPixels",
    "TooSmall",
    "TrainingError",
    "TruncatedImage",
    "UnreadableFile",
    "UnsupportedFormat",
]

_HOMES = {
    "Candidate": "classifier.predictions.values",
    "Classifier": "classifier.inference.classifier",
    "Prediction": "classifier.predictions.values",
}


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
