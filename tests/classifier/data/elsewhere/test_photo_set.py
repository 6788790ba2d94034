"""Sets of photos from elsewhere, by table and by folder; hostile ones included."""

import os
from pathlib import Path

import pytest

from classifier.data.elsewhere.photo_set import KNOWN, ClassNames, PhotoSet, read_photo_set
from classifier.data.labels import LabelClass
from classifier.errors import DatasetError
from tests.making.photo_folders import plant

CLASSES = (LabelClass(3, "Rose"), LabelClass(5, "Tiger lily"), LabelClass(9, "3"), LabelClass(12, "a|b"))


def plant_set(folder: Path, text: str, *, files: int = 4, inside: str = "") -> Path:
    """A table, and small files that need not be photos: a set is read before its photos are."""
    (folder / inside).mkdir(parents=True, exist_ok=True)
    for number in range(1, files + 1):
        (folder / inside / f"{number}.jpg").write_bytes(b"photo")
    (folder / "any.csv").write_text(text, encoding="utf-8")
    return folder


def told(found: PhotoSet) -> list[tuple[str, str, tuple[int, ...]]]:
    return [(photo.path.name, photo.kind, photo.positions) for photo in found.photos]


def test_kinds_classes_and_sources(tmp_path: Path):
    text = (
        "file,kind,class_ids,repository\n1.jpg,known,5|3,ann\n2.jpg,Known,3,bob\n3.jpg,other-plant,,ann\n4.jpg,shoe,,\n"
    )
    found = read_photo_set(plant_set(tmp_path, text), CLASSES)
    assert told(found) == [
        ("1.jpg", KNOWN, (1, 0)),
        ("2.jpg", KNOWN, (0,)),
        ("3.jpg", "other-plant", ()),
        ("4.jpg", "shoe", ()),
    ]
    assert [photo.source for photo in found.photos] == ["ann", "bob", "ann", ""]
    assert (found.name, found.source_column, found.left_out) == ("any.csv", "repository", ())


@pytest.mark.parametrize(
    ("text", "position", "by_id"),
    [
        ("Rose", 0, 0),
        ("tiger LILY", 1, 1),
        ("5", 1, 1),
        ("3", 2, 0),  # a name in the column of names, an id in that of ids
        ("Lily", None, None),
        ("", None, None),
    ],
)
def test_classes_by_name_and_id(text: str, position: int | None, by_id: int | None):
    names = ClassNames(CLASSES)
    assert names.position(text) == position
    assert names.position(text, ids_first=True) == by_id


def test_several_classes_with_a_line_between_them_also_where_a_name_has_one():
    names = ClassNames(CLASSES)
    assert names.positions("5| Rose |5|unheard of", ids_first=True) == (1, 0)
    assert names.positions("a|b") == (3,)


@pytest.mark.parametrize("text", ["Rose\u0301", "ros\u00e9 ", "Ros\u00e9\u200b", "ROS\u00c9"])
def test_a_name_is_found_however_it_is_typed(text: str):
    assert ClassNames((LabelClass(1, "lily"), LabelClass(2, "Ros\u00e9"))).position(text) == 1


def test_names_that_differ_in_case_alone_are_told_apart():
    names = ClassNames((LabelClass(1, "rose"), LabelClass(2, "Rose")))
    assert [names.position(name) for name in ("rose", "Rose", "ROSE")] == [0, 1, None]


@pytest.mark.parametrize(
    ("columns", "row", "kind", "positions"),
    [
        ("file,class", "1.jpg,rose", KNOWN, (0,)),
        ("file,class", "1.jpg,", "unknown", ()),
        ("file,kind", "1.jpg,shoe", "shoe", ()),
        ("file,labels,kind", "1.jpg,5,known", KNOWN, (1,)),
        ("file,class_ids,label,kind", "1.jpg,5,checked by eye,known", KNOWN, (1,)),
        ("file,kind,class", "1.jpg,tree,oak", "tree", ()),
    ],
)
def test_columns_that_one_may_leave_out(tmp_path: Path, columns: str, row: str, kind: str, positions: tuple[int, ...]):
    found = read_photo_set(plant_set(tmp_path, f"{columns}\n{row}\n"), CLASSES)
    assert told(found) == [("1.jpg", kind, positions)]


