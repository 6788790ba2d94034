import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from classifier.cli.terminal import print_left_out
from classifier.data.folder_tree import MANIFEST, is_split
from classifier.data.folders import files_since, read_folder
from classifier.data.manifest import write_manifest
from classifier.errors import DatasetError
from classifier.photos.limits import MIB, PhotoLimits
from tests.making.photo_folders import photo, plant


def test_classes_are_the_folders_in_order_of_their_names(tmp_path: Path) -> None:
    found = read_folder(plant(tmp_path / "my garden", {"tulip": 20, "a rose": 20, "郁金香": 20}))
    collection = found.collection
    assert [(label.class_id, label.name) for label in collection.classes] == [
        (1, "a rose"),
        (2, "tulip"),
        (3, "郁金香"),
    ]
    assert (collection.name, collection.root, collection.default_split) == (
        "my garden",
        tmp_path / "my garden",
        "split",
    )
    assert collection.counts("split")[1] == {"train": 17, "valid": 2, "test": 1}
    first = collection.photos[0]
    assert (first.image_id, first.file, first.width, first.height) == (1, "a rose/0.jpg", 48, 40)
    assert not found.left_out


def test_the_same_seed_gives_the_same_split(tmp_path: Path) -> None:
    root = plant(tmp_path, {"a": 20, "b": 20})
    assert read_folder(root, seed=5).collection.photos == read_folder(root, seed=5).collection.photos
    assert read_folder(root, seed=5).collection.photos != read_folder(root, seed=6).collection.photos


def test_links_that_lead_in_circles_are_no_classes(tmp_path: Path) -> None:
    root = plant(tmp_path / "photos", {"a": 3, "b": 3})
    (root / "me").symlink_to(root)
    (root / "up").symlink_to("..")
    (root / "a" / "me").symlink_to(root)
    plant(tmp_path / "elsewhere", {"c": 3})
    (root / "c").symlink_to(tmp_path / "elsewhere" / "c")
    collection = read_folder(root).collection
    assert [label.name for label in collection.classes] == ["a", "b", "c"]
    assert len(collection.photos) == 9


