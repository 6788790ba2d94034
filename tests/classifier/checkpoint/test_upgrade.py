import json
from pathlib import Path

import pytest
from safetensors import safe_open

from classifier.checkpoint import Metadata, read_metadata
from classifier.errors import CheckpointError
from classifier.files import HEADER_KEY
from classifier.predictions.verdicts import SIGNALS, FittedOn

SHIPPED = Path(__file__).parents[3] / "checkpoints" / "flowers102.safetensors"
EARLIEST = {
    "format": 1,
    "backbone": "test_efficientnet",
    "classes": [{"class_id": 1, "name": "Rose"}],
    "input_size": 96,
    "mean": [0.4, 0.5, 0.6],
    "std": [0.1, 0.2, 0.3],
    "dataset": {"name": "roses", "split": "split", "train_photos": 7, "fingerprint": "abc", "learnt_before": None},
    "training": {
        "epochs": 5,
        "train_on_valid": True,
        "torch": "2.15.0",
        "best_epoch": 2,
        "history": [{"epoch": 1, "train_loss": 1.0}, {"epoch": 2, "train_loss": None}],
        "earlier": {"epochs": 3, "best_epoch": 1, "history": [{"epoch": 1}], "shares": [0.3, 0.7]},
    },
    "metrics": {"valid": {"top1": 0.5}},
}


def test_every_part_of_format_1_has_its_place() -> None:
    metadata = Metadata.from_dict(json.loads(json.dumps(EARLIEST)))
    assert metadata.preprocessing.input_size == 96
    assert (metadata.preprocessing.mean, metadata.preprocessing.std) == ((0.4, 0.5, 0.6), (0.1, 0.2, 0.3))
    dataset = metadata.dataset
    assert (dataset.name, dataset.split, dataset.train_photos, dataset.digest) == ("roses", "split", 7, "abc")
    assert (dataset.root, dataset.subject, dataset.learnt_before) == (None, None, {})
    training = metadata.training
    assert training.settings == {"epochs": 5, "train_on_valid": True}
    assert training.learnt_from_valid
    assert (training.torch, training.best_epoch, len(training.history), training.shares) == ("2.15.0", 2, 2, ())
    assert training.earlier
    assert (training.earlier.settings, training.earlier.shares) == ({"epochs": 3}, (0.3, 0.7))
    assert metadata.metrics == {"valid": {"top1": 0.5}}
    assert metadata.calibration is None


def test_the_calibration_of_format_1_was_of_flowers() -> None:
    flower, known, sure = (
        {"mean": [0.0] * 8, "scale": [1.0] * 8, "weights": [float(place == own) for place in range(8)], "bias": 0.5}
        for own in range(3)
    )
    trust = {
        "format": 2,
        "signals": list(SIGNALS),
        "temperature": 0.48,
        "coverage": {"coverage": 0.95, "threshold": 0.96, "penalty": 0.01, "free": 3},
        **{"flower": flower, "flower_from": 0.32, "known": known, "known_from": 0.72, "sure": sure, "sure_from": 0.84},
        "fitted_on": {"split": "udacity-valid", "photos": 818, "unknown": 0, "samples": 27},
    }
    metadata = Metadata.from_dict({**EARLIEST, "trust": trust})
    assert metadata.warnings == ()
    assert metadata.calibration
    assert (metadata.calibration.temperature, metadata.calibration.subject_from) == (0.48, 0.32)
    assert json.loads(json.dumps(metadata.calibration.subject.to_dict())) == flower
    assert metadata.calibration.fitted_on == FittedOn("udacity-valid", 818, 0, 27)


@pytest.mark.parametrize("missing", ["dataset", "training", "metrics"])
def test_what_may_be_missing(missing: str) -> None:
    metadata = Metadata.from_dict({name: value for name, value in EARLIEST.items() if name != missing})
    assert Metadata.from_dict(metadata.to_dict()) == metadata


def test_upgraded_metadata_survive_writing_and_reading() -> None:
    metadata = Metadata.from_dict(EARLIEST)
    assert Metadata.from_dict(json.loads(json.dumps(metadata.to_dict()))) == metadata


def test_the_checkpoint_that_ships_is_read_whole() -> None:
    with safe_open(SHIPPED, framework="np") as file:
        values = json.loads(file.metadata()[HEADER_KEY])
    metadata = read_metadata(SHIPPED)
    assert metadata.warnings == ()
    assert metadata.calibration
    assert json.loads(json.dumps(metadata.calibration.to_dict())) == values["calibration"]
    depth, training, earlier = 0, metadata.training, values["training"]
    while training:
        assert training.settings == earlier["settings"]
        assert [dict(row) for row in training.history] == earlier["history"]
        depth, training, earlier = depth + 1, training.earlier, earlier.get("earlier")
    assert depth == 2
    assert earlier is None
    assert Metadata.from_dict(json.loads(json.dumps(metadata.to_dict()))) == metadata


def test_a_later_format_is_refused() -> None:
    with pytest.raises(CheckpointError, match="Update Florascope"):
        Metadata.from_dict({**EARLIEST, "format": 99})
