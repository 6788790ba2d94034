from dataclasses import replace
from pathlib import Path

import pytest

from classifier.checkpoint import DatasetInfo, Metadata, Preprocessing, TrainingInfo
from classifier.checkpoint.collection import open_collection, without_photos
from classifier.data.collection import Photo
from classifier.data.labels import LabelClass
from classifier.data.manifest import oxford_file, write_manifest
from classifier.errors import DatasetError

CLASSES = (LabelClass(1, "Rose"), LabelClass(2, "Tulip"))
METADATA = Metadata(
    backbone="test_efficientnet",
    classes=CLASSES,
    preprocessing=Preprocessing(32, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
    dataset=DatasetInfo(name="my garden"),
)


def photo(image_id: int, class_id: int, file: str) -> Photo:
    return Photo(image_id, class_id, {"split": "train"}, 40, 30, (1, 2, 3), file)


@pytest.fixture
def oxford(tmp_path: Path) -> Path:
    (tmp_path / "classes.csv").write_text("class_id,name,scientific_name,family\n1,Rose,Rosa,Rosaceae\n")
    photos = [Photo(number, 1, {"udacity": "train"}, 40, 30, (1, 2, 3), oxford_file(number)) for number in (1, 2)]
    write_manifest(tmp_path / "flowers102.csv", photos)
    return tmp_path


def test_the_collection_of_a_checkpoint_of_the_oxford_flowers(oxford: Path, tmp_path: Path) -> None:
    found = open_collection(
        replace(METADATA, dataset=DatasetInfo(name="flowers102")),
        checkpoint_path=tmp_path / "x.safetensors",
        data_dir=oxford,
        flowers_root=None,
    )
    assert (found.name, len(found.photos), found.default_split) == ("flowers102", 2, "udacity")


@pytest.mark.parametrize(
    ("manifest", "root", "photos", "has_photos"),
    [
        (True, "photos", 1, True),
        (True, "gone", 1, False),
        (True, None, 1, False),
        (False, "photos", 0, False),
        (False, None, 0, False),
    ],
)
def test_the_collection_of_any_other_checkpoint(
    tmp_path: Path, manifest: bool, root: str | None, photos: int, has_photos: bool
) -> None:
    (tmp_path / "photos").mkdir()
    if manifest:
        write_manifest(tmp_path / "x.manifest.csv", [photo(1, 2, "rose/a.jpg")])
    dataset = DatasetInfo(name="my garden", root=str(tmp_path / root) if root else None)
    found = open_collection(
        replace(METADATA, dataset=dataset),
        checkpoint_path=tmp_path / "x.safetensors",
        data_dir=Path("/nowhere"),
        flowers_root=None,
    )
    assert found.name == "my garden"
    assert found.classes == CLASSES
    assert (len(found.photos), found.has_photos, found.default_split) == (photos, has_photos, "split")


def test_a_manifest_of_other_photos_beside_the_checkpoint_is_noticed(tmp_path: Path) -> None:
    write_manifest(tmp_path / "x.manifest.csv", [photo(1, 77, "x.jpg")])
    with pytest.raises(DatasetError, match="class 77, which my garden does not have"):
        open_collection(
            METADATA,
            checkpoint_path=tmp_path / "x.safetensors",
            data_dir=Path("/nowhere"),
            flowers_root=None,
        )


def test_where_photos_are_damaged_the_classes_are_left() -> None:
    found = without_photos(replace(METADATA, dataset=DatasetInfo(name="my garden", root="/photos")))
    assert (found.name, found.classes, found.photos, found.has_photos) == ("my garden", CLASSES, (), False)


@pytest.mark.parametrize(("settings", "most"), [({"max_photo_mb": 99}, 99), ({}, 20), ({"max_photo_mb": 10**6}, 20)])
def test_photos_keep_the_limits_that_the_training_had(tmp_path: Path, settings: dict[str, int], most: int) -> None:
    metadata = replace(METADATA, training=TrainingInfo(settings=settings))
    found = open_collection(metadata, checkpoint_path=tmp_path / "x.safetensors", data_dir=tmp_path, flowers_root=None)
    assert found.limits.max_photo_mb == most
