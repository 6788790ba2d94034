from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

import classifier.training.start
from classifier.checkpoint import DatasetInfo, Metadata, Preprocessing, TrainingInfo, load_checkpoint, save_checkpoint
from classifier.data.collection import Collection
from classifier.data.folders import read_folder
from classifier.data.labels import LabelClass
from classifier.errors import BackboneError, CheckpointError, DatasetError, SettingError
from classifier.networks.network import Network, to_arrays
from classifier.photos.limits import PhotoLimits
from classifier.training.plan import check_without_photos, plan_training, with_learnt_before
from classifier.training.start import StartingPoint, initial_network
from tests.making.photo_folders import plant

TINY: dict[str, Any] = {"device": "cpu", "pretrained": False, "sizes": (32,), "workers": 0}


@pytest.fixture(scope="module")
def garden(tmp_path_factory: pytest.TempPathFactory) -> Collection:
    return read_folder(plant(tmp_path_factory.mktemp("photos") / "garden", {"blue": 16, "red": 16})).collection


def save(path: Path, *names: str, learnt_before: dict[str, int] | None = None) -> Path:
    """A checkpoint of these classes."""
    metadata = Metadata(
        "test_efficientnet",
        tuple(LabelClass(class_id, name) for class_id, name in enumerate(names, start=1)),
        Preprocessing(32, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
        dataset=DatasetInfo(name="before", learnt_before=learnt_before or {}),
        training=TrainingInfo(settings={"epochs": 7}),
    )
    save_checkpoint(path, to_arrays(Network("test_efficientnet", len(names)).state_dict()), metadata)
    return path


def test_a_plan_has_the_photos_and_settings_that_suit_them(garden: Collection) -> None:
    plan = plan_training(garden, backbone="test_efficientnet", epochs=4, **TINY)
    assert (plan.split_name, len(plan.train), len(plan.valid)) == ("split", 26, 4)
    assert (plan.settings.epochs, plan.settings.head_epochs, plan.settings.batch_size) == (4, 1, 8)
    assert (plan.start, plan.earlier, plan.learnt_before, plan.notes) == (None, None, None, ())
    both = plan_training(garden, backbone="test_efficientnet", train_on_valid=True, **TINY)
    assert (len(both.train), len(both.valid)) == (30, 0)


@pytest.mark.parametrize(
    ("choices", "error"),
    [
        ({"epochs": 0}, SettingError),
        ({"head_epochs": 3, "epochs": 2}, SettingError),
        ({"patience": 1, "train_on_valid": True}, SettingError),
        ({"augmentation": "heavy"}, SettingError),
        ({"backbone": "efficientnet_light0"}, BackboneError),
        ({"start_from": "none.safetensors"}, CheckpointError),
        ({"teachers": ("none.safetensors",)}, CheckpointError),
        ({"split_name": "official"}, DatasetError),
    ],
)
def test_a_plan_that_cannot_be_carried_out_is_none(
    garden: Collection, choices: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        plan_training(garden, device="cpu", **choices)


def test_what_needs_no_photos_is_checked_without_them(tmp_path: Path) -> None:
    assert check_without_photos({"epochs": 3, "head_epochs": 3}, device="cpu") is None
    with pytest.raises(SettingError, match="--head-epochs is between 0 and --epochs"):
        check_without_photos({"epochs": 3, "head_epochs": 4}, device="cpu")
    path = save(tmp_path / "a.safetensors", "blue", "red")
    start = check_without_photos({"start_from": str(path)}, device="cpu")
    assert start
    assert (start.path, start.backbone) == (path, "test_efficientnet")


def test_a_checkpoint_to_start_from_is_opened_once(
    garden: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, opened = save(tmp_path / "a.safetensors", "blue", "red"), []

    def load(path: Path) -> Any:
        opened.append(path)
        return load_checkpoint(path)

    monkeypatch.setattr(classifier.training.start, "load_checkpoint", load)
    plan = plan_training(garden, start_from=str(path), **TINY)
    assert with_learnt_before(plan).learnt_before == {"valid": 0, "test": 0}
    network = initial_network(plan.collection, plan.settings, start=plan.start)
    assert opened == [path]
    assert (plan.settings.backbone, plan.settings.start_from) == ("test_efficientnet", str(path))
    assert plan.settings.head_epochs == 0  # the head is trained already
    assert plan.earlier == TrainingInfo(settings={"epochs": 7})
    state = load_checkpoint(path).state
    assert all(torch.equal(torch.from_numpy(state[name]), value) for name, value in network.state_dict().items())


def test_a_checkpoint_of_other_classes_lends_its_backbone(garden: Collection, tmp_path: Path) -> None:
    start = StartingPoint.read(save(tmp_path / "a.safetensors", "apple", "pear", "plum"))
    plan = plan_training(garden, start=start, **TINY)
    assert (plan.settings.head_epochs, plan.earlier) == (1, None)
    (note,) = plan.notes
    assert note.startswith("The checkpoint knows 3 classes, the photos of garden have 2. So ")
    assert note.endswith("a.safetensors lends its backbone, and a new head is trained.")
    own = initial_network(garden, plan.settings, start=start).state_dict()
    for name, value in start.checkpoint.state.items():
        assert name.startswith("head.") or torch.equal(torch.from_numpy(value), own[name]), name
    with pytest.raises(CheckpointError, match="Leave --backbone out to take the checkpoint's"):
        plan_training(garden, start=start, backbone="efficientnet_lite0", **TINY)


def test_photos_that_the_checkpoint_has_learnt_are_in_the_notes(garden: Collection, tmp_path: Path) -> None:
    path = save(tmp_path / "a.safetensors", "blue", "red", learnt_before={"valid": 2, "test": 1})
    plan = with_learnt_before(plan_training(garden, start_from=str(path), **TINY))
    assert plan.learnt_before == {"valid": 2, "test": 1}
    (note,) = plan.notes
    assert note.startswith(f"WARNING: {path} has learnt from 2 valid photos and 1 test photo, or from nearly the same")
    last = with_learnt_before(plan_training(garden, start_from=str(path), train_on_valid=True, **TINY))
    assert last.learnt_before == {"valid": 0, "test": 1}


def test_settings_and_photos_have_the_same_limits(garden: Collection) -> None:
    wide = replace(garden, limits=PhotoLimits(max_photo_mb=50))
    plan = plan_training(wide, backbone="test_efficientnet", max_photo_megapixels=100, **TINY)
    assert plan.collection.limits == PhotoLimits(50, 100)
    assert (plan.settings.max_photo_mb, plan.settings.max_photo_megapixels) == (50, 100)
    assert plan.train[0].limits == plan.valid[0].limits == PhotoLimits(50, 100).image_limits


def test_a_head_is_taken_over_whatever_the_order_and_form_of_the_names(garden: Collection, tmp_path: Path) -> None:
    start = StartingPoint.read(save(tmp_path / "x.safetensors", "red", "Blue "))
    plan = plan_training(garden, start=start, **TINY)
    assert [label.name for label in plan.collection.classes] == ["red", "Blue"]
    assert plan.notes == ()
    assert {(sample.path.parent.name, sample.target) for sample in plan.train} == {("red", 0), ("blue", 1)}


def test_teachers_know_the_same_classes(garden: Collection, tmp_path: Path) -> None:
    one = save(tmp_path / "one.safetensors", "blue", "red")
    two = save(tmp_path / "two.safetensors", "blue", "red", learnt_before={"valid": 2, "test": 1})
    plan = plan_training(garden, backbone="test_efficientnet", teachers=(str(one), str(two)), **TINY)
    assert [teacher.path for teacher in plan.teachers] == [one, two]
    assert (plan.start, plan.settings.head_epochs) == (None, 1)
    (note,) = with_learnt_before(plan).notes
    assert note.startswith(f"WARNING: {one}, or {two} has learnt from 2 valid photos and 1 test photo")
    other = save(tmp_path / "other.safetensors", "apple", "pear")
    with pytest.raises(CheckpointError, match=r"other.safetensors cannot be a teacher. The checkpoint knows “apple”"):
        plan_training(garden, backbone="test_efficientnet", teachers=(str(one), str(other)), **TINY)
