import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from classifier.data.collection import Collection
from classifier.data.folders import read_folder
from classifier.data.labels import LabelClass, look_alike_key
from classifier.data.samples import check_classes, samples_of, too_many_broken, with_classes
from classifier.errors import DatasetError
from classifier.photos.limits import PhotoLimits
from tests.making.photo_folders import plant


@pytest.fixture
def garden(tmp_path: Path) -> Collection:
    return read_folder(plant(tmp_path / "garden", {"blue": 10, "red": 10})).collection


def test_targets_are_positions_in_the_order_of_the_classes(garden: Collection) -> None:
    samples = samples_of(garden, split_name="split", split="train")
    assert len(samples) == 16
    assert {(sample.path.parent.name, sample.target) for sample in samples} == {("blue", 0), ("red", 1)}


def test_missing_photos_and_splits_are_told(garden: Collection) -> None:
    with pytest.raises(DatasetError, match="no split “udacity”; it has split"):
        samples_of(garden, split_name="udacity", split="train")
    bare = Collection("x", garden.classes, garden.photos, None, "split")
    with pytest.raises(DatasetError, match="not on this machine"):
        samples_of(bare, split_name="split", split="train")
    assert garden.root
    shutil.rmtree(garden.root / "red")
    with pytest.raises(DatasetError, match=r"8 photos of garden are no longer in .* red/"):
        samples_of(garden, split_name="split", split="train")


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ({1: "blue"}, "knows 1 classes, the photos of garden have 2"),
        ({2: "red", 1: "blue"}, "knows “red” where garden has “blue”"),
        ({1: "x", 2: "red"}, "knows “x” where garden has “blue”"),
    ],
)
def test_a_checkpoint_of_other_classes_does_not_fit(garden: Collection, names: dict[int, str], message: str) -> None:
    check_classes(garden, garden.classes)
    with pytest.raises(DatasetError, match=message):
        check_classes(garden, [LabelClass(class_id, name) for class_id, name in names.items()])


def test_the_oxford_flowers_may_be_called_otherwise(garden: Collection) -> None:
    oxford = replace(garden, name="flowers102")
    check_classes(oxford, (LabelClass(1, "x"), LabelClass(2, "red")))
    with pytest.raises(DatasetError, match="knows “blue” where flowers102 has “blue”"):
        check_classes(oxford, (LabelClass(7, "blue"), LabelClass(2, "red")))


def test_a_few_photos_may_be_missing_and_more_may_not(garden: Collection) -> None:
    before = samples_of(garden, split_name="split", split="train")
    for number, sample in enumerate(before[:4], start=1):
        sample.path.unlink()
        if number < 4:
            assert samples_of(garden, split_name="split", split="train") == before
    with pytest.raises(DatasetError, match=r"4 photos of garden are no longer in"):
        samples_of(garden, split_name="split", split="train")


@pytest.mark.parametrize(
    ("broken", "photos", "many"),
    [(0, 0, False), (1, 1, True), (1, 2, False), (2, 3, True), (3, 6, False), (4, 20, True), (5, 100, False),
     (6, 100, True), (410, 8189, True), (409, 8189, False)],
)  # fmt: skip
def test_how_many_are_too_many(broken: int, photos: int, many: bool) -> None:
    assert too_many_broken(broken, photos) == many


NFC, NFD = "Rosé", "Rose\u0301"


@pytest.mark.parametrize(
    ("folders", "names"),
    [
        (("blue", "red"), ("red", "blue")),
        ((NFD, "Zinnia"), ("Zinnia", NFC)),  # as sorted before the forms were one
        ((NFC, "b"), (NFD, "b  ")),
        (("ROSE", "lily"), ("lily", "rose")),
        (("A", "a"), ("a", "A")),
    ],
)
def test_classes_are_matched_by_their_names(tmp_path: Path, folders: tuple[str, ...], names: tuple[str, ...]) -> None:
    ours = read_folder(plant(tmp_path / "garden", dict.fromkeys(folders, 6))).collection
    classes = tuple(LabelClass(10 * number, name) for number, name in enumerate(names, start=1))
    collection = with_classes(ours, classes)
    assert collection.classes == classes
    for sample in samples_of(collection, split_name="split", split="train"):
        assert look_alike_key(sample.path.parent.name) == look_alike_key(names[sample.target])
    assert {each.image_id: each.file for each in collection.photos} == {
        each.image_id: each.file for each in ours.photos
    }


def test_names_that_are_the_same_twice_are_matched_by_their_order(garden: Collection) -> None:
    """As of earlier versions, which took “red” and “red ” for two classes."""
    twice = (LabelClass(1, "red"), LabelClass(2, "red "))
    old = replace(garden, classes=twice)
    assert with_classes(old, (LabelClass(1, "red"), LabelClass(2, "red"))) is old


@pytest.mark.parametrize("names", [("blue",), ("blue", "green"), ("blue", "red", "red "), ("a", "A")])
def test_other_classes_are_refused(garden: Collection, names: tuple[str, ...]) -> None:
    classes = [LabelClass(number, name) for number, name in enumerate(names, start=1)]
    with pytest.raises(DatasetError, match="The checkpoint knows"):
        with_classes(garden, classes)


def test_samples_are_read_with_the_limits_of_their_collection(garden: Collection) -> None:
    limits = PhotoLimits(max_photo_mb=99)
    (first, *_) = samples_of(replace(garden, limits=limits), split_name="split", split="train")
    assert first.limits == limits.image_limits
