import csv
import os
from pathlib import Path

import pytest

from classifier.data.collection import Photo
from classifier.data.manifest import first_split, read_manifest, write_manifest
from classifier.errors import DatasetError
from tests.classifier.data.test_collection import HEADER, photo


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("0,1,5,5,0,0,0,train", "line 2: Photo 0: the image id, the width and the height must be positive"),
        ("1,1,0,5,0,0,0,train", "must be positive"),
        ("1,1,5,5,0,0,0,trian", r"line 2: Photo 1: 'trian' is none of train, valid, test \(mine split\)"),
        ("1,rose,5,5,0,0,0,train", "line 2: invalid literal"),
        ("1,1,5", "line 2: int"),
    ],
)
def test_a_bad_row_is_named_by_its_line(tmp_path: Path, row: str, message: str) -> None:
    path = tmp_path / "manifest.csv"
    path.write_text(f"{HEADER},mine_split\n{row}\n")
    with pytest.raises(DatasetError, match=message):
        read_manifest(path)


def test_a_manifest_needs_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "manifest.csv"
    path.write_text("image_id,class_id,width\n1,1,5\n")
    with pytest.raises(DatasetError, match=r"lacks the column\(s\) height, mean_r, mean_g, mean_b"):
        read_manifest(path)
    with pytest.raises(DatasetError, match="cannot be read"):
        read_manifest(tmp_path / "none.csv")


@pytest.mark.parametrize(
    "photos",
    [
        (),
        (photo(1, 1, official="train", udacity="test"), photo(2, 7, official="valid", udacity="train")),
        (
            photo(1, 1, "rose/a b.jpg", split="train"),
            photo(2, 2, 'tulip/"x", y.jpg', split="test"),
            photo(3, 2, "é.jpg"),
        ),
        (photo(1, 1, os.fsdecode(b"rose/caf\xe9.jpg"), split="train"),),
        (photo(5, 1),),
        (
            photo(1, 1, "=rose/a\nb\r.jpg", split="train"),
            photo(2, 1, "'=rose/a\\nb.jpg", split="train"),
            photo(3, 1, "郁金香/\udce8;-1\x1b.jpg", split="train"),
        ),
    ],
)
def test_a_manifest_comes_back_as_it_was_written(tmp_path: Path, photos: tuple[Photo, ...]) -> None:
    path = tmp_path / "manifest.csv"
    write_manifest(path, reversed(photos))
    assert read_manifest(path) == photos
    assert os.listdir(tmp_path) == ["manifest.csv"]


def test_the_file_column_is_written_only_when_it_tells_something(tmp_path: Path) -> None:
    path = tmp_path / "manifest.csv"
    write_manifest(path, [photo(1, 1, udacity="train", official="test")])
    assert path.read_text() == (
        "image_id,class_id,official_split,udacity_split,width,height,mean_r,mean_g,mean_b\n1,1,test,train,40,30,1,2,3\n"
    )
    write_manifest(path, [photo(1, 1, "a.jpg", split="train")])
    assert path.read_text().splitlines()[0] == "image_id,class_id,file,split,width,height,mean_r,mean_g,mean_b"


def test_a_failed_write_keeps_the_old_manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "manifest.csv"
    write_manifest(path, [photo(1, 1)])

    def fail(*_: object, **__: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(csv, "writer", fail)
    with pytest.raises(OSError, match="disk full"):
        write_manifest(path, [photo(2, 1)])
    monkeypatch.undo()
    assert [found.image_id for found in read_manifest(path)] == [1]
    assert os.listdir(tmp_path) == ["manifest.csv"]


def test_a_manifest_is_a_table_for_spreadsheets(tmp_path: Path) -> None:
    path = tmp_path / "manifest.csv"
    write_manifest(path, [photo(1, 1, "=郁金香\n\udce8/1.jpg", split="train"), photo(2, 1, "a/2.jpg", split="test")])
    assert path.read_bytes().startswith(b"\xef\xbb\xbfimage_id,class_id,file,split,")
    assert r"1,1,'=郁金香\n\xe8/1.jpg,train," in path.read_text(encoding="utf-8-sig")
    assert len(path.read_text(encoding="utf-8-sig").splitlines()) == 3


def test_what_earlier_versions_and_spreadsheets_wrote_is_read(tmp_path: Path) -> None:
    path, photos = tmp_path / "manifest.csv", (photo(1, 1, "é/caf\udce8.jpg", split="train"),)
    write_manifest(path, photos)
    text = path.read_text(encoding="utf-8-sig")
    path.write_bytes(text.replace(r"\xe8", "\udce8").encode(errors="surrogateescape"))
    assert read_manifest(path) == photos
    path.write_bytes(b"\xef\xbb\xbf" + text.replace(",", ";").replace("\n", "\r\n").encode())
    assert read_manifest(path) == photos


@pytest.mark.parametrize(
    ("names", "first"), [(["home"], "home"), (["home", "split"], "split"), (["b", "a"], "b"), ([], "split")]
)
def test_the_split_that_is_meant_where_none_is_named(names: list[str], first: str) -> None:
    assert first_split([photo(1, 1), photo(2, 1, **dict.fromkeys(names, "train"))]) == first
