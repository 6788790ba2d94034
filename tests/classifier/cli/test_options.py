import argparse
from dataclasses import replace
from pathlib import Path

import pytest

from classifier.checkpoint import TrainingInfo, load_checkpoint, save_checkpoint
from classifier.cli.options import (
    add_data_options,
    add_limit_options,
    add_wild_options,
    photo_limits,
    unknown_files,
    wild_set_of,
)
from classifier.data.labels import LabelClass
from classifier.errors import CheckpointError, SettingError, UnreadableFile
from classifier.photos.limits import PhotoLimits
from tests.making.tiny import plant_checkpoint


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "x", "", "²"])
def test_a_batch_has_at_least_one_photo(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    add_data_options(parser)
    with pytest.raises(SystemExit):
        parser.parse_args([f"--batch-size={text}"])
    assert f"a whole number, at least 1; got “{text}”" in capsys.readouterr().err
    assert parser.parse_args(["--batch-size", "7"]).batch_size == 7


def test_unknown_pictures_are_called_as_their_folder(tmp_path: Path) -> None:
    for name in ("other-plants/a.jpg", "shoes/b.jpg", "again/shoes/c.jpg"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    found = unknown_files([tmp_path / "other-plants", tmp_path / "shoes"])
    assert {name: [file.name for file in files] for name, files in found.items()} == {
        "other plants": ["a.jpg"],
        "shoes": ["b.jpg"],
    }
    with pytest.raises(SettingError, match="Two folders of unknown pictures are called “shoes”"):
        unknown_files([tmp_path / "shoes", tmp_path / "again" / "shoes"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(UnreadableFile, match="holds no file"):
        unknown_files([tmp_path / "empty"])


def parse_wild(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tta", action="store_true")
    add_wild_options(parser)
    return parser.parse_args(arguments)


def test_photos_from_elsewhere_are_those_that_the_options_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "set.csv").write_text(
        "file,class,part,author\na.jpg,rose,x=y,ann\nb.jpg,rose,z,bob\nc.jpg,rose,z,bob\n"
    )
    for name in "ab":
        (tmp_path / f"{name}.jpg").write_bytes(b"photo")
    named = ["--wild", str(tmp_path / "set.csv"), "--root", str(tmp_path), "--by", "author"]
    found = wild_set_of(parse_wild(*named, "--only", "part=x=y"), [LabelClass(1, "rose")])
    assert found is not None
    assert [(photo.path.name, photo.source) for photo in found.photos] == [("a.jpg", "ann")]
    assert capsys.readouterr().err == ""
    assert wild_set_of(parse_wild(*named), [LabelClass(1, "rose")]) is not None
    assert "Left out (1):\n  c.jpg: There is no such file." in capsys.readouterr().err
    assert wild_set_of(parse_wild(), [LabelClass(1, "rose")]) is None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--root", "x"], "--root is for photos from elsewhere"),
        (["--only", "part=aside"], "--only is for photos from elsewhere"),
        (["--by", "author"], "--by is for photos from elsewhere"),
        (["--sources", "0"], "--sources is for photos from elsewhere"),
        (["--wild", "x", "--tta"], "Leave --tta out"),
    ],
)
def test_options_of_photos_from_elsewhere_that_do_not_fit(arguments: list[str], words: str) -> None:
    with pytest.raises(SettingError, match=words):
        wild_set_of(parse_wild(*arguments), [])


@pytest.mark.parametrize(
    "arguments", [["--only", "aside"], ["--only", "=aside"], ["--sources", "-1"], ["--sources", "x"]]
)
def test_values_that_make_no_sense(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse_wild("--wild", "x", *arguments)
    assert "got “" in capsys.readouterr().err


def test_limits_of_photos_are_those_given_else_those_of_the_training(tmp_path: Path) -> None:
    path, _ = plant_checkpoint(tmp_path)
    checkpoint = load_checkpoint(path)
    learnt = replace(checkpoint.metadata, training=TrainingInfo(settings={"max_photo_mb": 30}))
    save_checkpoint(path, checkpoint.state, learnt)
    parser = argparse.ArgumentParser()
    add_limit_options(parser)
    assert "(default: that of the checkpoint's training, else 20)" in " ".join(parser.format_help().split())
    assert photo_limits(parser.parse_args([])) == PhotoLimits()
    assert photo_limits(parser.parse_args([]), path) == PhotoLimits(max_photo_mb=30)
    given = parser.parse_args(["--max-photo-mb", "50", "--max-photo-megapixels", "200"])
    assert photo_limits(given, path) == PhotoLimits(50, 200)
    with pytest.raises(SettingError, match="--max-photo-megapixels is between 1 and 1000; got 2000"):
        photo_limits(parser.parse_args(["--max-photo-megapixels", "2000"]))
    with pytest.raises(CheckpointError, match="There is no checkpoint"):
        photo_limits(given, tmp_path / "none.safetensors")
