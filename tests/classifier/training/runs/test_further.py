import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from classifier.data.folders import read_folder
from classifier.data.further.reading import Further, read_further
from classifier.data.labels import LabelClass
from classifier.errors import CheckpointError, DatasetError, TrainingError
from classifier.training.runs.further import read_listed, write_further
from tests.making.photo_folders import photo, plant

CLASSES = (LabelClass(1, "blue"), LabelClass(2, "red"))


@pytest.fixture
def further(tmp_path: Path) -> Further:
    collection = read_folder(plant(tmp_path / "garden", {"blue": 8, "red": 8})).collection
    also = plant(tmp_path / "also", {"red": 2}, seed=500)
    (tmp_path / "others").mkdir()
    for number in range(3):
        photo(900 + number).save(tmp_path / "others" / f"{number}.png")
    table = tmp_path / "others" / "photos.csv"
    table.write_text("file,class_ids,source\n0.png,1|2,=her/garden\n1.png,,\n2.png,,a\n")
    return read_further(collection, also=[also, table], strangers=[table])


def read_again(path: Path, further: Further, classes: tuple[LabelClass, ...] = CLASSES) -> Further:
    return read_listed(
        path, classes, also=further.also_from, strangers=further.strangers_from, known_side=further.known_side
    )


def test_what_is_written_is_read_again(further: Further, tmp_path: Path) -> None:
    write_further(tmp_path / "further.csv", further, CLASSES)
    assert read_again(tmp_path / "further.csv", further) == further
    assert [(p.file, p.place, p.targets, p.source) for p in further.also][-1] == ("0.png", 1, (0, 1), "=her/garden")
    assert "'=her/garden" in (tmp_path / "further.csv").read_text(encoding="utf-8")


def test_photos_and_tables_may_have_been_moved(further: Further, tmp_path: Path) -> None:
    write_further(tmp_path / "further.csv", further, CLASSES)
    (tmp_path / "also" / "red" / "0.jpg").rename(tmp_path / "0.jpg")
    assert len(read_again(tmp_path / "further.csv", further).also) == 3  # one that is missing is named in training
    (tmp_path / "0.jpg").rename(tmp_path / "also" / "red" / "0.jpg")
    for name in ("also", "others"):
        (tmp_path / name).rename(tmp_path / f"new {name}")
    with pytest.raises(DatasetError, match=r"3 of the 3 photos of --also are no longer there.*say by --also where"):
        read_again(tmp_path / "further.csv", further)
    (tmp_path / "new others" / "photos.csv").unlink()  # the run's own list says it all
    places = {
        "also": [tmp_path / "new also", tmp_path / "new others" / "photos.csv"],
        "strangers": [tmp_path / "new others" / "photos.csv"],
    }
    moved = read_listed(tmp_path / "further.csv", CLASSES, known_side=40, **places)
    assert [replace(p, path=Path()) for p in moved.also] == [replace(p, path=Path()) for p in further.also]
    assert moved.strangers[0].path == tmp_path / "new others" / "1.png"


def test_other_photos_are_refused(further: Further, tmp_path: Path) -> None:
    write_further(tmp_path / "further.csv", further, CLASSES)
    shutil.copy(tmp_path / "others" / "2.png", tmp_path / "others" / "1.png")
    with pytest.raises(TrainingError, match=r"1\.png is another photo than .* by --strangers, or begin another run"):
        read_again(tmp_path / "further.csv", further)


@pytest.mark.parametrize(
    "text",
    [
        "role,place,file,class_ids,side,digest,source\nalso,7,x,1,4,a,\n",
        "role,place,file,class_ids,side,digest,source\nother,0,x,1,4,a,\n",
        "role,place,file,class_ids,side,digest,source\nalso,0,x,99,4,a,\n",
        "role,place,file,class_ids,side,digest,source\nalso,0,x\n",
        "role\nalso\n",
    ],
)
def test_a_damaged_list_is_named(text: str, further: Further, tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"further\.csv is missing or damaged"):
        read_again(tmp_path / "further.csv", further)
    (tmp_path / "further.csv").write_text(text)
    with pytest.raises(CheckpointError, match=r"further\.csv is missing or damaged"):
        read_again(tmp_path / "further.csv", further)
