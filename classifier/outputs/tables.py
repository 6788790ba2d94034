"""Tables as CSV that spreadsheets show as they are: UTF-8, one line a row, and no cell that is a formula.

A spreadsheet computes a cell that begins with = + - or @, and a formula may send data away or start a program
(https://owasp.org/www-community/attacks/CSV_Injection). Such cells get an apostrophe in front, as OWASP advises;
reading takes it away again. Excel reads UTF-8 only after a byte order mark.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from classifier.outputs.names import escape, unescape

BOM = "\ufeff"
HEADER_BYTES = 65536  # of a file, to look for its first line in
# Also after a semicolon, where spreadsheets of many countries begin a new cell. ＝ and the like are the wide forms,
# which some spreadsheets take for the same.
_FORMULA = r"['\s]*[=+\-@＝＋－＠]"
_STARTS = re.compile(rf"(^|;)(?={_FORMULA})")
_MARKED = re.compile(rf"(^|;)'(?={_FORMULA})")


def to_cell(value: object) -> object:
    """Cell for a value: texts in one line and never a formula, anything else as it is."""
    return _STARTS.sub(r"\1'", escape(value)) if isinstance(value, str) else value


def from_cell(text: str) -> str:
    """Restore the text that `to_cell` was given."""
    return unescape(_MARKED.sub(r"\1", text))


def csv_text(rows: Iterable[Sequence[object]], *, line_end: str = "\n") -> str:
    """Rows as CSV text, each ended by `line_end`."""
    text = io.StringIO()
    csv.writer(text, lineterminator=line_end).writerows([to_cell(value) for value in row] for row in rows)
    return text.getvalue()


def with_mark(text: str) -> str:
    """Text with a byte order mark in front, if it needs one to be read right by Excel."""
    return text if text.isascii() else BOM + text


def read_header(path: Path, *, delimiter: str = ",") -> list[str]:
    """Read the columns of a table; [] if the file does not begin with a line of UTF-8 text.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        line, end, _ = file.read(HEADER_BYTES).partition(b"\n")
    try:
        text = line.decode("utf-8-sig").removesuffix("\r")
        return next(csv.reader([text], delimiter=delimiter), []) if end or text else []
    except (UnicodeDecodeError, csv.Error):
        return []
