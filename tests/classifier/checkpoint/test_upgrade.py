import json
from pathlib import Path

import pytest
from safetensors import safe_open

from classifier.checkpoint import Metadata, read_metadata
from classifier.errors import CheckpointError
from classifier.files import HEADER_KEY

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
    assert metadata.calibration.temperature == values["trust"]["temperature"]
    assert metadata.calibration.subject_from == values["trust"]["flower_from"]
    assert json.loads(json.dumps(metadata.calibration.subject.to_dict())) == values["trust"]["flower"]
    assert vars(metadata.calibration.fitted_on) == values["trust"]["fitted_on"]
    depth, training, earlier = 0, metadata.training, values["training"]
    while training:
        assert training.settings["epochs"] == earlier["epochs"]
        assert [dict(row) for row in training.history] == earlier["history"]
        depth, training, earlier = depth + 1, training.earlier, earlier.get("earlier")
    assert depth == 11
    assert earlier is None
    assert Metadata.from_dict(json.loads(json.dumps(metadata.to_dict()))) == metadata


def test_a_later_format_is_refused() -> None:
    with pytest.raises(CheckpointError, match="Update Florascope"):
        Metadata.from_dict({**EARLIEST, "format": 99})
