from pathlib import Path

import pytest

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
    assert list_strangers(path).files == (Listed("3.jpg", (), "his/fields"), Listed("4.jpg", (), "his/fields"))


@pytest.mark.parametrize(
    ("text", "known", "strangers"),
    [
        ("file,class\n1.jpg,Dark_Red\n2.jpg,\n", [Listed("1.jpg", (2,))], [Listed("2.jpg")]),
        ("\ufefffile;class_id;source\n1.jpg;3;x\n2.jpg;;\n", [Listed("1.jpg", (0,), "x")], [Listed("2.jpg")]),
        ("file,class_ids,class\n1.jpg,,red|blue\n2.jpg\n\n", [Listed("1.jpg", (0, 1))], [Listed("2.jpg")]),
        # As our own tables escape them: a formula, a line end; a source that would steer the terminal.
        ("file,class\n'=1.jpg,red\na\\nb.jpg,\n", [Listed("=1.jpg", (1,))], [Listed("a\nb.jpg")]),
        ('file,class,source\n1.jpg,red,"\x1b[2J"\n2.jpg,,\n', [Listed("1.jpg", (1,), "\\u001b[2J")], [Listed("2.jpg")]),
    ],
)
def test_tables_as_people_write_them(tmp_path: Path, text: str, known: list[Listed], strangers: list[Listed]) -> None:
    path = table(tmp_path, text)
    assert list_also(path, CLASSES).files == tuple(known)
    assert list_strangers(path).files == tuple(strangers)


def test_a_backslash_in_a_file_name_may_be_just_that(tmp_path: Path) -> None:
    (tmp_path / "a\\new.jpg").touch()
    path = table(tmp_path, f"file,class\na\\new.jpg,\nb\\new.jpg,\n{'x' * 999},\n")
    assert [listed.file for listed in list_strangers(path).files] == ["a\\new.jpg", "b\new.jpg", "x" * 999]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("file,class\n1.jpg,red\n2.jpg,tulip\n", r"photos\.csv, line 3: “tulip” is none of the 3 classes"),
        ("file,class_ids\n1.jpg,4\n", r"line 2: “4” is the id of none of the 3 classes; ids are 3 to 8"),
        ("file,kind\n1.jpg,known\n", r"line 2: A known photo has its class in one of the columns class_ids"),
        ("file,class\n ,red\n", r"line 2: the column file is empty"),
        ("file,kind,class\n1.jpg,other,red\n", r"lists no known photo: --also takes rows of kind “known”"),
        ("file\n1.jpg\n", "lists no known photo"),
        ("photo,class\n1.jpg,red\n", "no .csv with the column “file”. --also takes such a table or a folder"),
        ("", "no .csv with the column “file”"),
        ("file,class\n1.jpg," + "x" * 200_000 + "\n", "cannot be read: field larger than field limit"),
    ],
)
def test_tables_that_cannot_be_learnt_from(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(DatasetError, match=message):
        list_also(table(tmp_path, text), CLASSES)


def test_a_table_without_strangers_and_files_that_are_no_tables(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="lists no stranger: --strangers takes rows of any kind but “known”"):
        list_strangers(table(tmp_path, "file,class\n1.jpg,red\n"))
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(range(256)) * 9)
    for read in (list_strangers, lambda path: list_also(path, CLASSES)):
        with pytest.raises(DatasetError, match=r"no \.csv with the column “file”"):
            read(tmp_path / "photo.jpg")
        with pytest.raises(DatasetError, match=r"There is no .*missing\.csv"):
            read(tmp_path / "missing.csv")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ClassifierError, match=r"holds no file. Name a folder with pictures of other things"):
        list_strangers(tmp_path / "empty")
    with pytest.raises(
        DatasetError, match=r"has no folder with files in it. --also needs one folder of photos a class"
    ):
        list_also(tmp_path / "empty", CLASSES)


def plant(root: Path, *files: str) -> Path:
    for file in files:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).touch()
    return root


def test_folders_are_called_as_classes_or_by_their_ids(tmp_path: Path) -> None:
    root = plant(tmp_path, "Blue/1.jpg", "5/deep/2.jpg", "dark-red/3.jpg", "3|5/4.jpg", "stray.jpg", "red/Thumbs.db")
    listing = list_also(root, CLASSES)
    assert listing.files == (
        Listed("3|5/4.jpg", (0, 1)), Listed("5/deep/2.jpg", (1,)), Listed("Blue/1.jpg", (0,)),
        Listed("dark-red/3.jpg", (2,)),
    )  # fmt: skip
    assert {entry.file for entry in listing.left_out} == {"stray.jpg", "red"}
    plant(root, "daisy/1.jpg")
    with pytest.raises(DatasetError, match=r"folders are called as the classes or by their ids. “daisy” is none"):
        list_also(root, CLASSES)
    with pytest.raises(DatasetError, match=r"Name the one that is to be learnt from, such as .*/split/train"):
        list_also(plant(tmp_path / "split", "train/red/1.jpg", "test/red/1.jpg").parent / "split", CLASSES)


def test_all_files_below_a_folder_are_strangers(tmp_path: Path) -> None:
    listing = list_strangers(plant(tmp_path, "1.jpg", "cats/2.jpg", ".hidden/3.jpg"))
    assert listing.files == (Listed("1.jpg"), Listed("cats/2.jpg"))
