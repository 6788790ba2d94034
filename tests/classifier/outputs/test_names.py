import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.outputs.names import escape, readable_name, unescape

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=40)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("rose.jpg", "rose.jpg"),
        ("蓝色 é 😀.jpg", "蓝色 é 😀.jpg"),
        ("a\nb\r\tc", r"a\nb\r\tc"),
        ("a\\nb", r"a\\nb"),
        ("\x1b[31mred\x07", r"\u001b[31mred\u0007"),
        ("\x85\u2028\u202egpj.exe", r"\u0085\u2028\u202egpj.exe"),
        ("caf\udce8.jpg", r"caf\xe8.jpg"),
        ("\ufeffrose", r"\ufeffrose"),
        ("\ud800", r"\ud800"),
    ],
)
def test_odd_letters_are_escaped_and_come_back(name: str, written: str) -> None:
    assert escape(name) == written
    assert unescape(written) == name


@given(ANY_TEXT)
def test_every_text_comes_back_from_one_line_of_utf_8(text: str) -> None:
    written = escape(text)
    assert len(written.splitlines()) <= 1
    assert written.encode().decode() == written
    assert json.loads(json.dumps(written)) == written
    assert unescape(written) == text


@given(st.binary(min_size=1, max_size=30))
def test_every_name_of_a_file_comes_back(name: bytes) -> None:
    assert os.fsencode(unescape(readable_name(Path(os.fsdecode(name))))) == os.fsencode(Path(os.fsdecode(name)))


def test_two_names_never_become_one() -> None:
    assert readable_name(Path(os.fsdecode(b"caf\xe8"))) != readable_name(Path(os.fsdecode(b"caf\xe9")))
    assert escape("\n") != escape("\\n")


def test_what_was_never_escaped_stays() -> None:
    assert unescape(r"C:\photos\q.jpg \x41 \u12") == r"C:\photos\q.jpg \x41 \u12"
