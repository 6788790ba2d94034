"""Upgrades of a checkpoint's metadata from earlier formats, as plain values; one function a step."""

from collections.abc import Mapping
from typing import Any

from classifier.errors import CheckpointError

FORMAT = 2
_REQUIRED = {
    1: ("backbone", "classes", "input_size", "mean", "std"),
    FORMAT: ("backbone", "classes", "preprocessing"),
}
# What stood beside a training's settings, in the same record, in format 1.
_BESIDE_SETTINGS = ("torch", "best_epoch", "history", "shares", "earlier")


def upgrade(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The metadata of any format that this version reads, as those of `FORMAT`.

    Raises:
        CheckpointError: the format is not one of those, or something that it needs is missing.
        KeyError, TypeError: `values` is not a record with a format.
    """
    required = _REQUIRED.get(values["format"])
    if required is None:
        raise CheckpointError(
            f"It has format {values['format']}; this version reads format {FORMAT} and earlier ones. "
            "Update Florascope or train it again."
        )
    if missing := [name for name in required if name not in values]:
        raise CheckpointError(f"It lacks {', '.join(missing)} in its metadata; train it again.")
    return _from_1(values) if values["format"] == 1 else values


def upgrade_training(values: Mapping[str, Any]) -> dict[str, Any]:
    """A training's record of format 1, where settings and results were mixed, as one of format 2."""
    beside = {name: values[name] for name in _BESIDE_SETTINGS if values.get(name) is not None}
    if "earlier" in beside:
        beside["earlier"] = upgrade_training(beside["earlier"])
    settings = {name: value for name, value in values.items() if name not in _BESIDE_SETTINGS}
    return {"settings": settings, **beside}


def _from_1(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Format 1: flat preprocessing, settings among the results of training, calibration called “trust”."""
    dataset, training = values.get("dataset"), values.get("training")
    if isinstance(dataset, dict):
        dataset = {**dataset, "digest": dataset.get("fingerprint")}
    return {
        **values,
        "format": FORMAT,
        "preprocessing": {name: values[name] for name in ("input_size", "mean", "std")},
        "dataset": dataset,
        "training": upgrade_training(training) if isinstance(training, dict) else training,
        "calibration": _calibration_from_1(values.get("trust")),
    }


def _calibration_from_1(values: Any) -> Any:
    if not isinstance(values, dict) or values.get("format") != 2:
        return values
    names = {"flower": "subject", "flower_from": "subject_from"}
    return {**{names.get(name, name): value for name, value in values.items()}, "format": 3}
