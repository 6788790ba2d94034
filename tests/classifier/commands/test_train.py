import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from classifier.__main__ import COMMANDS, main
from classifier.checkpoint import FurtherInfo, load_checkpoint, read_metadata
from classifier.checkpoint.collection import open_collection
from classifier.data.manifest import manifest_of, read_manifest
from classifier.data.subject import Subject
from classifier.photos.limits import MIB
from classifier.training.loop.callbacks import KeepBest
from tests.making.photo_folders import plant

TINY = ["--backbone", "test_efficientnet", "--no-pretrained", "--sizes", "32", "--workers", "0", "--device", "cpu"]


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = plant(tmp_path_factory.mktemp("data") / "my garden", {"blue": 16, "red": 16})
    (root / "red" / "text.jpg").write_text("no photo")
    return root


def test_data_and_output_are_enough(photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "rose.safetensors"
    assert (
        main(
            [
                "train",
                "--data",
                str(photos),
                "--output",
                str(output),
                "--epochs",
                "2",
                "--subject",
                "leaf,leaves",
                *TINY,
            ]
        )
        == 0
    )
    said = capsys.readouterr()
    assert f"The best checkpoint is {output}" in said.out
    assert "red/text.jpg: This file is not a picture" in said.err
    assert "2 classes, 26 photos to train on, 4 to validate on." in said.err
    assert sorted(os.listdir(tmp_path)) == ["rose", "rose.manifest.csv", "rose.safetensors"]
    assert sorted(os.listdir(tmp_path / "rose")) == [
        "curves.html", "last.ckpt", "left-out.csv", "metrics.csv", "settings.json",
    ]  # fmt: skip
    metadata = read_metadata(output)
    collection = open_collection(metadata, checkpoint_path=output, data_dir=tmp_path, flowers_root=None)
    assert (collection.name, collection.root, len(collection.photos)) == ("my garden", photos, 32)
    assert collection.subject == Subject("leaf", "leaves")


def test_a_stopped_run_goes_on_by_its_folder(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(callback: KeepBest, trainer: Any, module: Any) -> None:
        if trainer.current_epoch == 1:
            raise KeyboardInterrupt

    mine = tmp_path / "photos"
    shutil.copytree(photos, mine)
    output = tmp_path / "run" / "best.safetensors"
    with monkeypatch.context() as patch:
        patch.setattr(KeepBest, "on_train_epoch_start", interrupt)
        assert (
            main(["train", "--data", str(mine), "--output", str(output), "--epochs", "3", "--subject", "dog", *TINY])
            == 130
        )
    assert f"train --resume --run-dir {tmp_path / 'run'}" in capsys.readouterr().err
    plant(mine, {"red": 20}, seed=99)  # photos that came later do not change the run's split
    resume = ["train", "--resume", "--run-dir", str(tmp_path / "run"), "--device", "cpu"]
    assert main([*resume, "--epochs", "9"]) == 1
    assert "This run began with --epochs 3; got 9" in capsys.readouterr().err
    others = plant(tmp_path / "others", {"blue": 16, "red": 16}, seed=77)
    assert main([*resume, "--data", str(others)]) == 1
    assert "is another photo than the one that the run in" in capsys.readouterr().err
    assert main([*resume, "--data", "flowers102"]) == 1
    assert f"This run began with --data {mine}; got flowers102" in capsys.readouterr().err
    assert main(resume) == 0
    assert [row["epoch"] for row in read_metadata(output).training.history] == [1, 2, 3]
    assert read_metadata(output).dataset.subject == "dog,dogs"
    settings = json.loads((tmp_path / "run" / "settings.json").read_text(encoding="utf-8"))
    assert (settings["data"], settings["output"]) == (str(mine), output.name)


def test_a_dry_run_shows_everything_and_writes_nothing(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["train", "--data", str(photos), "--dry-run", "--freeze", "1", *TINY]) == 0
    said = capsys.readouterr().out
    for word in (
        "32 photos, 2 classes",
        "26 photos to train on, 4 to validate on",
        "red",
        "parameters",
        "trainable",
        "MACs",
        "conv_stem",
        "Nothing was trained.",
    ):
        assert word in said
    assert os.listdir(tmp_path) == []


def test_without_valid_photos_the_last_epoch_is_kept_and_known_for_what_it_is(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "best.safetensors"
    options = ["--data", str(photos), "--output", str(output), "--epochs", "1", "--train-on-valid"]
    assert main(["train", *options, *TINY]) == 0
    said = capsys.readouterr()
    assert "30 photos to train on (train and valid), none to validate on: the last epoch is kept" in said.err
    assert f"The last checkpoint is {output}" in said.out
    assert f"python -m classifier evaluate --checkpoint {output}" in said.out
    assert main(["calibrate", "--checkpoint", str(output)]) == 1
    assert "was trained with --train-on-valid" in capsys.readouterr().err
    for split, warns in (("valid", True), ("test", False)):
        assert main(["evaluate", "--checkpoint", str(output), "--split", split]) == 0
        assert ("best.safetensors was trained on 4 of these 4 photos" in capsys.readouterr().err) == warns
    assert main(["index", "--checkpoint", str(output)]) == 0
    assert "holds 30 photos" in capsys.readouterr().out


def test_a_checkpoint_to_start_from_brings_its_backbone_and_weights(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = tmp_path / "first" / "best.safetensors", tmp_path / "second" / "best.safetensors"
    assert main(["train", "--data", str(photos), "--output", str(first), "--epochs", "1", *TINY]) == 0
    start = ["train", "--data", str(photos), "--output", str(second), "--start-from", str(first), *TINY[2:]]
    assert main([*start, "--epochs", "1", "--learning-rate", "1e-9", "--ema-decay", "0"]) == 0
    assert np.allclose(load_checkpoint(first).state["head.weight"], load_checkpoint(second).state["head.weight"])
    training = read_metadata(second).training
    assert (training.settings["backbone"], training.settings["head_epochs"]) == ("test_efficientnet", 0)
    assert training.earlier == read_metadata(first).training
    capsys.readouterr()
    third = ["--output", str(tmp_path / "third.safetensors"), "--epochs", "1", *TINY[2:]]
    assert main([*start, *third, "--backbone", "efficientnet_lite0"]) == 1
    assert "Leave --backbone out to take the checkpoint's" in capsys.readouterr().err
    assert main([*start, *third, "--start-from", str(tmp_path / "none.safetensors")]) == 1
    assert "There is no checkpoint at" in capsys.readouterr().err


def test_a_checkpoint_of_other_classes_lends_its_backbone(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = tmp_path / "first" / "best.safetensors", tmp_path / "second" / "best.safetensors"
    assert main(["train", "--data", str(photos), "--output", str(first), "--epochs", "1", *TINY]) == 0
    other = plant(tmp_path / "other", {"apple": 8, "pear": 8, "plum": 8})
    capsys.readouterr()
    start = ["train", "--data", str(other), "--output", str(second), "--start-from", str(first), *TINY[2:]]
    assert main([*start, "--epochs", "2", "--learning-rate", "1e-9", "--ema-decay", "0"]) == 0
    said = capsys.readouterr().err
    assert "knows 2 classes, the photos of other have 3. So" in said
    assert "lends its backbone, and a new head is trained" in said
    before, after = load_checkpoint(first).state, load_checkpoint(second).state
    assert after["head.weight"].shape == (3, before["head.weight"].shape[1])
    for name in [
        name for name in before if not name.startswith("head.") and np.issubdtype(before[name].dtype, np.floating)
    ]:
        assert np.allclose(before[name], after[name], atol=1e-6), name
    training = read_metadata(second).training
    assert training.settings["head_epochs"] == 1
    assert training.earlier is None  # its curves are of another task


def test_photos_that_the_checkpoint_to_start_from_has_learnt_are_told(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def warnings(*arguments: str) -> list[str]:
        assert main(list(arguments)) == 0
        return [line for line in capsys.readouterr().err.splitlines() if line.startswith("WARNING")]

    first, again, other = (tmp_path / f"{name}.safetensors" for name in ("first", "again", "other"))
    start = ["train", "--data", str(photos), "--epochs", "1"]
    from_first = [*start, "--start-from", str(first), *TINY[2:]]
    assert warnings(*start, *TINY, "--output", str(first)) == []
    unknowing = [*from_first, "--seed", "2", "--output", str(tmp_path / "unknowing.safetensors")]
    assert warnings(*unknowing) == []  # without an index nobody can tell
    assert warnings("index", "--checkpoint", str(first)) == []
    assert warnings(*from_first, "--output", str(again)) == []  # the same split: nothing is given away
    (told,) = warnings(*from_first, "--seed", "2", "--output", str(other))

    def splits(checkpoint: Path) -> dict[str, str]:
        return {photo.file: photo.splits["split"] for photo in read_manifest(manifest_of(checkpoint))}

    before = splits(first)
    known = [split for file, split in splits(other).items() if split != "train" and before[file] == "train"]
    counts = {split: known.count(split) for split in ("valid", "test")}
    assert all(counts.values()), "the seed has to give another split"
    assert f"{first} has learnt from {counts['valid']} valid photo" in told
    assert f" and {counts['test']} test photo" in told
    assert read_metadata(other).dataset.learnt_before == counts
    (told,) = warnings("evaluate", "--checkpoint", str(other))
    assert f"had learnt from {counts['test']} of these photos" in told
    assert warnings("evaluate", "--checkpoint", str(again)) == []
    assert warnings("index", "--checkpoint", str(other)) == []
    third = tmp_path / "third.safetensors"
    from_other = [*start, "--start-from", str(other), "--seed", "2", *TINY[2:], "--output", str(third)]
    (told,) = warnings(*from_other)  # of the split of the second, which the first knows
    assert f"{counts['test']} test photo" in told
    last = [*from_first, "--seed", "2", "--train-on-valid", "--output", str(tmp_path / "last.safetensors")]
    (told,) = warnings(*last)
    assert "valid photo" not in told


def test_auto_looks_for_the_learning_rate(photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "best.safetensors"
    assert main(["train", "--data", str(photos), "--output", str(output), "--lr", "auto", "--epochs", "1", *TINY]) == 0
    assert "range test suggests" in capsys.readouterr().err
    assert read_metadata(output).training.settings["learning_rate"] != 0.0015


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "--data is needed"),
        (["--data", "nowhere"], "There is no folder"),
        (["--data", "x", "--backbone", "efficientnet_light0"], "Nearest names: .*efficientnet_lite0"),
        (["--data", "x", "--augmentation", "heavy"], "--augmentation is one of none, light, medium, wild"),
        (["--data", "x", "--epochs", "0"], "--epochs is at least 1; got 0"),
        (["--data", "x", "--lr", "0"], "--learning-rate is above 0"),
        (["--data", "x", "--output", "file/x.safetensors"], "Nothing can be written to file"),
        (["--data", "x", "--output", "x"], "is a folder; name a file"),
        (["--data", "one"], "only one class"),
        (["--data", "single"], "only one photo"),
        (["--data", "flowers102", "--split", "mine"], "no split “mine”; it has udacity, official"),
        (["--resume"], "--resume needs --run-dir"),
        (["--resume", "--run-dir", "nowhere"], "There is nothing to resume"),
        (["--resume", "--run-dir", "damaged"], "is damaged, so the run cannot be resumed"),
    ],
)
def test_errors_come_before_any_work(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    plant(tmp_path / "x", {"a": 3, "b": 3})
    plant(tmp_path / "one", {"a": 3})
    plant(tmp_path / "single", {"a": 3, "b": 1})
    (tmp_path / "file").touch()
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "settings.json").write_text("{}")
    assert main(["train", "--device", "cpu", *arguments]) == 1
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert re.search(message, said)
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("command", COMMANDS)
def test_help_teaches(capsys: pytest.CaptureFixture[str], command: str) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([command.replace("_", "-"), "--help"])
    assert stopped.value.code == 0
    assert re.search(rf"examples?:\n  python -m classifier {command.replace('_', '-')}", capsys.readouterr().out)


def test_names_of_any_bytes_are_trained_on_and_resumed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    root = plant(tmp_path / "x", {"a": 5, "b": 5}).rename(os.fsdecode(b"=caf\xe8\n"))
    (root / "a").rename(root / os.fsdecode(b"r\xf4se\r"))
    (root / "b").rename(root / os.fsdecode(b"r\xf3se\r"))
    (root / os.fsdecode(b"r\xf4se\r") / "0.jpg").rename(root / os.fsdecode(b"r\xf4se\r/=\xff\n.jpg"))
    (root / os.fsdecode(b"r\xf3se\r") / "+bad\n.jpg").write_text("not a photo")
    assert main(["train", "--data", str(root), "--epochs", "1", *TINY]) == 0
    run = Path("runs") / root.name
    assert [label.name for label in load_checkpoint(run / "best.safetensors").classes] == [r"r\xf3se\r", r"r\xf4se\r"]
    assert (run / "left-out.csv").read_text().splitlines()[1].startswith(r"r\xf3se\r/+bad\n.jpg,")
    assert len((run / "best.manifest.csv").read_text().splitlines()) == 11
    assert main(["train", "--resume", "--run-dir", str(run)]) == 0
    for command in (["index"], ["evaluate", "--report"], ["export", "--output", str(run / "x.pt2")]):
        assert main([*command, "--checkpoint", str(run / "best.safetensors")]) == 0
    capsys.readouterr()


def test_a_photo_that_broke_after_the_split_is_named_left_out_and_told_at_the_end(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(photos, "x")
    assert main(["split", "x", "--manifest"]) == 0
    train = [photo for photo in read_manifest(Path("x/manifest.csv")) if photo.splits["split"] == "train"]
    damaged, gone = tmp_path / "x" / train[3].file, tmp_path / "x" / train[7].file
    damaged.write_bytes(damaged.read_bytes()[:300])
    gone.unlink()
    capsys.readouterr()
    assert main(["train", "--data", "x", "--epochs", "2", "--batch-size", "13", "--lr", "auto", *TINY]) == 0
    err = capsys.readouterr().err
    assert err.count(f"left out: {damaged}: The JPEG is incomplete or damaged.\n") == 2  # lr-find, training
    assert err.count(f"left out: {gone}: It cannot be read: No such file or directory.\n") == 2
    assert "Photos that could not be read, and were left out: 2. The list is runs/x/left-out.csv." in err
    assert sorted(line.split(",")[0] for line in Path("runs/x/left-out.csv").read_text().splitlines()[1:]) == sorted(
        [train[3].file, train[7].file]
    )
    checkpoint = ["--checkpoint", "runs/x/best.safetensors"]
    for command in (["index", *checkpoint], ["evaluate", "--split", "train", *checkpoint, "--data", "x"]):
        assert main(command) == 0
        assert capsys.readouterr().err.count("left out: ") == 2


def test_a_run_remembers_how_large_photos_may_be(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine, output = tmp_path / "photos", tmp_path / "run" / "best.safetensors"
    shutil.copytree(photos, mine)
    for path in [mine / "blue" / "1.jpg", *(mine / "red").glob("*.jpg")]:
        with path.open("ab") as file:
            file.truncate(path.stat().st_size + 20 * MIB)  # a sparse file
    command = ["train", "--data", str(mine), "--output", str(output), "--epochs", "1", *TINY]
    assert main(command) == 1
    assert "“red” has no photo that can be read (red/0.jpg: The file has 20.1 MB" in (said := capsys.readouterr().err)
    assert "(--max-photo-mb 21 accepts it)" in said
    assert main([*command, "--max-photo-mb", "0"]) == 1
    assert "--max-photo-mb is between 1 and 4096; got 0." in capsys.readouterr().err
    assert main([*command, "--max-photo-mb", "21"]) == 0
    assert "26 photos to train on, 4 to validate on" in capsys.readouterr().err
    assert read_metadata(output).training.settings["max_photo_mb"] == 21
    resume = ["train", "--resume", "--run-dir", str(output.parent), "--device", "cpu"]
    assert main([*resume, "--max-photo-mb", "20"]) == 1
    assert "This run began with --max-photo-mb 21; got 20" in capsys.readouterr().err
    assert main(resume) == 0
    capsys.readouterr()
    # Other commands keep to what the checkpoint was trained with.
    measure = ["evaluate", "--checkpoint", str(output), "--split", "train", "--json"]
    assert main(measure) == 0
    assert json.loads(capsys.readouterr().out)["n"] == 26
    assert main([*measure, "--max-photo-mb", "20"]) == 0
    assert json.loads(capsys.readouterr().out)["n"] < 26
    for other in (["index"], ["predict", str(mine / "red" / "0.jpg")], ["evaluate", "--data", str(mine)]):
        assert main([*other, "--checkpoint", str(output)]) == 0, other
    assert "16 photos" not in capsys.readouterr().err
    assert main(["predict", str(mine / "red" / "0.jpg"), "--checkpoint", str(output), "--max-photo-mb", "20"]) == 1
    assert "at most 20 MB are accepted (--max-photo-mb 21 accepts it)" in capsys.readouterr().err


def test_classes_are_known_again_in_folders_from_another_system(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """macOS stores é as two characters, and a name that begins with é comes elsewhere in the order then."""
    nfc, nfd, output = "édelweiss", "e\u0301delweiss", tmp_path / "best.safetensors"
    mine = plant(tmp_path / "here" / "garden", {nfc: 12, "red": 12})
    theirs = plant(tmp_path / "there" / "garden", {nfd: 12, "red ": 12}, seed=50)
    assert main(["train", "--data", str(mine), "--output", str(output), "--epochs", "1", *TINY]) == 0
    assert [label.name for label in read_metadata(output).classes] == ["red", nfc]
    assert main(["evaluate", "--checkpoint", str(output), "--data", str(theirs), "--split", "train", "--json"]) == 0
    capsys.readouterr()
    again = tmp_path / "again.safetensors"
    command = ["train", "--data", str(theirs), "--start-from", str(output), "--output", str(again), "--epochs", "1"]
    assert main([*command, *TINY[3:]]) == 0
    assert "a new head is trained" not in capsys.readouterr().err
    assert read_metadata(again).classes == read_metadata(output).classes
    (mine / nfc).rename(mine / nfd)
    assert main(["evaluate", "--checkpoint", str(output), "--data", str(mine), "--split", "test", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["n"] == 2
    assert main(["evaluate", "--checkpoint", str(output), "--split", "valid", "--json"]) == 0
    (mine / "red").rename(mine / "Red")
    with pytest.MonkeyPatch.context() as patch:  # a copy without the run's manifest: classes by their folders alone
        patch.chdir(tmp_path)
        manifest_of(output).unlink()
        assert main(["evaluate", "--checkpoint", str(output), "--data", str(mine), "--split", "test", "--json"]) == 0


def test_a_run_is_resumed_with_folders_from_another_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(callback: KeepBest, trainer: Any, module: Any) -> None:
        if trainer.current_epoch == 1:
            raise KeyboardInterrupt

    mine, output = plant(tmp_path / "garden", {"édelweiss": 12, "red ": 12}), tmp_path / "run" / "best.safetensors"
    with monkeypatch.context() as patch:
        patch.setattr(KeepBest, "on_train_epoch_start", interrupt)
        assert main(["train", "--data", str(mine), "--output", str(output), "--epochs", "2", *TINY]) == 130
    (mine / "édelweiss").rename(mine / "e\u0301delweiss")
    assert main(["train", "--resume", "--run-dir", str(output.parent), "--device", "cpu"]) == 0
    assert len(read_metadata(output).training.history) == 2


def test_further_photos_and_strangers(photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    also, others = plant(tmp_path / "also", {"Blue": 2, "2": 2}, seed=500), plant(tmp_path / "o", {"x": 5}, seed=900)
    shutil.copy(photos / "red" / "1.jpg", others / "red.jpg")
    output = tmp_path / "run" / "best.safetensors"
    further = ["--also", str(also), "--strangers", str(others)]
    command = ["train", "--data", str(photos), "--output", str(output), "--epochs", "1", *further, *TINY]
    assert main([*command, "--dry-run"]) == 0
    said = capsys.readouterr()
    assert "4 photos of --also, each shown once an epoch" in " ".join(said.out.split())
    assert "Left out (1):" in said.err
    assert "which shows one of the classes" in said.err or "is a near copy of" in said.err
    assert main(command) == 0
    assert "each batch has 6 known photos and 2 strangers" in capsys.readouterr().err
    assert f"{others}/red.jpg" in (output.parent / "left-out.csv").read_text(encoding="utf-8")
    listed = (output.parent / "further.csv").read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[:4] for line in listed[1::4]] == [
        ["also", "0", "2/0.jpg", "2"], ["strangers", "0", "x/0.jpg", ""], ["strangers", "0", "x/4.jpg", ""],
    ]  # fmt: skip
    assert read_metadata(output).training.further == FurtherInfo(4, 5)
    shutil.rmtree(output.parent)
    for words, message in (
        (["--strangers-share", "0.5"], None),
        (["--also-weight", "0"], "--also-weight is above 0"),
    ):
        assert main([*command, *words, "--dry-run"]) == (1 if message else 0)
        assert (message or "") in capsys.readouterr().err
    plant(also, {"tulip": 1})
    assert main(command) == 1
    assert "“tulip” is neither the name nor the id" in capsys.readouterr().err
    assert main([*command[: -len(TINY) - 4], "--strangers-share", "0.5", *TINY]) == 1
    assert "--strangers-share says something of --strangers" in capsys.readouterr().err
