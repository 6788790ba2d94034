import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.outputs.tables import BOM, csv_text, from_cell, read_header, to_cell, with_mark

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=30)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "＝", "＋", "－", "＠", "'=", " =", "''-"])
@pytest.mark.parametrize("before", ["", "rose;"])
def test_no_cell_is_a_formula(start: str, before: str) -> None:
    text = f"{before}{start}cmd|' /C calc'!A0"
    assert to_cell(text) == f"{before}'{start}cmd|' /C calc'!A0"
    assert from_cell(f"{to_cell(text)}") == text


@pytest.mark.parametrize("start", ["\t=1", "\r=1", "\n=1"])
def test_no_cell_begins_with_a_tab_or_a_line_end(start: str) -> None:
    assert str(to_cell(start)).startswith("\\")
    assert from_cell(str(to_cell(start))) == start


@pytest.mark.parametrize("value", ["rose.jpg", "'tis a rose", "a-b=c", "", -0.5, 3, None])
def test_other_cells_stay_as_they_are(value: object) -> None:
    assert to_cell(value) == value


@given(ANY_TEXT)
def test_every_text_comes_back_from_a_cell(text: str) -> None:
    assert from_cell(str(to_cell(text))) == text


@given(st.lists(st.lists(ANY_TEXT, min_size=2, max_size=2), min_size=1, max_size=4))
def test_a_row_is_a_line_whatever_is_in_it(rows: list[list[str]]) -> None:
    text = csv_text(rows)
    assert len(text.splitlines()) == text.count("\n") == len(rows)
    read = [[from_cell(cell) for cell in row] for row in csv.reader(io.StringIO(text, newline=""))]
    assert read == rows


def test_only_what_needs_it_gets_a_byte_order_mark() -> None:
    assert with_mark("rose\n") == "rose\n"
    assert with_mark("郁金香\n").encode().startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize(
    ("content", "columns"),
    [
        (b"a,b\n1,2\n", ["a", "b"]),
        (b"\xef\xbb\xbfa,b\r\n1,2\r\n", ["a", "b"]),
        (b"a,b", ["a", "b"]),
        (b'"a ""1""",b\n', ['a "1"', "b"]),
        (b"", []),
        (b"\xff\xd8\xff\xe0", []),
        (BOM.encode("utf-16"), []),
        (b'"a\x00\n', ["a\x00"]),
    ],
)
def test_the_header_of_whatever_there_is(tmp_path: Path, content: bytes, columns: list[str]) -> None:
    (tmp_path / "x").write_bytes(content)
    assert read_header(tmp_path / "x") == columns