def test_what_is_no_photo_is_listed_and_left_out(tmp_path: Path) -> None:
    root = plant(tmp_path, {"a": 4, "b": 4})
    (root / "a" / "text.jpg").write_text("hello, I am a text")
    (root / "a" / "empty.png").touch()
    whole = (root / "a" / "0.jpg").read_bytes()
    (root / "a" / "half.jpeg").write_bytes(whole[: len(whole) // 2])
    (root / "a" / ".hidden.jpg").write_text("not looked at")
    (root / "Thumbs.db").touch()
    (root / "readme.txt").touch()
    photo(50).save(root / "b" / "moving.gif")
    photo(51).save(root / "b" / "UPPER.JPG", "JPEG")
    photo(52).save(root / "b" / "wrong ending.txt", "PNG")
    (root / "b" / "deeper").mkdir()
    photo(53).save(root / "b" / "deeper" / "花 x.webp")
    os.mkfifo(root / "b" / "pipe")
    photo(54).save(root / "loose.JPG", "JPEG")
    (root / "c").mkdir()
    (root / "c" / ".hidden").touch()
    found = read_folder(root)
    assert {entry.file: entry.reason for entry in found.left_out} == {
        "a/empty.png": "The file is empty.",
        "a/half.jpeg": "The JPEG is incomplete or damaged.",
        "a/text.jpg": "This file is not a picture, it is a text.",
        "b/pipe": "It is not a regular file.",
        "c": "The folder holds no file.",
        "loose.JPG": "It is in no class's folder.",
    }
    assert len(found.collection.of_class(2)) == 8


@pytest.mark.parametrize("closed", ["a", "a/deeper", "train/a"])
def test_a_folder_that_cannot_be_looked_into_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, closed: str
) -> None:
    root = plant(tmp_path / "train" if closed.startswith("train") else tmp_path, {"a": 4, "b": 4, "a/deeper": 2})
    if closed.startswith("train"):
        plant(tmp_path / "valid", {"a": 2, "b": 2})
    look = os.scandir

    def refuse(path: object) -> object:  # permissions do not keep root out
        if str(path).endswith(f"/{closed}"):
            raise PermissionError(13, "Permission denied", str(path))
        return look(path)  # type: ignore[call-overload]

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(DatasetError, match=rf"{closed} cannot be read: Permission denied\. Allow reading it"):
        read_folder(tmp_path)
    assert root.is_dir()


def test_a_name_that_is_no_unicode_survives(tmp_path: Path) -> None:
    root = plant(tmp_path, {"a": 3, "b": 3})
    os.rename(os.fsencode(root / "a"), os.fsencode(root) + b"/ros\xe9")
    collection = read_folder(root).collection
    assert [label.name for label in collection.classes] == ["b", r"ros\xe9"]
    assert all(collection.path(found) for found in collection.photos)


@pytest.mark.parametrize("names", [("train", "valid", "test"), ("Training", "VAL", "testing"), ("train", "validation")])
def test_a_tree_of_splits_is_taken_as_it_is(tmp_path: Path, names: tuple[str, ...]) -> None:
    for number, (name, count) in enumerate(zip(names, (6, 3, 2), strict=False)):
        plant(tmp_path / name, {"a": count, "b": count}, seed=5000 * number)
    collection = read_folder(tmp_path).collection
    expected = dict(zip(("train", "valid", "test"), (6, 3, 2 if len(names) == 3 else 0), strict=True))
    assert collection.counts("split") == {1: expected, 2: expected}


def test_a_tree_without_valid_takes_it_from_train(tmp_path: Path) -> None:
    plant(tmp_path / "train", {"a": 20, "b": 20})
    plant(tmp_path / "test", {"a": 5, "b": 5}, seed=7000)
    assert read_folder(tmp_path).collection.counts("split")[1] == {"train": 18, "valid": 2, "test": 5}


def test_a_class_called_train_is_a_class(tmp_path: Path) -> None:
    plant(tmp_path, {"train": 3, "bus": 3})
    assert not is_split(tmp_path)
    assert [label.name for label in read_folder(tmp_path).collection.classes] == ["bus", "train"]


def test_twins_stay_together_and_leaks_are_told(tmp_path: Path) -> None:
    root = plant(tmp_path / "flat", {"a": 10, "b": 10})
    for number in range(10):
        shutil.copy(root / "a" / f"{number}.jpg", root / "a" / f"copy of {number}.jpg")
    found = read_folder(root)
    splits = {photo.file: photo.splits["split"] for photo in found.collection.photos}
    assert all(splits[f"a/{number}.jpg"] == splits[f"a/copy of {number}.jpg"] for number in range(10))
    assert (found.twins, found.leaks) == (10, 0)
    tree = tmp_path / "tree"
    for part, seed in (("train", 7000), ("valid", 8000), ("test", 9000)):
        shutil.copytree(root / "b", tree / part / "b")
        plant(tree / part, {"c": 3}, seed=seed)
    assert read_folder(tree).leaks == 20


def test_a_mirror_image_in_another_class_is_a_twin_and_no_contradiction(tmp_path: Path) -> None:
    """Arrows to the left and to the right, b and d."""
    root = plant(tmp_path, {"left": 6, "right": 6})
    with Image.open(root / "left" / "2.jpg") as arrow:
        arrow.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(root / "right" / "turned.jpg", quality=95)
    found = read_folder(root)
    assert (found.twins, found.contradictions) == (1, ())
    splits = {photo.file: photo.splits["split"] for photo in found.collection.photos}
    assert splits["left/2.jpg"] == splits["right/turned.jpg"]


def test_the_same_photo_in_two_classes_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = plant(tmp_path, {"a": 6, "b": 6})
    assert read_folder(root).contradictions == ()
    shutil.copy(root / "a" / "2.jpg", root / "b" / "same\n.jpg")
    found = read_folder(root)
    assert found.contradictions == (("a/2.jpg", "b/same\n.jpg"),)
    print_left_out(found)
    said = capsys.readouterr().err
    assert "different classes (1): one of each pair" in said
    assert "  a/2.jpg  =  b/same�.jpg\n" in said


def test_a_manifest_in_the_folder_is_followed(tmp_path: Path) -> None:
    root = plant(tmp_path, {"a": 6, "b": 6})
    first = read_folder(root, seed=4).collection
    write_manifest(root / MANIFEST, first.photos)
    (root / "a" / "later.jpg").write_text("not looked at")
    second = read_folder(root, seed=1).collection
    assert (second.photos, second.classes) == (first.photos, first.classes)
    write_manifest(root / MANIFEST, [replace(each, splits={"home": each.splits["split"]}) for each in first.photos])
    assert read_folder(root).collection.default_split == "home"


def _one_class(root: Path) -> None:
    plant(root, {"only": 3})


def _nested(root: Path) -> None:
    plant(root / "flower_photos", {"a": 3, "b": 3})


def _one_photo(root: Path) -> None:
    plant(root, {"a": 3, "b": 1})


def _all_broken(root: Path) -> None:
    for name in ("a", "b"):
        (root / name).mkdir(parents=True)
        (root / name / "x.jpg").write_text("no photo")


def _one_class_broken(root: Path) -> None:
    plant(root, {"a": 3, "b": 0})
    (root / "b" / "x.jpg").touch()


def _untrained(root: Path) -> None:
    plant(root / "train", {"a": 3, "b": 3})
    plant(root / "valid", {"a": 3, "c": 3})


def _mixed(root: Path) -> None:
    plant(root / "train", {"a": 3, "b": 3})
    plant(root / "valid", {"a": 3, "b": 3})
    plant(root, {"rose": 3})


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda root: None, "There is no folder"),
        (lambda root: root.mkdir(), "no folder with files in it"),
        (_one_class, "only one class, “only”"),
        (_nested, "Did you mean --data .*flower_photos"),
        (_one_photo, "“b” has only one photo"),
        (_all_broken, "None of the 2 files .* the first, a/x.jpg: This file is not a picture"),
        (_one_class_broken, r"“b” has no photo that can be read \(b/.*: .*\); a class"),
        (_untrained, "“c” has no photo in the train folder"),
        (_mixed, "“rose” next to them"),
    ],
)
def test_folders_that_cannot_be_trained_on(tmp_path: Path, make: object, message: str) -> None:
    assert callable(make)
    make(tmp_path / "x")
    with pytest.raises(DatasetError, match=message):
        read_folder(tmp_path / "x")


