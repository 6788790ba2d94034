import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from classifier.data.collection import Collection
from classifier.data.folders import read_folder
from classifier.data.further.reading import Further, median_side, read_further
from classifier.data.samples import samples_of
from classifier.errors import DatasetError
from classifier.photos.limits import MIB, PhotoLimits
from classifier.training.mixture import Mixture
from classifier.training.settings import TrainingSettings
from tests.making.photo_folders import photo, plant


@pytest.fixture
def garden(tmp_path: Path) -> Collection:
    return read_folder(plant(tmp_path / "garden", {"blue": 8, "red": 8})).collection


def paths(garden: Collection, split: str) -> list[Path]:
    return [sample.path for sample in samples_of(garden, split_name="split", split=split)]


def test_without_further_photos_nothing_is_read(garden: Collection) -> None:
    assert read_further(garden) == Further()
    assert median_side([]) is None


def test_photos_are_read_once_and_described(garden: Collection, tmp_path: Path) -> None:
    also = plant(tmp_path / "also", {"red": 3}, seed=500)
    strangers = plant(tmp_path / "strangers", {"cats": 4, "dogs": 1}, seed=900)
    steps: list[tuple[int, int]] = []
    further = read_further(garden, also=[also], strangers=[strangers], step=lambda *done: steps.append(done))
    assert [(p.file, p.targets, p.place, p.side) for p in further.also] == [
        ("red/0.jpg", (1,), 0, 40), ("red/1.jpg", (1,), 0, 40), ("red/2.jpg", (1,), 0, 40),
    ]  # fmt: skip
    assert [p.path for p in further.strangers][::4] == [strangers / "cats/0.jpg", strangers / "dogs/0.jpg"]
    assert all(p.targets == () and len(p.digest) == 32 for p in further.strangers)
    assert (further.known_side, further.strangers_side, further.left_out) == (40, 40, ())
    assert (further.also_from, further.strangers_from) == ((also,), (strangers,))
    assert steps[-1] == (8 + len(paths(garden, "valid")) + len(paths(garden, "test")),) * 2
    assert read_further(garden, also=[also]).known_side is None


def test_what_must_not_be_learnt_from_is_left_out_with_its_reason(garden: Collection, tmp_path: Path) -> None:
    valid, test, train = (paths(garden, split)[0] for split in ("valid", "test", "train"))
    also, strangers = plant(tmp_path / "also", {"red": 2}, seed=500), plant(tmp_path / "other", {"x": 2}, seed=900)
    photo(700, size=(96, 80)).save(also / "red" / "big.png")
    shutil.copy(valid, also / "red" / "valid.jpg")
    shutil.copy(also / "red" / "0.jpg", also / "red" / "again.jpg")
    (also / "red" / "text.jpg").write_text("no photo")
    (also / "red" / "empty.jpg").touch()
    shutil.copy(test, strangers / "test.jpg")
    shutil.copy(train, strangers / "train.jpg")
    shutil.copy(also / "red" / "1.jpg", strangers / "also.jpg")
    further = read_further(garden, also=[also], strangers=[strangers])
    assert [p.file for p in further.also] == ["red/0.jpg", "red/1.jpg", "red/big.png"]
    assert [p.file for p in further.strangers] == ["x/0.jpg", "x/1.jpg"]
    reasons = {Path(entry.file).relative_to(tmp_path).as_posix(): entry.reason for entry in further.left_out}
    assert reasons == {
        "also/red/again.jpg": f"It is the same file as {also / 'red/0.jpg'}.",
        "also/red/empty.jpg": "The file is empty.",
        "also/red/text.jpg": "This file is not a picture, it is a text.",
        "also/red/valid.jpg": f"It is a near copy of {valid}, which figures are taken on.",
        "other/also.jpg": f"It is a near copy of {also / 'red/1.jpg'}, which shows one of the classes.",
        "other/test.jpg": f"It is a near copy of {test}, which figures are taken on.",
        "other/train.jpg": f"It is the same file as {train}, which shows one of the classes.",
    }
    with_valid = read_further(garden, also=[also], with_valid=True)
    assert "red/valid.jpg" in {p.file for p in with_valid.also}


def test_near_copies_are_found_whatever_their_size_and_format(garden: Collection, tmp_path: Path) -> None:
    (tmp_path / "also" / "red").mkdir(parents=True)
    with Image.open(paths(garden, "test")[0]) as picture:
        picture.resize((36, 30)).save(tmp_path / "also" / "red" / "small.png")
    with pytest.raises(DatasetError, match=r"None of the 1 files of --also can be learnt from; .* is a near copy of"):
        read_further(garden, also=[tmp_path / "also"])


def test_a_stranger_that_looks_like_a_known_photo_is_none(garden: Collection, tmp_path: Path) -> None:
    also, strangers = plant(tmp_path / "also", {"red": 2}, seed=500), plant(tmp_path / "x", {"x": 2}, seed=900)
    with Image.open(also / "red" / "0.jpg") as picture:
        picture.resize((36, 30)).save(strangers / "small.png")
    further = read_further(garden, also=[also], strangers=[strangers])
    assert (len(further.also), len(further.strangers)) == (2, 2)
    assert [entry.reason for entry in further.left_out] == [
        f"It is a near copy of {also / 'red/0.jpg'}, which shows one of the classes."
    ]


def test_files_of_a_table_that_are_not_there(garden: Collection, tmp_path: Path) -> None:
    photo(1).save(tmp_path / "here.png")
    table = tmp_path / "photos.csv"
    table.write_text("file\nhere.png\ngone.png\ngarden\n")
    further = read_further(garden, strangers=[table])
    assert [p.file for p in further.strangers] == ["here.png"]
    assert [entry.reason for entry in further.left_out] == [
        "It cannot be read: No such file or directory.", "It is not a regular file.",
    ]  # fmt: skip
    table.write_text("file\ngone.png\n")
    with pytest.raises(DatasetError, match=r"None of the 1 files of --strangers can .*gone\.png: It cannot be read"):
        read_further(garden, strangers=[table])


def test_further_photos_have_the_limits_of_the_collection(garden: Collection, tmp_path: Path) -> None:
    also, strangers = plant(tmp_path / "also", {"red": 2}, seed=500), plant(tmp_path / "other", {"x": 2}, seed=900)
    for path in (also / "red" / "0.jpg", strangers / "x" / "0.jpg"):
        with path.open("ab") as file:
            file.truncate(path.stat().st_size + 20 * MIB)  # a sparse file
    found = read_further(garden, also=[also], strangers=[strangers])
    assert (len(found.also), len(found.strangers)) == (1, 1)
    assert all("--max-photo-mb 21" in entry.reason for entry in found.left_out)
    larger = replace(garden, limits=PhotoLimits(max_photo_mb=21))
    found = read_further(larger, also=[also], strangers=[strangers])
    assert (len(found.also), len(found.strangers), found.left_out) == (2, 2, ())
    mixture = Mixture.of((), found, TrainingSettings(), class_count=2)
    assert {sample.limits.max_bytes for sample in mixture.all_photos} == {21 * MIB}
