import json
from dataclasses import replace

import pytest

from classifier.checkpoint import DatasetInfo, FurtherInfo, Metadata, Preprocessing, TrainingInfo
from classifier.data.labels import LabelClass

HALF = (0.5, 0.5, 0.5)
WHOLE = Metadata(
    backbone="test_efficientnet",
    classes=(LabelClass(1, "Rose", "Rosa", "Rosaceae"), LabelClass(7, "郁金香")),
    preprocessing=Preprocessing(96, HALF, (0.1, 0.2, 0.3)),
    dataset=DatasetInfo("garden", "rose", "split", 12, "abc", "/photos", {"valid": 2}),
    training=TrainingInfo(
        settings={"epochs": 3, "sizes": [96]},
        torch="2.15.0",
        best_epoch=2,
        history=({"epoch": 1, "valid_top1": None}, {"epoch": 2, "valid_top1": 0.5}),
        shares=(0.5, 0.5),
        further=FurtherInfo(3, 4, {"her/garden": 2}),
        earlier=TrainingInfo(settings={"train_on_valid": True}),
    ),
    metrics={"valid": {"top1": 0.5}},
)


@pytest.mark.parametrize(
    "metadata", [WHOLE, replace(WHOLE, dataset=DatasetInfo(), training=TrainingInfo(), metrics={})]
)
def test_it_survives_json(metadata: Metadata) -> None:
    assert Metadata.from_dict(json.loads(json.dumps(metadata.to_dict()))) == metadata


def test_what_is_not_known_of_a_training_is_left_out() -> None:
    assert TrainingInfo().to_dict() == {}
    assert TrainingInfo(settings={"epochs": 3}).to_dict() == {"settings": {"epochs": 3}}


def test_whether_valid_photos_were_learnt_from() -> None:
    assert not WHOLE.training.learnt_from_valid
    assert WHOLE.training.earlier
    assert WHOLE.training.earlier.learnt_from_valid


def test_a_calibration_of_another_version_leaves_a_sentence() -> None:
    metadata = Metadata.from_dict({**WHOLE.to_dict(), "calibration": {"format": 99}})
    assert metadata.calibration is None
    assert metadata.warnings[0].startswith("Answers are given without a verdict.")
    assert metadata.without_calibration().warnings == ()


@pytest.mark.parametrize("size", [0, -1, 4097, 1.5, True, "32", None])
def test_sizes_that_make_no_sense(size: object) -> None:
    with pytest.raises(ValueError, match="input_size is"):
        Preprocessing(size, HALF, HALF)  # type: ignore[arg-type]


@pytest.mark.parametrize("std", [(0.5, 0.5), (0.5, 0.5, 0.0), (0.5, 0.5, float("inf")), (0.5, 0.5, "x")])
def test_deviations_that_make_no_sense(std: tuple[object, ...]) -> None:
    with pytest.raises(ValueError, match="std is"):
        Preprocessing(32, HALF, std)  # type: ignore[arg-type]
