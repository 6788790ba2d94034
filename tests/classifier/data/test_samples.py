import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from classifier.data.collection import Collection
from classifier.data.folders import read_folder
from classifier.data.labels import LabelClass
from classifier.data.samples import check_classes, samples_of, too_many_broken
from classifier.errors import DatasetError
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
