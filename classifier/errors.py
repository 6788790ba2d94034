"""One small tree of the errors this package raises.

`code` is for programs (the JSON of `predict` and of the site's API); the message is one or two sentences for a person,
ending in what to do next.
"""

from typing import ClassVar

# Packages that requirements-serve.txt leaves out.
NOT_LIGHT = {"torch", "torchvision", "torchmetrics", "lightning", "timm", "scipy", "matplotlib", "onnx", "onnxscript"}


def left_out(what: str, package: str) -> str:
    """Sentence for who has the light set alone: `what` needs a package of `NOT_LIGHT`."""
    return (
        f"{what} needs the package {package}, which the light set (requirements-serve.txt) leaves out. "
        "Install everything: pip install -r requirements.txt"
    )


class ClassifierError(Exception):
    """Base of every error that the package raises on purpose."""

    code: ClassVar[str] = "error"


class PhotoError(ClassifierError):
    """A picture that we refuse. The message may be shown to the visitor who sent it."""

    code: ClassVar[str] = "bad_photo"


class NotAnImage(PhotoError):
    """The bytes are not a picture: empty, a text, a web page."""

    code: ClassVar[str] = "not_an_image"


class UnsupportedFormat(PhotoError):
    """A picture, a drawing, a video or a document in a format that we do not read."""

    code: ClassVar[str] = "unsupported_format"


class TruncatedImage(PhotoError):
    """It begins like a picture that we read, but is incomplete or damaged."""

    code: ClassVar[str] = "truncated_image"


class TooManyBytes(PhotoError):
    """The file is larger than the limit."""

    code: ClassVar[str] = "too_many_bytes"


class TooManyPixels(PhotoError):
    """The header announces more pixels than the limit; nothing was decoded."""

    code: ClassVar[str] = "too_many_pixels"


class TooSmall(PhotoError):
    """Too few pixels on a side, or a strip so thin that no flower fits in it."""

    code: ClassVar[str] = "too_small"


class UnreadableFile(PhotoError):
    """The path leads to no file, or to one that may not be read."""

    code: ClassVar[str] = "unreadable_file"


class CheckpointError(ClassifierError):
    """The checkpoint is missing, damaged, or not one of ours."""

    code: ClassVar[str] = "bad_checkpoint"


class DatasetError(ClassifierError):
    """A table or a folder of the data set is missing or contradicts itself."""

    code: ClassVar[str] = "bad_dataset"


class DownloadError(ClassifierError):
    """The photos could not be fetched or put in place."""

    code: ClassVar[str] = "download_failed"


class BackboneError(ClassifierError):
    """The backbone's name is unknown, or its weights cannot be fetched."""

    code: ClassVar[str] = "unknown_backbone"


class ReportError(ClassifierError):
    """The report of an evaluation is missing, damaged, or of another version."""

    code: ClassVar[str] = "bad_report"


class ExportError(ClassifierError):
    """The exported network cannot be made, or does not answer as the original does."""

    code: ClassVar[str] = "export_failed"


class EngineError(ClassifierError):
    """An engine cannot run a checkpoint: no model file, a damaged one, one of other weights, or its check fails."""

    code: ClassVar[str] = "engine"


class TrainingError(ClassifierError):
    """A training cannot start, or cannot continue."""

    code: ClassVar[str] = "training_failed"


class SettingError(ClassifierError):
    """A setting has a value that makes no sense."""

    code: ClassVar[str] = "bad_setting"


class ClusterError(ClassifierError):
    """The workers of a cluster cannot be reached, or cannot start."""

    code: ClassVar[str] = "cluster_failed"


class OutputError(ClassifierError):
    """A file may not be written: another one is there that is not ours to change, or the folder cannot be written."""

    code: ClassVar[str] = "output_refused"
