import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from classifier.checkpoint import read_metadata
from classifier.data.collection import Collection
from classifier.data.folders import read_folder
from classifier.errors import CheckpointError, DatasetError, SettingError, TrainingError
from classifier.training.fit import fit
from classifier.training.loop.callbacks import KeepBest
from classifier.training.plan import plan_training
from classifier.training.runs.folder import RunFolder
from classifier.training.runs.resume import read_plan
from tests.making.photo_folders import plant

TINY: dict[str, Any] = {
    "backbone": "test_efficientnet", "pretrained": False, "sizes": (32,), "workers": 0, "epochs": 2, "batch_size": 8,
}  # fmt: skip


@pytest.fixture(scope="module")
def garden(tmp_path_factory: pytest.TempPathFactory) -> Collection:
    return read_folder(plant(tmp_path_factory.mktemp("photos") / "garden", {"blue": 16, "red": 16}), seed=5).collection


@pytest.fixture(scope="module")
def stopped(garden: Collection, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A run that was stopped in its second epoch."""

    def interrupt(callback: KeepBest, trainer: Any, module: Any) -> None:
        if trainer.current_epoch == 1:
            raise KeyboardInterrupt

    run = RunFolder.of(tmp_path_factory.mktemp("runs") / "best.safetensors")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(KeepBest, "on_train_epoch_start", interrupt)
        assert not fit(plan_training(garden, device="cpu", **TINY), run)
    return run


def test_a_plan_is_read_from_the_folder_of_its_run(garden: Collection, stopped: RunFolder) -> None:
    before = plan_training(garden, device="cpu", **TINY)
    plan, run = read_plan(stopped.path, {"workers": 3, "epochs": 2}, device="cpu")
    assert run == stopped
    assert plan.resumed
    assert (plan.collection.name, plan.collection.root) == (garden.name, garden.root)
    # With the manifest of the run; the folder on its own would be split by another seed.
    assert (list(plan.train), list(plan.valid), plan.split_name) == (before.train, before.valid, before.split_name)
    assert (plan.settings.workers, plan.settings.epochs) == (3, 2)
    assert plan.start is None
    named, _ = read_plan(stopped.path, subject="leaf,leaves", device="cpu")
    assert str(named.collection.subject) == "leaf,leaves"
    with pytest.raises(SettingError, match="This run began with --epochs 2; got 3"):
        read_plan(stopped.path, {"epochs": 3}, device="cpu")
    with pytest.raises(SettingError, match="--workers is at least 0"):
        read_plan(stopped.path, {"workers": -1}, device="cpu")


def test_other_photos_than_the_run_began_with_are_refused(stopped: RunFolder, tmp_path: Path) -> None:
    other = read_folder(plant(tmp_path / "garden", {"blue": 9, "red": 9})).collection
    with pytest.raises(TrainingError, match=r"not those that the run in .* began with \(26 then, 14 now\)"):
        read_plan(stopped.path, collection=other, device="cpu")


def test_a_run_goes_on_by_what_its_folder_says(stopped: RunFolder) -> None:
    plan, run = read_plan(stopped.path, device="cpu")
    assert fit(plan, run)
    assert len(run.metrics.read_text(encoding="utf-8").splitlines()) == 3


def test_photos_and_run_may_be_moved(garden: Collection, tmp_path: Path) -> None:
    """Everything goes on in the new places, with the same result as without the stop."""

    def interrupt(callback: KeepBest, trainer: Any, module: Any) -> None:
        if trainer.current_epoch == 1:
            raise KeyboardInterrupt

    assert garden.root
    photos, run = tmp_path / "before" / "garden", RunFolder.of(tmp_path / "before" / "run" / "best.safetensors")
    shutil.copytree(garden.root, photos)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(KeepBest, "on_train_epoch_start", interrupt)
        assert not fit(plan_training(replace(garden, root=photos), device="cpu", **TINY), run)
    before = run.checkpoint.read_bytes()
    (tmp_path / "after").mkdir()
    photos.rename(tmp_path / "after" / "garden")
    run.path.rename(tmp_path / "after" / "run")
    with pytest.raises(
        DatasetError, match=r"There is no folder .*before/garden.* If they were moved, say where .* --data"
    ):
        read_plan(tmp_path / "after" / "run", device="cpu")
    plan, moved = read_plan(tmp_path / "after" / "run", {"data": str(tmp_path / "after" / "garden")}, device="cpu")
    assert moved.checkpoint == tmp_path / "after" / "run" / "best.safetensors"
    assert fit(plan, moved)
    assert not (tmp_path / "before" / "run").exists()
    metadata = read_metadata(moved.checkpoint)
    assert len(metadata.training.history) == 2
    assert moved.checkpoint.read_bytes() != before
    assert metadata.dataset.root == str(tmp_path / "after" / "garden")
    # From now on the new place is known.
    assert read_plan(moved.path, device="cpu")[0].collection.root == tmp_path / "after" / "garden"


def test_a_folder_with_other_photos_is_not_the_moved_one(stopped: RunFolder, tmp_path: Path) -> None:
    others = plant(tmp_path / "garden", {"blue": 16, "red": 16}, seed=77)
    with pytest.raises(TrainingError, match="is another photo than the one that the run in"):
        read_plan(stopped.path, {"data": str(others)}, device="cpu")
    with pytest.raises(SettingError, match="Photos may be moved, but not be others"):
        read_plan(stopped.path, {"data": "flowers102"}, device="cpu")


def test_teachers_are_found_from_any_folder_and_may_be_moved(
    garden: Collection, stopped: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    teacher = Path("teacher.safetensors")
    shutil.copy(stopped.checkpoint, teacher)
    run = RunFolder.of(tmp_path / "run" / "best.safetensors")
    settings = {**TINY, "epochs": 1, "teachers": (str(teacher),)}
    assert fit(plan_training(garden, device="cpu", **settings), run)
    assert read_metadata(run.checkpoint).training.settings["teachers"] == [str(teacher)]  # as it was named
    monkeypatch.chdir("/")
    plan, _ = read_plan(run.path, device="cpu")
    assert [point.path for point in plan.teachers] == [tmp_path / teacher]
    moved = (tmp_path / teacher).rename(tmp_path / "moved.safetensors")
    with pytest.raises(CheckpointError, match=r"teacher\.safetensors.* say by --teachers where all of them are now"):
        read_plan(run.path, device="cpu")
    plan, _ = read_plan(run.path, {"teachers": (str(moved),)}, device="cpu")
    assert [point.path for point in plan.teachers] == [moved]
    assert plan.settings.teachers == (str(teacher),)
    with pytest.raises(SettingError, match=r"began with 1 of --teachers \(.*teacher\.safetensors\); got 2"):
        read_plan(run.path, {"teachers": (str(moved), str(moved))}, device="cpu")
    with pytest.raises(TrainingError, match=r"best\.safetensors has other weights than .*teacher\.safetensors had"):
        read_plan(run.path, {"teachers": (str(run.checkpoint),)}, device="cpu")


def test_a_run_without_teachers_gets_none_later(stopped: RunFolder) -> None:
    with pytest.raises(SettingError, match=r"--teachers ; got one\.safetensors"):
        read_plan(stopped.path, {"teachers": ("one.safetensors",)}, device="cpu")
