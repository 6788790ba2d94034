import json
import logging
import os
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import classifier.training.runs.folder
from classifier.checkpoint import FurtherInfo, load_checkpoint, read_metadata
from classifier.data.collection import Collection
from classifier.data.folders import read_folder
from classifier.data.further.reading import read_further
from classifier.data.manifest import read_manifest
from classifier.data.samples import Sample
from classifier.errors import ClassifierError, DatasetError, OutputError, SettingError, TrainingError
from classifier.inference.classifier import Classifier
from classifier.reports.history import history_of
from classifier.training.fit import fit, steps_per_epoch
from classifier.training.loop.callbacks import KeepBest, as_good
from classifier.training.mixture import Mixture
from classifier.training.plan import plan_training
from classifier.training.runs.folder import RunFolder
from classifier.training.runs.resume import read_plan
from classifier.training.settings import TrainingSettings
from tests.making.photo_folders import photo, plant

SETTINGS = TrainingSettings(
    backbone="test_efficientnet",
    pretrained=False,
    epochs=3,
    batch_size=8,
    learning_rate=0.01,
    backbone_lr_ratio=1.0,
    ema_decay=0.5,
    sizes=(32,),
    mix=0.3,
    workers=0,
)


@pytest.fixture(scope="module")
def garden(tmp_path_factory: pytest.TempPathFactory) -> Collection:
    return read_folder(plant(tmp_path_factory.mktemp("photos") / "garden", {"blue": 16, "red": 16})).collection


def run_in(folder: Path) -> RunFolder:
    return RunFolder(folder, folder / "best.safetensors")


def train(garden: Collection, run: RunFolder, settings: TrainingSettings = SETTINGS, *, resume: bool = False) -> bool:
    if resume:
        plan, _ = read_plan(run.path, device="cpu", collection=garden)
        assert plan.settings == settings
        return fit(plan, run)
    return fit(plan_training(garden, device="cpu", **asdict(settings)), run)


