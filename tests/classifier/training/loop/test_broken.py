"""Photos that break while a training runs, in every way that files can."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from classifier.checkpoint import load_checkpoint, read_metadata
from classifier.data.collection import Collection
from classifier.data.folder_tree import LeftOut
from classifier.data.folders import read_folder
from classifier.data.labels import LabelClass
from classifier.data.manifest import write_manifest
from classifier.data.samples import Sample, samples_of
from classifier.errors import NotAnImage, OutputError, TrainingError, UnreadableFile
from classifier.photos.reading import open_image
from classifier.training.fit import fit
from classifier.training.loop.broken import BrokenNotes, BrokenPhotos
from classifier.training.loop.callbacks import KeepBest
from classifier.training.plan import plan_training
from classifier.training.runs.folder import RunFolder, read_left_out, write_left_out
from classifier.training.runs.resume import read_plan
from tests.making.photo_folders import plant

TINY: dict[str, Any] = {
    "backbone": "test_efficientnet", "pretrained": False, "sizes": (32,), "workers": 0, "epochs": 2, "batch_size": 13,
    "mix": 0.5,
}  # fmt: skip


@pytest.fixture
def garden(tmp_path: Path) -> Collection:
    return read_folder(plant(tmp_path / "garden", {"blue": 16, "red": 16}), seed=5).collection


def paths(garden: Collection, split: str) -> list[Path]:
    return [sample.path for sample in samples_of(garden, split_name="split", split=split)]


def train(
    garden: Collection, run: RunFolder, *, at: int = 0, do: Callable[[], object] = lambda: None, **choices: Any
) -> list[str]:
    """Train, doing something to the photos as an epoch begins; what is said of them."""
    said: list[str] = []

    def start(callback: KeepBest, trainer: Any, module: Any) -> None:
        if trainer.current_epoch == at:
            do()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(KeepBest, "on_train_epoch_start", start)
        fit(plan_training(garden, device="cpu", **{**TINY, **choices}), run, warn=said.append)
    return said


def run_in(folder: Path) -> RunFolder:
    return RunFolder.of(folder / "run" / "best.safetensors")


def swap(path: Path, data: bytes, *, size: int | None = None) -> None:
    """Put another file in the place of one at once: a process that reads photos must not meet it half written."""
    other = path.with_suffix(".new")
    with other.open("wb") as file:
        file.write(data)
        file.truncate(size)  # beyond the data a hole: no room is taken
    other.replace(path)


def cut(path: Path) -> None:
    swap(path, path.read_bytes()[:300])


def replace_by_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def replace_by_film(path: Path) -> None:
    swap(path, b"\0\0\0\x20ftypisom", size=3 * 2**30)


def replace_by_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def replace_by_circle(path: Path) -> None:
    path.unlink()
    path.symlink_to(path)


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (cut, "The JPEG is incomplete or damaged."),
        (Path.unlink, "It cannot be read: No such file or directory."),
        (lambda path: swap(path, b""), "The file is empty."),
        (lambda path: swap(path, b"no photo"), "This file is not a picture, it is a text."),
        (replace_by_folder, "It is not a regular file."),
        (replace_by_film, "This is a video, which cannot be read here."),
        (replace_by_pipe, "It is not a regular file."),
        (replace_by_circle, "It cannot be read: "),
    ],
)
def test_a_photo_that_breaks_in_any_way_is_named_once_and_left_out(
    garden: Collection, tmp_path: Path, damage: Callable[[Path], object], reason: str, workers: int
) -> None:
    run, broken = run_in(tmp_path), paths(garden, "train")[3]
    said = train(garden, run, do=lambda: damage(broken), workers=workers)
    assert said[0].startswith(f"left out: {broken}: {reason}")
    assert said[1:] == [f"Photos that could not be read, and were left out: 1. The list is {run.left_out}."]
    (listed,) = read_left_out(run.left_out)
    assert (listed.file, listed.reason.startswith(reason)) == (f"{broken.parent.name}/{broken.name}", True)
    metadata = read_metadata(run.checkpoint)
    assert [row["epoch"] for row in metadata.training.history] == [1, 2]
    assert not run.broken_notes.exists()


def test_a_photo_that_may_no_longer_be_read_is_left_out(
    garden: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = paths(garden, "train")[3]
    opened = Path.open

    def refuse(path: Path, *arguments: Any, **options: Any) -> Any:
        if path == broken:
            raise PermissionError(13, "Permission denied")
        return opened(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", refuse)
    said = train(garden, run_in(tmp_path))
    assert said[0] == f"left out: {broken}: It cannot be read: Permission denied."


def test_figures_on_valid_are_over_the_photos_that_were_seen(garden: Collection, tmp_path: Path) -> None:
    """The same as if the broken photo had never been among them."""
    broken, *others = samples_of(garden, split_name="split", split="valid")
    fewer = replace(garden, photos=tuple(photo for photo in garden.photos if photo.image_id != broken.image_id))
    straight, run = run_in(tmp_path / "straight"), run_in(tmp_path / "broken")
    assert train(fewer, straight) == []
    said = train(garden, run, do=lambda: cut(broken.path), batch_size=13)
    assert str(broken.path) in said[0]
    assert len(others) == 3
    first, second = (load_checkpoint(each.checkpoint) for each in (straight, run))
    figures = ("train_loss", "valid_loss", "valid_top1", "valid_mean_class")
    for one, other in zip(first.metadata.training.history, second.metadata.training.history, strict=True):
        assert [one[name] for name in figures] == [other[name] for name in figures]
    assert all(np.array_equal(value, second.state[name]) for name, value in first.state.items())


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("damage", [cut, Path.unlink])
def test_a_run_resumes_to_the_same_result_without_the_photo(
    garden: Collection, tmp_path: Path, damage: Callable[[Path], object], workers: int
) -> None:
    """Whether the photo is still there, damaged, or has been taken away since."""
    straight, run, broken = run_in(tmp_path / "straight"), run_in(tmp_path / "killed"), paths(garden, "train")[3]

    def interrupt() -> None:
        raise KeyboardInterrupt

    cut(broken)
    train(garden, straight)
    said = train(garden, run, at=1, do=interrupt)
    assert len(said) == 2
    damage(broken)
    plan, same = read_plan(run.path, {"workers": workers}, device="cpu")
    assert same == run
    again: list[str] = []
    assert fit(plan, run, warn=again.append)
    assert again[0].startswith(f"left out: {broken}: ")
    assert len(read_left_out(run.left_out)) == 1
    first, second = (load_checkpoint(each.checkpoint) for each in (straight, run))
    assert all(np.array_equal(value, second.state[name]) for name, value in first.state.items())


def test_a_run_resumes_without_photos_of_every_split_and_from_another_place(garden: Collection, tmp_path: Path) -> None:
    run = run_in(tmp_path)

    def interrupt() -> None:
        raise KeyboardInterrupt

    train(garden, run, at=1, do=interrupt)
    gone = [paths(garden, split)[0] for split in ("train", "valid", "test")]
    for path in gone:
        path.unlink()
    assert garden.root
    moved = garden.root.rename(tmp_path / "elsewhere")
    plan, _ = read_plan(run.path, {"data": str(moved)}, device="cpu")
    said: list[str] = []
    assert fit(plan, run, warn=said.append)
    assert sorted(entry.file for entry in read_left_out(run.left_out)) == sorted(
        path.relative_to(garden.root).as_posix() for path in gone[:2]
    )
    assert "left out: 2." in said[-1]


def test_a_new_run_follows_a_manifest_whose_photos_are_gone(garden: Collection, tmp_path: Path) -> None:
    assert garden.root
    write_manifest(garden.root / "manifest.csv", garden.photos)
    broken = paths(garden, "train")[3]
    broken.unlink()
    said = train(read_folder(garden.root).collection, run_in(tmp_path))
    assert said[0] == f"left out: {broken}: It cannot be read: No such file or directory."


@pytest.mark.parametrize("workers", [0, 2])
def test_a_folder_that_vanishes_ends_the_training_with_what_to_do(
    garden: Collection, tmp_path: Path, workers: int
) -> None:
    run = run_in(tmp_path)
    assert garden.root
    away = tmp_path / "away"

    def rename() -> None:
        assert garden.root
        garden.root.rename(away)

    with pytest.raises(
        TrainingError, match=r"of the 26 training photos can no longer be read, such as .*garden.*: It .* --run-dir"
    ):
        train(garden, run, at=1, do=rename, workers=workers)
    away.rename(garden.root)
    plan, _ = read_plan(run.path, device="cpu")
    assert fit(plan, run)
    assert len(read_metadata(run.checkpoint).training.history) == 2


def test_a_class_or_all_of_valid_that_vanish_end_the_training(garden: Collection, tmp_path: Path) -> None:
    def remove(split: str) -> None:
        for path in paths(garden, split):
            path.unlink()

    with pytest.raises(TrainingError, match="4 of the 4 validation photos can no longer be read"):
        train(garden, run_in(tmp_path), do=lambda: remove("valid"))
    root = plant(tmp_path / "uneven", {"blue": 40, "red": 3})
    uneven = read_folder(root).collection
    with pytest.raises(TrainingError, match="Not one training photo of “red” can be read any more, such as"):
        train(uneven, run_in(tmp_path / "uneven run"), do=lambda: shutil.rmtree(root / "red"), batch_size=8)


def test_two_processes_go_on_without_a_photo(garden: Collection, tmp_path: Path) -> None:
    assert garden.root
    write_manifest(garden.root / "manifest.csv", garden.photos)
    broken = [paths(garden, "train")[3], paths(garden, "train")[20], paths(garden, "valid")[1]]
    for path in broken:
        cut(path)
    command = [
        *(sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", "--standalone"),
        *("-m", "classifier", "train", "--data", str(garden.root), "--output", str(tmp_path / "best.safetensors")),
        *("--backbone", "test_efficientnet", "--no-pretrained", "--epochs", "2", "--batch-size", "26", "--sizes", "32"),
        *("--workers", "1", "--device", "cpu", "--mix", "1"),
    ]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    for path in broken:
        assert done.stderr.count(f"left out: {path}: ") == 1, done.stderr
    assert "were left out: 3." in done.stderr
    assert "Traceback" not in done.stderr
    assert len(read_left_out(tmp_path / "left-out.csv")) == 3


def test_two_processes_end_with_one_reason(garden: Collection, tmp_path: Path) -> None:
    assert garden.root
    write_manifest(garden.root / "manifest.csv", garden.photos)
    for path in paths(garden, "train")[:6]:
        cut(path)
    command = [
        *(sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", "--standalone"),
        *("-m", "classifier", "train", "--data", str(garden.root), "--output", str(tmp_path / "best.safetensors")),
        *("--backbone", "test_efficientnet", "--no-pretrained", "--epochs", "2", "--batch-size", "26", "--sizes", "32"),
        *("--workers", "0", "--device", "cpu"),
    ]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 1
    assert done.stderr.count("of the 26 training photos can no longer be read") == 1
    assert "[rank1]: Traceback" not in done.stderr


def test_a_lost_reading_process_ends_in_a_sentence(garden: Collection, tmp_path: Path) -> None:
    def kill(*arguments: Any, **options: Any) -> Any:
        if os.getpid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)
        return open_image(*arguments, **options)

    parent = os.getpid()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("classifier.training.loop.loaders.open_image", kill)
        with pytest.raises(TrainingError, match=r"ended from outside.* --resume with fewer --workers than 1"):
            train(garden, run_in(tmp_path), workers=1)


def test_the_list_keeps_what_it_had_and_never_replaces_a_foreign_table(garden: Collection, tmp_path: Path) -> None:
    run = run_in(tmp_path)

    def interrupt() -> None:
        raise KeyboardInterrupt

    train(garden, run, at=1, do=interrupt)
    entries = [LeftOut("=odd\n名.txt", "It is a text."), LeftOut("red/0.jpg", "It was empty.")]
    write_left_out(run.left_out, entries)
    assert read_left_out(run.left_out) == entries
    broken = paths(garden, "train")[3]
    cut(broken)
    plan, _ = read_plan(run.path, device="cpu")
    assert fit(plan, run)
    assert [entry.file for entry in read_left_out(run.left_out)] == [
        "=odd\n名.txt",
        "red/0.jpg",
        f"{broken.parent.name}/{broken.name}",
    ]
    run.left_out.write_text("plant,place\nrose,garden\n")
    with pytest.raises(OutputError, match=r"left-out\.csv exists already: .*plant, place"):
        fit(plan, run)


def notes_of(tmp_path: Path, count: int, *, valid: int = 0) -> tuple[BrokenPhotos, list[Path], list[str]]:
    said: list[str] = []
    photos = [Sample(tmp_path / f"{number}.jpg", number % 2, number + 1) for number in range(count)]
    labels = [LabelClass(1, "a"), LabelClass(2, "b")]
    broken = BrokenPhotos(
        BrokenNotes(tmp_path / "notes"), photos, photos[:valid], classes=labels, root=tmp_path, advice="Try again.",
        warn=said.append,
    )  # fmt: skip
    return broken, [photo.path for photo in photos], said


def test_a_few_or_a_small_share_may_break(tmp_path: Path) -> None:
    for count, most in ((10, 3), (60, 3), (100, 5), (5, 2)):
        broken, photos, said = notes_of(tmp_path, count)
        for path in photos[:most]:
            broken.notes.add(path, NotAnImage("It is none. Send another."))
            broken.notes.add(path, NotAnImage("It is none. Send another."))  # another process saw it, too
        broken.gather()
        broken.gather()
        assert said == [f"left out: {path}: It is none." for path in photos[:most]]
        broken.notes.add(photos[most], NotAnImage("It is none."))
        with pytest.raises(TrainingError, match=rf"^{most + 1} of the {count} .* It is none\. Try again\.$"):
            broken.gather()
        broken.finish()
        assert not broken.notes.path.exists()


def test_notes_take_any_name_and_lines_that_are_not_whole_yet(tmp_path: Path) -> None:
    notes, odd = BrokenNotes(tmp_path / "notes"), tmp_path / os.fsdecode(b"=caf\xe8\n.jpg")
    assert notes.read() == ([], 0)
    notes.add(odd, NotAnImage("It is none."))
    with notes.path.open("ab") as file:
        file.write(b'["half')
    found, end = notes.read()
    assert found == [(odd, "It is none.")]
    with notes.path.open("ab") as file:
        file.write(b' a.jpg", "Why."]\n')
    assert notes.read(end)[0] == [(Path("half a.jpg"), "Why.")]
    BrokenNotes(tmp_path / "none" / "notes").add(odd, NotAnImage("It is none."))  # nowhere to write: no error


@pytest.mark.parametrize(("target", "words"), [(1, "of “red”"), (2, "of its kind among the further ones")])
def test_nothing_is_left_of_a_class_or_of_the_strangers(tmp_path: Path, target: int, words: str) -> None:
    """Further photos count with the own ones; a number beyond the classes is an answer of its own."""
    samples = [Sample(tmp_path / f"{number}.jpg", int(number == 0) * target, 1) for number in range(9)]
    broken = BrokenPhotos(
        BrokenNotes(tmp_path / "notes"),
        samples,
        (),
        classes=[LabelClass(1, "blue"), LabelClass(2, "red")],
        root=None,
        advice="Put them back.",
    )
    broken.notes.add(samples[1].path, UnreadableFile("gone"))
    broken.gather()
    broken.notes.add(samples[0].path, UnreadableFile("gone"))
    with pytest.raises(TrainingError, match=f"Not one training photo {words} can be read any more, such as .*0.jpg"):
        broken.gather()