def test_rows_that_cannot_be_measured_are_left_out_with_a_word(tmp_path: Path):
    rows = [
        "1.jpg,known,3",
        "gone.jpg,known,3",
        "2.jpg,known,77",
        "3.jpg,known,",
        "4.jpg,shoe,5",
        ",known,3",
        "./1.jpg,known,5",
    ]
    found = read_photo_set(plant_set(tmp_path, "file,kind,class_ids\n" + "\n".join(rows)), CLASSES)
    assert [photo.path.name for photo in found.photos] == ["1.jpg"]
    assert [(entry.file, entry.reason) for entry in found.left_out] == [
        ("gone.jpg", "There is no such file."),
        ("2.jpg", "The checkpoint knows no class “77”."),
        ("3.jpg", "It is known, but the table does not say which class it shows."),
        ("4.jpg", "Its kind is “shoe”, but “5” is a class of the checkpoint; its photos are of the kind “known”."),
        ("line 7", "The row names no file."),
        ("./1.jpg", "It is in the table more than once."),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("file,kind,class_ids\n", "any.csv has no photo that can be measured"),
        (
            "file,kind,class_ids\n1.jpg,known,77\n",
            "no photo that can be measured. The first: 1.jpg: The checkpoint knows",
        ),
        ("file,size\n1.jpg,7\n", "says nothing of what the photos show.*“kind”"),
        ("file,kind\n../secret.jpg,shoe\n", "any.csv, line 2: ../secret.jpg is outside of .*--root"),
        ("file,kind\n1.jpg,shoe\na/../../secret.jpg,shoe\n", "line 3: .* is outside"),
        ("file,kind\n/etc/hostname,shoe\n", "line 2: /etc/hostname is outside"),
        ("file,kind\n\0,shoe\n", "no photo that can be measured"),
    ],
)
def test_tables_that_are_refused(tmp_path: Path, text: str, words: str):
    (tmp_path / "secret.jpg").write_bytes(b"secret")
    with pytest.raises(DatasetError, match=f"(?s){words}"):
        read_photo_set(plant_set(tmp_path / "set", text), CLASSES)


def test_files_are_looked_for_beside_the_table_in_its_folder_photos_and_below_root(tmp_path: Path):
    text = "file,kind\n1.jpg,shoe\n"
    inner = read_photo_set(plant_set(tmp_path / "inner", text, inside="photos"), CLASSES)
    assert inner.photos[0].path == tmp_path / "inner" / "photos" / "1.jpg"
    (tmp_path / "table.csv").write_text(text)
    with pytest.raises(DatasetError, match="no such file"):
        read_photo_set(tmp_path / "table.csv", CLASSES)
    moved = read_photo_set(tmp_path / "table.csv", CLASSES, root=tmp_path / "inner" / "photos")
    assert moved.photos == inner.photos
    absolute = tmp_path / "inner" / "photos" / "1.jpg"
    (tmp_path / "table.csv").write_text(f"file,kind\n{absolute},shoe\n")
    assert read_photo_set(tmp_path / "table.csv", CLASSES).photos == inner.photos


def test_rows_and_sources_are_chosen(tmp_path: Path):
    text = "part,file,class,author\naside,1.jpg,rose,ann\nlearn,2.jpg,rose,bob\n"
    found = read_photo_set(plant_set(tmp_path, text), CLASSES, only={"part": "aside"}, by="Author")
    assert [(photo.path.name, photo.source) for photo in found.photos] == [("1.jpg", "ann")]
    assert found.source_column == "author"
    with pytest.raises(DatasetError, match="no column “photographer”"):
        read_photo_set(tmp_path, CLASSES, by="photographer")


def test_folders_named_as_classes_hold_the_known_and_others_strangers(tmp_path: Path):
    plant(tmp_path, {"Rose": 2, "tiger lily": 1, "camellia": 1, "known": 1})
    (tmp_path / "lost.jpg").write_bytes(b"photo")
    found = read_photo_set(tmp_path, CLASSES)
    assert told(found) == [
        ("0.jpg", KNOWN, (0,)),
        ("1.jpg", KNOWN, (0,)),
        ("0.jpg", "camellia", ()),
        ("0.jpg", KNOWN, (1,)),
    ]
    assert [entry.file for entry in found.left_out] == ["lost.jpg", "known/0.jpg"]
    with pytest.raises(DatasetError, match=r"no table in .* whose files, rows or sources"):
        read_photo_set(tmp_path, CLASSES, only={"part": "aside"})


def test_words_that_are_not_one_line(tmp_path: Path):
    text = 'file,kind,source\n1.jpg,"a\nshoe","\x1b[2Jann"\n"gone\n.jpg",shoe,\n'
    found = read_photo_set(plant_set(tmp_path, text), CLASSES)
    assert [(photo.kind, photo.source) for photo in found.photos] == [("a\\nshoe", "\\u001b[2Jann")]
    assert found.left_out[0].file == "gone\\n.jpg"


@pytest.mark.skipif(os.name == "nt", reason="Windows allows no such names")
def test_names_of_folders_that_are_not_one_line(tmp_path: Path):
    plant(tmp_path, {"new\nline": 1, "Rose": 1})
    assert [photo.kind for photo in read_photo_set(tmp_path, CLASSES).photos] == [KNOWN, "new\\nline"]


@pytest.mark.parametrize("place", ["nowhere", "empty"])
def test_places_without_photos(tmp_path: Path, place: str):
    (tmp_path / "empty").mkdir()
    with pytest.raises(DatasetError, match=r"There is no .*nowhere\. Name a folder|empty has no photo"):
        read_photo_set(tmp_path / place, CLASSES)