@pytest.fixture(scope="module")
def finished(garden: Collection, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    run = run_in(tmp_path_factory.mktemp("runs") / "straight")
    assert train(garden, run)
    return run


def test_a_run_leaves_a_folder(garden: Collection, finished: RunFolder) -> None:
    assert sorted(os.listdir(finished.path)) == [
        "best.manifest.csv", "best.safetensors", "curves.html", "last.ckpt", "metrics.csv", "settings.json",
    ]  # fmt: skip
    settings = json.loads(finished.settings.read_text(encoding="utf-8"))
    assert (settings["data"], settings["epochs"], settings["sizes"]) == (str(garden.root), 3, [32])
    lines = finished.metrics.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("epoch,train_loss,train_top1,valid_")
    assert [line.split(",")[0] for line in lines[1:]] == ["1", "2", "3"]
    assert read_manifest(finished.manifest) == garden.photos


def test_the_checkpoint_knows_how_it_was_made(garden: Collection, finished: RunFolder) -> None:
    metadata = read_metadata(finished.checkpoint)
    assert [label.name for label in metadata.classes] == ["blue", "red"]
    assert metadata.dataset.root == str(garden.root)
    assert metadata.dataset.train_photos == 26
    assert [row["epoch"] for row in metadata.training.history] == [1, 2, 3]
    assert 1 <= metadata.training.best_epoch <= 3
    best = metadata.training.history[metadata.training.best_epoch - 1]
    assert best["valid_top1"] == metadata.metrics["valid"]["top1"]
    assert as_good(best["valid_top1"], max(row["valid_top1"] for row in metadata.training.history), n=4)
    photo = garden.path(garden.photos[0])
    assert photo
    assert Classifier.load(finished.checkpoint).predict([photo.read_bytes()])[0].best.name in ("blue", "red")


class Killed(Exception):
    pass


@pytest.fixture(scope="module")
def more(garden: Collection, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a table of further photos of both classes and of strangers, larger than the own ones."""
    folder = tmp_path_factory.mktemp("more") / "elsewhere"
    plant(folder, {"red": 3, "blue": 3, "white": 8}, seed=500)
    rows = [f"red/{number}.jpg,known,2,me" for number in range(3)]
    rows += ["blue/0.jpg,known,1,you", "blue/1.jpg,known,1|2,you", "blue/2.jpg,known,1,"]
    rows += [f"white/{number}.jpg,other,,me" for number in range(8)]
    for number in range(4):
        photo(900 + number, size=(96, 80)).save(folder / "white" / f"{number}.jpg")
    (folder / "photos.csv").write_text("\n".join(["file,kind,class_ids,source", *rows]), encoding="utf-8")
    return folder


EXPOSED = replace(
    SETTINGS, epochs=2, head_epochs=0, mix=0.5, class_weights=True, accumulate=2, also_weight=1.5, strangers_share=0.3
)


def train_exposed(garden: Collection, folder: Path, run: RunFolder, settings: TrainingSettings) -> bool:
    table = [folder / "photos.csv"]
    further = read_further(garden, also=table, strangers=table)
    return fit(plan_training(garden, device="cpu", further=further, **asdict(settings)), run)


def same_weights(one: RunFolder, other: RunFolder) -> bool:
    first, second = (load_checkpoint(run.checkpoint).state for run in (one, other))
    return all(np.array_equal(first[name], value) for name, value in second.items())


def test_strangers_and_further_photos_are_learnt_from(
    garden: Collection, more: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A killed run whose photos are moved ends with the weights of one that was never stopped."""
    straight, killed = run_in(tmp_path / "straight"), run_in(tmp_path / "killed")
    with caplog.at_level(logging.INFO, logger="classifier"):
        assert train_exposed(garden, more, straight, EXPOSED)
    assert re.search(r"epoch 2 of 2: train loss \d\.\d+, exposure loss \d\.\d+, valid loss", caplog.text)
    assert "exposure_loss" in straight.metrics.read_text(encoding="utf-8").splitlines()[0]
    training = read_metadata(straight.checkpoint).training
    assert training.further == FurtherInfo(6, 8, {"me": 11, "you": 2})
    assert all(row["exposure_loss"] >= 0.69 for row in training.history)  # ln 2 at least
    assert training.settings["strangers_share"] == 0.3
    assert read_metadata(straight.checkpoint).dataset.train_photos == 26
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(more, elsewhere)
    with monkeypatch.context() as patch:
        patch.setattr(KeepBest, "on_train_epoch_start", _die_in_epoch(1))
        with pytest.raises(Killed):
            train_exposed(garden, elsewhere, killed, EXPOSED)
    elsewhere.rename(tmp_path / "moved")
    with pytest.raises(DatasetError, match="6 of the 6 photos of --also are no longer there"):
        read_plan(killed.path, device="cpu", collection=garden)
    again = {"also": [tmp_path / "moved"], "strangers": [tmp_path / "moved" / "photos.csv"]}
    for given, message in (
        ({**again, "strangers_share": 0.5}, "This run began with --strangers-share 0.3; got 0.5"),
        ({**again, "also": [more, more]}, r"began with 1 of --also \(.*photos\.csv\); got 2"),
    ):
        with pytest.raises(SettingError, match=message):
            read_plan(killed.path, given, device="cpu", collection=garden)
    plan, _ = read_plan(killed.path, again, device="cpu", collection=garden)
    assert fit(plan, killed)
    assert same_weights(straight, killed)
    assert history(read_metadata(killed.checkpoint)) == history(read_metadata(straight.checkpoint))
    assert read_plan(killed.path, device="cpu", collection=garden)[0].further == plan.further


@pytest.mark.parametrize(
    "options",
    [
        {"exposure": "energy", "precision": "bf16", "mix": 1.0, "freeze_norm": False},
        {"train_on_valid": True, "ema_decay": 0.0, "label_smoothing": 0.0, "head_epochs": 1, "mix": 0.0},
    ],
)
def test_exposure_goes_with_every_other_option(
    garden: Collection, more: Path, tmp_path: Path, options: dict[str, Any]
) -> None:
    assert train_exposed(garden, more, run_in(tmp_path), replace(EXPOSED, **options))
    history = read_metadata(run_in(tmp_path).checkpoint).training.history
    assert all(np.isfinite(row["exposure_loss"]) for row in history)
    assert all((row["train_top1"] is None) == (options["mix"] == 1.0) for row in history)


def test_a_run_without_further_photos_is_resumed_without(garden: Collection, finished: RunFolder) -> None:
    with pytest.raises(SettingError, match=r"This run began without --strangers. Leave the option out"):
        read_plan(finished.path, {"strangers": [Path("x")]}, device="cpu", collection=garden)


@pytest.mark.parametrize("after", [1, 2])
def test_a_killed_run_resumes_to_the_same_result(
    garden: Collection, finished: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    run = run_in(tmp_path / "killed")
    seen: list[int] = []

    def die(callback: KeepBest, trainer: Any, module: Any) -> None:
        seen.append(trainer.current_epoch)
        if trainer.current_epoch == after:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(KeepBest, "on_train_epoch_start", die)
        with pytest.raises(Killed):
            train(garden, run)
    assert seen == list(range(after + 1))
    with pytest.raises(TrainingError, match="holds an earlier run"):
        train(garden, run)
    assert train(garden, run, resume=True)
    straight, resumed = load_checkpoint(finished.checkpoint), load_checkpoint(run.checkpoint)
    assert all(np.array_equal(straight.state[name], value) for name, value in resumed.state.items())
    assert history(resumed.metadata) == history(straight.metadata)
    last, same = (torch.load(one.state, weights_only=True) for one in (finished, run))
    assert all(
        torch.equal(last["current_model_state"][name], value) for name, value in same["current_model_state"].items()
    )
    assert len(run.metrics.read_text(encoding="utf-8").splitlines()) == 4


def history(metadata: Any) -> list[dict[str, float]]:
    return [{**row, "seconds": 0} for row in metadata.training.history]


def test_ctrl_c_keeps_the_finished_epochs(garden: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(callback: KeepBest, trainer: Any, module: Any) -> None:
        if trainer.current_epoch == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(KeepBest, "on_train_epoch_start", interrupt)
    handler = signal.getsignal(signal.SIGINT)
    run = run_in(tmp_path)
    assert not train(garden, run)
    assert signal.getsignal(signal.SIGINT) is handler
    assert run.checkpoint.is_file()
    assert run.state.is_file()
    assert run.curves.is_file()


def test_a_run_on_train_and_valid_keeps_the_last_epoch(garden: Collection, tmp_path: Path) -> None:
    run = run_in(tmp_path)
    settings = replace(SETTINGS, train_on_valid=True, epochs=2)
    assert train(garden, run, settings)
    checkpoint = load_checkpoint(run.checkpoint)
    assert (checkpoint.metadata.training.best_epoch, checkpoint.metadata.metrics) == (2, {})
    assert checkpoint.metadata.dataset.train_photos == 26 + 4
    assert run.metrics.read_text(encoding="utf-8").splitlines()[0] == "epoch,train_loss,train_top1,seconds"
    names = re.findall(r'"name": ?"(\w+)"', run.curves.read_text(encoding="utf-8"))
    assert set(names) == {"training"}  # no line for the validation
    state = torch.load(run.state, weights_only=True)
    for name, value in checkpoint.state.items():
        average = state["state_dict"][f"network.{name}"].numpy()
        assert np.array_equal(value, average.astype(value.dtype))  # matrices in half precision
    head = "head.weight"
    assert not np.array_equal(checkpoint.state[head], state["current_model_state"][f"network.{head}"])


def test_a_run_on_train_and_valid_resumes_to_the_same_result(
    garden: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(SETTINGS, train_on_valid=True, epochs=2)
    straight, killed = run_in(tmp_path / "straight"), run_in(tmp_path / "killed")
    train(garden, straight, settings)
    with monkeypatch.context() as patch:
        patch.setattr(KeepBest, "on_train_epoch_start", _die_in_epoch(1))
        with pytest.raises(Killed):
            train(garden, killed, settings)
    assert read_metadata(killed.checkpoint).training.best_epoch == 1
    assert train(garden, killed, settings, resume=True)
    first, second = load_checkpoint(straight.checkpoint), load_checkpoint(killed.checkpoint)
    assert all(np.array_equal(first.state[name], value) for name, value in second.state.items())
    assert history(first.metadata) == history(second.metadata)


def _die_in_epoch(number: int) -> Any:
    def die(callback: KeepBest, trainer: Any, module: Any) -> None:
        if trainer.current_epoch == number:
            raise Killed

    return die


def test_other_photos_or_classes_do_not_fit_a_run(garden: Collection, finished: RunFolder, tmp_path: Path) -> None:
    fewer = replace(garden, photos=garden.photos[:-1])
    with pytest.raises(TrainingError, match=r"not those that the run .* \(26 then, 25 now\)"):
        train(fewer, finished, resume=True)
    three = read_folder(plant(tmp_path, {"a": 3, "b": 3, "c": 3})).collection
    with pytest.raises(TrainingError, match="knows 2 classes; the photos have 3"):
        train(three, finished, resume=True)


def test_every_option_at_once(garden: Collection, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    settings = replace(
        SETTINGS, epochs=2, accumulate=2, class_weights=True, freeze=0.5, freeze_norm=False, patience=1,
        augmentation="wild", sizes=(32, 64), ema_decay=0.0, mix=1.0, precision="bf16",
    )  # fmt: skip
    run = run_in(tmp_path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(logging.getLogger("classifier"), "level", logging.INFO)
        assert train(garden, run, settings)
    history = read_metadata(run.checkpoint).training.history
    assert history[1]["train_top1"] is None  # every batch of the second epoch was mixed
    assert run.metrics.read_text(encoding="utf-8").splitlines()[2].split(",")[2] == ""
    said = capfd.readouterr()
    for noise in ("Tip", "GPU", "UserWarning", "WARN", "Trainer.fit"):
        assert noise not in said.err + said.out


def test_nothing_is_begun_that_cannot_be_finished(
    garden: Collection, finished: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    cases: list[tuple[RunFolder, type[Exception], str]] = [
        (RunFolder(tmp_path / "new", finished.checkpoint), TrainingError, "is there already"),
        (RunFolder(tmp_path / "new", tmp_path), TrainingError, "is a folder; name a file"),
        (run_in(tmp_path / "file" / "x"), OutputError, "Nothing can be written to .* Not a directory"),
    ]
    for run, error, message in cases:
        with pytest.raises(error, match=message):
            train(garden, run)
    with pytest.raises(SettingError, match=r"“cuda” is not available|“mps” is not available"):
        plan_training(garden, device=_missing_device(), **asdict(SETTINGS))
    monkeypatch.setattr(
        classifier.training.runs.folder.shutil, "disk_usage", lambda path: type("Usage", (), {"free": 1})()
    )
    with pytest.raises(TrainingError, match=r"The run needs 4 MB and .* has 0 MB free"):
        train(garden, run_in(tmp_path / "small"))


def test_of_epochs_that_do_as_well_the_last_is_kept(
    garden: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shares = iter([1.0, 0.0, 1.0, 0.5, 0.0])  # of the valid photos, epoch by epoch
    monkeypatch.setattr("classifier.training.loop.callbacks.as_good", lambda top1, best, *, n: next(shares) == 1.0)
    run = run_in(tmp_path)
    train(garden, run, replace(SETTINGS, epochs=5))
    assert read_metadata(run.checkpoint).training.best_epoch == 3


def _missing_device() -> str:
    return "mps" if torch.cuda.is_available() else "cuda"


def test_a_run_resumes_without_the_checkpoint_it_began_with(
    garden: Collection, finished: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, run = tmp_path / "first.safetensors", run_in(tmp_path / "second")
    shutil.copy(finished.checkpoint, first)
    settings = replace(SETTINGS, epochs=2, head_epochs=0, start_from=str(first))

    def die(callback: KeepBest, trainer: Any, module: Any) -> None:
        if trainer.current_epoch == 1:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(KeepBest, "on_train_epoch_start", die)
        with pytest.raises(Killed):
            train(garden, run, settings)
    first.unlink()
    assert train(garden, run, settings, resume=True)
    training = read_metadata(run.checkpoint).training
    assert training.earlier == read_metadata(finished.checkpoint).training
    assert history_of(training).starts == (1, 4)


def test_a_run_with_teachers_resumes_with_them(garden: Collection, finished: RunFolder, tmp_path: Path) -> None:
    teacher = tmp_path / "teacher.safetensors"
    shutil.copy(finished.checkpoint, teacher)
    settings = replace(SETTINGS, epochs=2, teachers=(str(teacher),), teacher_weight=0.8)
    straight, resumed = run_in(tmp_path / "straight"), run_in(tmp_path / "resumed")
    assert train(garden, straight, settings)
    assert train(garden, run_in(tmp_path / "alone"), replace(settings, teachers=()))
    shutil.copytree(straight.path, resumed.path)
    plan, _ = read_plan(resumed.path, device="cpu", collection=garden)
    assert (plan.settings, [point.path for point in plan.teachers]) == (settings, [teacher])
    one, two = (
        load_checkpoint(straight.checkpoint).state,
        load_checkpoint(tmp_path / "alone" / "best.safetensors").state,
    )
    assert not np.array_equal(one["head.weight"], two["head.weight"])
    teacher.unlink()
    with pytest.raises(ClassifierError, match=r"no checkpoint at .*teacher.safetensors"):
        read_plan(resumed.path, device="cpu", collection=garden)


def test_a_run_stopped_between_its_checkpoint_and_its_state_begins_anew(
    garden: Collection, finished: RunFolder, tmp_path: Path
) -> None:
    run = run_in(tmp_path)
    for path in (finished.checkpoint, finished.settings):
        shutil.copy(path, tmp_path)
    assert train(garden, run, resume=True)
    assert len(read_metadata(run.checkpoint).training.history) == SETTINGS.epochs


def test_a_run_that_lost_its_state_keeps_what_it_made(garden: Collection, finished: RunFolder, tmp_path: Path) -> None:
    shutil.copytree(finished.path, tmp_path / "run")
    run = run_in(tmp_path / "run")
    run.state.unlink()
    before = run.checkpoint.read_bytes()
    with pytest.raises(TrainingError, match=r"last\.ckpt is gone.*--start-from"):
        train(garden, run, resume=True)
    assert run.checkpoint.read_bytes() == before


def test_a_damaged_state_is_told(garden: Collection, finished: RunFolder, tmp_path: Path) -> None:
    shutil.copytree(finished.path, tmp_path / "run")
    run = run_in(tmp_path / "run")
    run.state.write_bytes(run.state.read_bytes()[:1000])
    with pytest.raises(TrainingError, match=r"last\.ckpt is damaged.*--start-from"):
        train(garden, run, resume=True)


def test_a_disk_that_fills_up_is_told(garden: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("lightning.pytorch.trainer.trainer.Trainer.save_checkpoint", full)
    with pytest.raises(ClassifierError, match=r"No space left .* --resume"):
        train(garden, run_in(tmp_path))


@pytest.mark.parametrize(
    ("photos", "batch_size", "accumulate", "processes", "steps"),
    [(100, 32, 1, 1, 3), (100, 32, 2, 1, 2), (10, 32, 1, 1, 1), (100, 32, 1, 2, 3), (3, 2, 1, 2, 1)],
)
def test_steps_are_counted_as_the_loader_makes_them(
    photos: int, batch_size: int, accumulate: int, processes: int, steps: int
) -> None:
    settings = replace(SETTINGS, batch_size=batch_size, accumulate=accumulate)
    mixture = Mixture([Sample(Path("x"), 0, number) for number in range(photos)])
    assert steps_per_epoch(mixture, settings, processes) == steps


def test_two_processes_learn_what_one_learns(garden: Collection, tmp_path: Path) -> None:
    command = [
        *(sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", "--standalone"),
        *("-m", "classifier", "train", "--data", str(garden.root), "--output", str(tmp_path / "best.safetensors")),
        *("--backbone", "test_efficientnet", "--no-pretrained", "--epochs", "5", "--batch-size", "8", "--sizes", "32"),
        *("--learning-rate", "0.01", "--backbone-lr-ratio", "1", "--ema-decay", "0", "--workers", "0"),
        *("--augmentation", "none", "--device", "cpu"),
    ]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("epoch 1 of 5") == 1
    assert "Warning" not in done.stderr
    metadata = read_metadata(tmp_path / "best.safetensors")
    assert metadata.metrics["valid"]["top1"] == 1.0
    one = run_in(tmp_path / "one")
    train(garden, one, replace(SETTINGS, epochs=5, ema_decay=0.0, mix=0.0, augmentation="none"))
    assert read_metadata(one.checkpoint).metrics["valid"]["top1"] == 1.0


def test_two_processes_share_strangers_too(garden: Collection, more: Path, tmp_path: Path) -> None:
    settings = {"epochs": 1, "head_epochs": 0, "batch_size": 8, "ema_decay": 0, "strangers_share": 0.25, "workers": 0}
    options = [f"--{name.replace('_', '-')}={value}" for name, value in settings.items()]
    table = str(more / "photos.csv")
    command = [
        *(sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", "--standalone"),
        *("-m", "classifier", "train", "--data", str(garden.root), "--output", str(tmp_path / "best.safetensors")),
        *("--also", table, "--strangers", table, "--backbone", "test_efficientnet", "--no-pretrained", "--device=cpu"),
        *(*options, "--sizes", "32", "--augmentation", "none"),
    ]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("each batch has 6 known photos and 2 strangers") == 1
    metadata = read_metadata(tmp_path / "best.safetensors")
    assert metadata.training.further == FurtherInfo(6, 8, {"me": 11, "you": 2})
    assert metadata.training.history[0]["exposure_loss"] >= 0.69