NFC, NFD = "Rosé", "Rose\u0301"


def test_folders_whose_names_look_the_same_are_one_class(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = plant(tmp_path, {NFC: 6, NFD: 5, "lily": 4, "lily ": 4, "aster": 4})
    found = read_folder(root)
    assert [label.name for label in found.collection.classes] == [NFC, "aster", "lily"]
    counts = {label.name: len(found.collection.of_class(label.class_id)) for label in found.collection.classes}
    assert counts == {NFC: 11, "aster": 4, "lily": 8}
    assert all(found.collection.path(each) for each in found.collection.photos)
    print_left_out(found)
    said = capsys.readouterr().err
    assert "Folders that are one class, since their names look the same:" in said
    assert f"  “{NFC}” (6 photos, Ros\\xe9)  and  “{NFD}” (5 photos, Rose\\u0301)\n" in said
    assert "  “lily” (4 photos)  and  “lily ” (4 photos)\n" in said
    assert "WARNING" not in said


def test_classes_whose_names_look_alike_are_warned_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = plant(tmp_path, {"Rose": 4, "rose": 5, "r\u043ese": 3, "lily": 4})
    found = read_folder(root)
    assert len(found.collection.classes) == 4
    print_left_out(found)
    said = capsys.readouterr().err
    assert "WARNING: names of classes that are easily taken for each other (1)." in said
    assert "put their photos into one folder; else give one of them another name:" in said
    assert "  “Rose” (4 photos)  and  “rose” (5 photos)  and  “r\u043ese” (3 photos, r\\u043ese)\n" in said
    write_manifest(root / MANIFEST, found.collection.photos)
    assert read_folder(root).look_alikes == found.look_alikes != []


def test_parts_of_a_tree_may_come_from_different_systems(tmp_path: Path) -> None:
    plant(tmp_path / "train", {NFC: 6, "b": 6})
    plant(tmp_path / "valid", {NFD: 3, "b ": 3}, seed=5000)
    found = read_folder(tmp_path)
    assert found.collection.counts("split") == {
        1: {"train": 6, "valid": 3, "test": 0},
        2: {"train": 6, "valid": 3, "test": 0},
    }
    assert len(found.merged) == 2


@pytest.mark.parametrize(
    ("train", "valid", "message"),
    [
        ({"Rose": 3, "b": 3}, {"rose": 3, "b": 3}, r"“rose” has no photo in the train .* same as “Rose”\? Then give"),
        ({" ": 3, "b": 3}, {"b": 3}, r"nothing but spaces or invisible characters \(' '\)\. Give it the name"),
        ({"\u200b": 3, "b": 3}, {"b": 3}, r"invisible characters \('\\u200b'\)"),
        ({NFC: 3, NFD: 3}, {NFC: 3}, f"only one class, “{NFC}”, in 2 folders whose names look the same"),
    ],
)
def test_names_that_cannot_be_used_are_said(
    tmp_path: Path, train: dict[str, int], valid: dict[str, int], message: str
) -> None:
    plant(tmp_path / "train", train)
    plant(tmp_path / "valid", valid, seed=5000)
    with pytest.raises(DatasetError, match=message):
        read_folder(tmp_path)


def test_a_manifest_finds_photos_that_went_through_another_system(tmp_path: Path) -> None:
    root = plant(tmp_path / "here", {NFC: 6, "b": 6})
    collection = read_folder(root).collection
    (root / NFC).rename(root / NFD)
    assert all(collection.path(each) for each in collection.photos)
    assert files_since(collection) == 0


def test_too_large_photos_are_left_out_with_the_option_that_accepts_them(tmp_path: Path) -> None:
    root = plant(tmp_path, {"a": 4, "b": 4})
    with (root / "a" / "0.jpg").open("ab") as file:
        file.write(bytes(21 * MIB))
    photo(60, size=(1200, 1000)).save(root / "b" / "wide.png")
    reasons = {entry.file: entry.reason for entry in read_folder(root).left_out}
    assert reasons == {"a/0.jpg": "The file has 21.1 MB; at most 20 MB are accepted (--max-photo-mb 22 accepts it)."}
    found = read_folder(root, limits=PhotoLimits(max_photo_mb=22, max_photo_megapixels=1))
    assert [entry.reason for entry in found.left_out] == [
        "The photo has 1,200 × 1,000 pixels; at most 1 million are accepted (--max-photo-megapixels 2 accepts it)."
    ]
    assert found.collection.limits == PhotoLimits(max_photo_mb=22, max_photo_megapixels=1)
    assert files_since(found.collection) == 1
