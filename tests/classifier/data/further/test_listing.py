from pathlib import Path

import pytest

from classifier.data.folder_tree import LeftOut
from classifier.data.further.listing import Listed, list_also, list_strangers
from classifier.data.labels import LabelClass
from classifier.errors import ClassifierError, DatasetError

CLASSES = (LabelClass(3, "blue"), LabelClass(5, "red"), LabelClass(8, "dark red"))
BOTH = """file,kind,class_ids,repository
a/1.jpg,known,5,her/garden
2.jpg,known,5|8,
3.jpg,Other-Plant,,his/fields
4.jpg,not-a-plant,3,his/fields
"""


def table(folder: Path, text: str) -> Path:
    path = folder / "photos.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_one_table_lists_known_photos_and_strangers(tmp_path: Path) -> None:
    path = table(tmp_path, BOTH)
    also = list_also(path, CLASSES)
    assert (also.folder, also.left_out) == (tmp_path, ())
    assert also.files == (Listed("a/1.jpg", (1,), "her/garden"), Listed("2.jpg", (1, 2)))
    strangers = list_strangers(path, CLASSES)
    assert strangers.files == (Listed("3.jpg", (), "his/fields"),)
    assert strangers.left_out == (LeftOut("4.jpg", "Its kind is “not-a-plant”, but “3” is one of the classes."),)


@pytest.mark.parametrize(
    ("text", "known", "strangers"),
    [
        ("file,class\n1.jpg,Dark Red\n2.jpg,\n", [Listed("1.jpg", (2,))], [Listed("2.jpg")]),
        ("\ufeffFile;class_id;source\n1.jpg;3;x\n2.jpg;;\n", [Listed("1.jpg", (0,), "x")], [Listed("2.jpg")]),
        ("file\tclass\n1.jpg\t 5 | blue\n2.jpg\n\n", [Listed("1.jpg", (0, 1))], [Listed("2.jpg")]),
        ("file,class,kind\n1.jpg,red,Known\n2.jpg,cow,cow\n", [Listed("1.jpg", (1,))], [Listed("2.jpg")]),
        ("file,class,source\n1.jpg,red,\x1b[2J\n2.jpg,,\n", [Listed("1.jpg", (1,), "\\u001b[2J")], [Listed("2.jpg")]),
    ],
)
def test_tables_as_people_write_them(tmp_path: Path, text: str, known: list[Listed], strangers: list[Listed]) -> None:
    path = table(tmp_path, text)
    assert list_also(path, CLASSES).files == tuple(known)
    assert list_strangers(path, CLASSES).files == tuple(strangers)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("file,class\n1.jpg,red\n2.jpg,ret\n", r"photos\.csv, line 3: “ret” is neither .* Did you mean “red”"),
        ("file,class_ids\n1.jpg,4\n", r"line 2: “4” is neither the name nor the id of one of the 3 classes"),
        ("file,class_ids\n1.jpg,5|99\n", r"line 2: “99” is neither the name nor the id"),
        ("file,kind\n1.jpg,known\n", r"line 2: A known photo needs its class, in one of the columns class_ids"),
        ("file,class\n ,red\n", r"line 2: the column file is empty"),
        ("file,class\n../../secret.jpg,red\n", r"line 2: .*secret\.jpg is outside of .* Name files in that folder"),
        ("file,kind,class\n1.jpg,other,red\n", r"lists no known photo: --also takes rows of kind “known”"),
        ("file\n1.jpg\n", "lists no known photo"),
        ("photo,class\n1.jpg,red\n", "lacks the column “file”"),
        ("", "lacks the column “file”"),
        ("file,class\n1.jpg," + "x" * 200_000 + "\n", "is not a table in UTF-8"),
    ],
)
def test_tables_that_cannot_be_learnt_from(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(DatasetError, match=message):
        list_also(table(tmp_path, text), CLASSES)


def test_a_table_without_strangers_and_files_that_are_no_tables(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="lists no stranger: --strangers takes rows of any kind but “known”"):
        list_strangers(table(tmp_path, "file,class\n1.jpg,red\n"), CLASSES)
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(range(256)) * 9)
    for read in (list_strangers, list_also):
        for name in ("photo.jpg", "missing.csv", "missing"):
            with pytest.raises(DatasetError, match=rf"{name} is neither a \.csv nor a folder of photos; --"):
                read(tmp_path / name, CLASSES)
    (tmp_path / "empty").mkdir()
    with pytest.raises(ClassifierError, match=r"holds no file. Name a folder with pictures of other things"):
        list_strangers(tmp_path / "empty", CLASSES)
    with pytest.raises(DatasetError, match=r"has no folder with files in it. --also needs"):
        list_also(tmp_path / "empty", CLASSES)


def plant(root: Path, *files: str) -> Path:
    for file in files:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).touch()
    return root


def test_folders_are_called_as_classes_or_by_their_ids(tmp_path: Path) -> None:
    root = plant(tmp_path, "Blue/1.jpg", "5/deep/2.jpg", "dark Red/3.jpg", "3|5/4.jpg", "stray.jpg", "red/Thumbs.db")
    listing = list_also(root, CLASSES)
    assert listing.files == (
        Listed("3|5/4.jpg", (0, 1)), Listed("5/deep/2.jpg", (1,)), Listed("Blue/1.jpg", (0,)),
        Listed("dark Red/3.jpg", (2,)),
    )  # fmt: skip
    assert {entry.file for entry in listing.left_out} == {"stray.jpg", "red"}
    plant(root, "daisy/1.jpg")
    with pytest.raises(DatasetError, match=r"folders are called as the classes or by their ids. “daisy” is neither"):
        list_also(root, CLASSES)
    with pytest.raises(DatasetError, match=r"Name the one that is to be learnt from, such as .*/split/train"):
        list_also(plant(tmp_path / "split", "train/red/1.jpg", "test/red/1.jpg").parent / "split", CLASSES)


def test_all_files_below_a_folder_are_strangers(tmp_path: Path) -> None:
    listing = list_strangers(plant(tmp_path, "1.jpg", "cats/2.jpg", ".hidden/3.jpg"), CLASSES)
    assert listing.files == (Listed("1.jpg"), Listed("cats/2.jpg"))
