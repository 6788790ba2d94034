"""Florascope's classifier: photos of flowers in, ranked names out.

    from classifier import Classifier

    classifier = Classifier.load("checkpoints/flowers102.safetensors")
    classifier.predict([photo])[0].best.name

Its doors are `Classifier` and `predict_many` to predict, `plan_training` and `fit` to train, `calibrate`,
`index_photos`, `evaluate` and `measure_wild` to measure. Importing this package is cheap: they are fetched at first
use, because they need PyTorch.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from classifier.errors import (
    BackboneError,
    CheckpointError,
    ClassifierError,
    ClusterError,
    DatasetError,
    DownloadError,
    EngineError,
    ExportError,
    NotAnImage,
    OutputError,
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
    from classifier.calibration.calibrate import calibrate
    from classifier.calibration.index import index_photos
    from classifier.data.elsewhere.photo_set import read_photo_set
    from classifier.data.folders import read_folder
    from classifier.data.further.reading import read_further
    from classifier.data.samples import samples_of
    from classifier.evaluation.evaluate import evaluate
    from classifier.evaluation.wild import measure_wild
    from classifier.inference.batch import predict_many
    from classifier.inference.classifier import Classifier
    from classifier.photos.limits import PhotoLimits
    from classifier.predictions.values import Candidate, Prediction
    from classifier.training.fit import fit
    from classifier.training.plan import plan_training
    from classifier.training.runs.folder import RunFolder

__all__ = [
    "BackboneError",
    "Candidate",
    "CheckpointError",
    "Classifier",
    "ClassifierError",
    "ClusterError",
    "DatasetError",
    "DownloadError",
    "EngineError",
    "ExportError",
    "NotAnImage",
    "OutputError",
    "PhotoError",
    "PhotoLimits",
    "Prediction",
    "ReportError",
    "RunFolder",
    "SettingError",
    "TooManyBytes",
    "TooManyPixels",
    "TooSmall",
    "TrainingError",
    "TruncatedImage",
    "UnreadableFile",
    "UnsupportedFormat",
    "calibrate",
    "evaluate",
    "fit",
    "index_photos",
    "measure_wild",
    "plan_training",
    "predict_many",
    "read_folder",
    "read_further",
    "read_photo_set",
    "samples_of",
]

# Fetched at first use: importing this package loads no PyTorch.
_HOMES = {
    "Candidate": "classifier.predictions.values",
    "Classifier": "classifier.inference.classifier",
    "PhotoLimits": "classifier.photos.limits",
    "Prediction": "classifier.predictions.values",
    "RunFolder": "classifier.training.runs.folder",
    "calibrate": "classifier.calibration.calibrate",
    "evaluate": "classifier.evaluation.evaluate",
    "fit": "classifier.training.fit",
    "index_photos": "classifier.calibration.index",
    "measure_wild": "classifier.evaluation.wild",
    "plan_training": "classifier.training.plan",
    "predict_many": "classifier.inference.batch",
    "read_folder": "classifier.data.folders",
    "read_further": "classifier.data.further.reading",
    "read_photo_set": "classifier.data.elsewhere.photo_set",
    "samples_of": "classifier.data.samples",
}


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
