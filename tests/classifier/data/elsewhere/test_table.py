"""Tables of photos as people and spreadsheets write them, and what is no such table."""

from pathlib import Path

import pytest

from classifier.data.elsewhere.table import find_table, read_table
from classifier.errors import DatasetError

BOM = b"\xef\xbb\xbf"


@pytest.mark.parametrize(
    "content",
    [
        b"file,kind,class_ids\n1.jpg,known,5|6\n",
        BOM + b"file,kind,class_ids\r\n1.jpg,known,5|6\r\n",
        BOM + b"file;kind;class_ids\r\n1.jpg;known;5|6\r\n",
        b"file\tkind\tclass_ids\n1.jpg\tknown\t5|6",
        b' File ,KIND, Class_IDs \n "1.jpg", known ,5|6,and more\n\n,,\n',
        b'"file","kind","class_ids"\n"1.jpg","known","5|6"\n',
    ],
)
def test_tables_of_all_sorts_say_the_same(tmp_path: Path, content: bytes):
    path = tmp_path / "any.csv"
    path.write_bytes(content)
    table = read_table(path)
    assert table.columns == ("file", "kind", "class_ids")
    (row,) = table.rows
    assert (row.cells, row.line) == ({"file": "1.jpg", "kind": "known", "class_ids": "5|6"}, 2)


def test_missing_cells_are_empty_and_text_of_any_letters_is_kept(tmp_path: Path):
    path = tmp_path / "any.csv"
    path.write_text("file,class,source\n郁金香.jpg\n2.jpg,“rose”\n", encoding="utf-8")
    first, second = read_table(path).rows
    assert first.cells == {"file": "郁金香.jpg", "class": "", "source": ""}
    assert second.cells["class"] == "“rose”"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "lacks the column “file”; it has none"),
        (b"photo,kind\n1.jpg,known\n", "lacks the column “file”; it has “photo”, “kind”"),
        (b"1.jpg,known,5\n", "Its first line names the columns"),
        ("file,kind\nfröhlich.jpg,known\n".encode("latin-1"), "not a table in UTF-8.*“CSV UTF-8”"),
        ("file,kind\n1.jpg,known\n".encode("utf-16"), "not a table in UTF-8"),
        (b"\xff\xd8\xff\xe0 a photo", "not a table in UTF-8"),
        (b'file,kind\n"' + b"x" * 200_000 + b'",known\n', "not a table in UTF-8.*field larger"),
    ],
)
def test_what_is_no_table_of_photos_is_refused(tmp_path: Path, content: bytes, words: str):
    path = tmp_path / "any.csv"
    path.write_bytes(content)
    with pytest.raises(DatasetError, match=f"(?s){words}"):
        read_table(path)


def test_rows_are_chosen_by_their_cells(tmp_path: Path):
    path = tmp_path / "any.csv"
    path.write_text("part,file,kind\naside,1.jpg,known\nlearn,2.jpg,known\naside,3.jpg,shoe\n")
    table = read_table(path)
    assert [row.cells["file"] for row in table.only({"Part": "aside"}).rows] == ["1.jpg", "3.jpg"]
    assert [row.line for row in table.only({"part": "aside", "kind": "shoe"}).rows] == [4]
    assert table.only({}).rows == table.rows
    with pytest.raises(DatasetError, match="no row with “asid” in the column part, only with “aside”, “learn”"):
        table.only({"part": "asid"})
    with pytest.raises(DatasetError, match="no column “split”; it has “part”, “file”, “kind”"):
        table.only({"split": "aside"})


def test_a_folder_has_one_table_of_any_name(tmp_path: Path):
    assert find_table(tmp_path) is None
    columns = "image_id,class_id,file,split,width,height,mean_r,mean_g,mean_b"
    (tmp_path / "manifest.csv").write_text(f"{columns}\n1,1,a.jpg,train,9,9,1,2,3\n")
    (tmp_path / "left-out.csv").write_text("file,reason\na.jpg,It is empty.\n")
    (tmp_path / "predicted.csv").write_text("photo,model,error,message,verdict,reason\n")
    (tmp_path / "._any.csv").write_bytes(b"\0\5\26\7")
    assert find_table(tmp_path) is None
    (tmp_path / "Friends.CSV").write_text("file;kind\n")
    (tmp_path / "notes.csv").write_text("day,weather\n")
    assert find_table(tmp_path) == tmp_path / "Friends.CSV"
    (tmp_path / "more.csv").write_text("kind,file\n")
    with pytest.raises(DatasetError, match=r"Several tables.*Friends\.CSV.*more\.csv.*Name the one you mean"):
        find_table(tmp_path)


def test_a_folder_with_another_csv_alone_says_what_that_lacks(tmp_path: Path):
    (tmp_path / "answers.csv").write_text("photo,model\n")
    with pytest.raises(DatasetError, match=r"answers\.csv lacks the column “file”"):
        find_table(tmp_path)
