"""Calibration as a library call: examples, index, and what was fitted."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from classifier.calibration import calibrate as module
from classifier.calibration import examples
from classifier.calibration.calibrate import calibrate, check_valid_is_unseen
from classifier.calibration.index import index_photos
from classifier.checkpoint import TrainingInfo
from classifier.data.samples import samples_of
from classifier.errors import CheckpointError
from classifier.inference.classifier import Classifier
from classifier.predictions.verdicts import FittedOn
from tests.making.fakes import draw_flower
from tests.making.tiny import plant_checkpoint


def test_a_checkpoint_is_calibrated_without_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examples, "DRAWN", 9)
    for place in (examples, module):
        monkeypatch.setattr(place, "sample_files", list)
    path, garden = plant_checkpoint(tmp_path)
    classifier = Classifier.load(path, device="cpu", plain=True)
    train, valid = (samples_of(garden, split_name="home", split=split) for split in ("train", "valid"))
    dark = tmp_path / "dark.png"
    draw_flower((0, 0, 0)).save(dark)
    reported: dict[str, tuple[int, int]] = {}
    index = index_photos(classifier, train)
    calibration = calibrate(
        classifier,
        valid,
        index,
        split="home-valid",
        unknown=[dark],
        progress=lambda name, done, total: reported.update({name: (done, total)}),
    )
    assert calibration.fitted_on == FittedOn("home-valid", len(valid), 1, 0)
    assert np.isfinite([calibration.temperature, calibration.coverage.threshold]).all()
    assert {name: total for name, (done, total) in reported.items() if done == total} == {
        "valid photos": len(valid),
        "valid photos, changed": len(valid),
        "drawn pictures": 9,
        "photos of other things": 8,
        "corners": len(valid),
    }


def test_valid_photos_that_were_trained_on_are_refused(tmp_path: Path) -> None:
    path, _ = plant_checkpoint(tmp_path)
    classifier = Classifier.load(path, device="cpu", plain=True)
    check_valid_is_unseen(classifier)
    training = TrainingInfo(settings={"train_on_valid": True})
    classifier = Classifier(classifier.engine, replace(classifier.metadata, training=training), classifier.weights)
    with pytest.raises(CheckpointError, match=r"^tiny was trained with --train-on-valid"):
        check_valid_is_unseen(classifier, name="tiny")
