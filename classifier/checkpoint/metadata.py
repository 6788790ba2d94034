"""Metadata of a checkpoint: all that is needed, besides the weights, to use it and to say where it comes from.

Frozen values, validated when they are made. `Metadata.to_dict` and `from_dict` are the only places that know the keys
of the JSON in a checkpoint's header.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import isfinite
from typing import Any

from classifier.checkpoint.upgrade import FORMAT, upgrade
from classifier.data.labels import LabelClass
from classifier.errors import CheckpointError
from classifier.predictions.verdicts import Calibration

Triple = tuple[float, float, float]
LARGEST_SIDE_PX = 4096  # no backbone takes more, and a header from a stranger must not make us allocate gigabytes


@dataclass(frozen=True)
class Preprocessing:
    """Preprocessing of a picture for the network: its central square, `input_size` pixels a side, normalised.

    mean and std are those of the red, green and blue values scaled to 0..1.

    Raises:
        ValueError: a value that could not be worked with.
    """

    input_size: int
    mean: Triple
    std: Triple

    def __post_init__(self) -> None:
        size = self.input_size
        if not isinstance(size, int) or isinstance(size, bool) or not 1 <= size <= LARGEST_SIDE_PX:
            raise ValueError(f"input_size is {size!r}, not a number of pixels")
        for name, values in (("mean", self.mean), ("std", self.std)):
            numbers = [value for value in values if isinstance(value, int | float) and isfinite(value)]
            if len(numbers) != 3 or len(values) != 3 or (name == "std" and min(numbers) <= 0):
                raise ValueError(f"{name} is {list(values)!r}, not three numbers")


@dataclass(frozen=True)
class DatasetInfo:
    """Data set that a checkpoint was trained on, as far as it is known.

    name: of the collection. subject: what the classes are kinds of, as `Subject` writes it. split: the name of the way
    to split. train_photos: how many were learnt from. digest: `data.samples.samples_digest` of these. root: the folder
    of the photos; None for the Oxford flowers, whose place is a setting. learnt_before: how many photos of “valid” and
    “test” the checkpoint that the training started from had learnt.

    Raises:
        ValueError: what should be a text is none.
    """

    name: str | None = None
    subject: str | None = None
    split: str | None = None
    train_photos: int | None = None
    digest: str | None = None
    root: str | None = None
    learnt_before: Mapping[str, int] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        for name in ("name", "subject", "split", "digest", "root"):
            if not isinstance(value := getattr(self, name), str | None):
                raise ValueError(f"{name} of the data set is {value!r}, not a text")


@dataclass(frozen=True)
class FurtherInfo:
    """Photos that a training learnt from besides those of its data set.

    also: number of known ones. strangers: number of those that show none of the classes. sources: number of photos of
    either kind by where they come from, as far as that is known.
    """

    also: int = 0
    strangers: int = 0
    sources: Mapping[str, int] = field(default_factory=dict, hash=False)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "FurtherInfo":
        """From plain values; raises AttributeError, TypeError or ValueError for anything but the fields."""
        sources = {str(name): int(count) for name, count in (values.get("sources") or {}).items()}
        return cls(int(values.get("also") or 0), int(values.get("strangers") or 0), sources)


@dataclass(frozen=True)
class TrainingInfo:
    """Training of a checkpoint.

    settings: the fields of `training.settings.TrainingSettings` by name; plain, since an older version may have had
    others. torch: the version of PyTorch. best_epoch: the epoch (from 1) whose weights were kept. history: a record of
    figures an epoch. shares: how much of several checkpoints is in the weights, if they are a mean. further: photos
    that are not of the data set. earlier: the training of the checkpoint that this one went on from.
    """

    settings: Mapping[str, Any] = field(default_factory=dict, hash=False)
    torch: str | None = None
    best_epoch: int | None = None
    history: tuple[Mapping[str, float | None], ...] = field(default=(), hash=False)
    shares: tuple[float, ...] = ()
    further: FurtherInfo | None = None
    earlier: "TrainingInfo | None" = None

    @property
    def learnt_from_valid(self) -> bool:
        """Whether the validation photos were trained on too: nothing can be measured on them then."""
        return bool(self.settings.get("train_on_valid"))

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; what is not known is left out."""
        values: dict[str, Any] = {
            "settings": dict(self.settings),
            "torch": self.torch,
            "best_epoch": self.best_epoch,
            "history": [dict(row) for row in self.history],
            "shares": list(self.shares),
            "further": {**vars(self.further), "sources": dict(self.further.sources)} if self.further else None,
            "earlier": self.earlier.to_dict() if self.earlier else None,
        }
        return {name: value for name, value in values.items() if value not in (None, [], {})}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "TrainingInfo":
        """The inverse of `to_dict`; raises AttributeError, TypeError or ValueError for anything else."""
        earlier, best, further = (values.get(name) for name in ("earlier", "best_epoch", "further"))
        return cls(
            settings=dict(values.get("settings") or {}),
            torch=values.get("torch"),
            best_epoch=None if best is None else int(best),
            history=tuple(dict(row) for row in values.get("history") or ()),
            shares=tuple(float(share) for share in values.get("shares") or ()),
            further=FurtherInfo.from_dict(further) if further else None,
            earlier=cls.from_dict(earlier) if earlier else None,
        )


@dataclass(frozen=True)
class Metadata:
    """Metadata of a checkpoint.

    backbone: its name, see `networks.backbones`. classes: in the order of the logits. metrics: figures by split, as
    measured in training. calibration: None where there is none, or where it is of another version; `warnings` then
    says so in a sentence.
    """

    backbone: str
    classes: tuple[LabelClass, ...]
    preprocessing: Preprocessing
    dataset: DatasetInfo = field(default_factory=DatasetInfo)
    training: TrainingInfo = field(default_factory=TrainingInfo)
    metrics: Mapping[str, Mapping[str, float]] = field(default_factory=dict, hash=False)
    calibration: Calibration | None = None
    warnings: tuple[str, ...] = field(default=(), compare=False)

    def without_calibration(self) -> "Metadata":
        """The same with neither calibration nor a warning about one."""
        return replace(self, calibration=None, warnings=())

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, with the number of the format."""
        preprocessing = self.preprocessing
        return {
            "format": FORMAT,
            "backbone": self.backbone,
            "classes": [label.to_dict() for label in self.classes],
            "preprocessing": {
                "input_size": preprocessing.input_size,
                "mean": list(preprocessing.mean),
                "std": list(preprocessing.std),
            },
            "dataset": {**vars(self.dataset), "learnt_before": dict(self.dataset.learnt_before)},
            "training": self.training.to_dict(),
            "metrics": {split: dict(figures) for split, figures in self.metrics.items()},
            "calibration": self.calibration.to_dict() if self.calibration else None,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Metadata":
        """The inverse of `to_dict`, from this format or an earlier one; unknown keys are ignored.

        Raises:
            CheckpointError: the format is newer than this version.
            AttributeError, DatasetError, KeyError, TypeError, ValueError: something is missing or of the wrong kind.
        """
        values = upgrade(values)
        prepared, dataset = values["preprocessing"], _record(values, "dataset")
        calibration, warnings = None, tuple[str, ...]()
        try:
            if found := _record(values, "calibration"):
                calibration = Calibration.from_dict(found)
        except CheckpointError as error:
            warnings = (f"Answers are given without a verdict. {error}",)
        return cls(
            backbone=str(values["backbone"]),
            classes=tuple(LabelClass.from_dict(entry) for entry in values["classes"]),
            preprocessing=Preprocessing(prepared["input_size"], _triple(prepared["mean"]), _triple(prepared["std"])),
            dataset=DatasetInfo(
                **{name: dataset.get(name) for name in ("name", "subject", "split", "train_photos", "digest", "root")},
                learnt_before=dict(dataset.get("learnt_before") or {}),
            ),
            training=TrainingInfo.from_dict(_record(values, "training")),
            metrics=_record(values, "metrics"),
            calibration=calibration,
            warnings=warnings,
        )


def _record(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = values.get(name)
    if not isinstance(found, dict | None):
        raise ValueError(f"{name} is {found!r}, not a record")
    return found or {}


def _triple(values: Any) -> Any:
    # Not a list, or of another length: `Preprocessing` says what is wrong with it.
    return tuple(values) if isinstance(values, list) else ()
