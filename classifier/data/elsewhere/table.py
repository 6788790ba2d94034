"""Tables of photos as people write them: CSV with commas, semicolons or tabs, with or without a byte order mark."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from classifier.errors import DatasetError
from classifier.outputs.kinds import LEFT_OUT, MANIFEST, PREDICTIONS
from classifier.outputs.names import readable_name
from classifier.outputs.tables import read_header
from classifier.photos.finding import is_litter

FILE = "file"
_DELIMITERS = (",", ";", "\t")
_MOST_NAMED = 8
# What commands write among photos, and nobody measures on.
_OURS = (MANIFEST, LEFT_OUT, PREDICTIONS)


@dataclass(frozen=True)
class Row:
    """Row of a table: its line in the file, and its cells by column, without spaces around them."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Table:
    """Table of photos.

    path: the file.
    columns: in lower case, as in its first line.
    rows: in their order, empty ones left out.
    """

    path: Path
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def first_of(self, names: Sequence[str]) -> str | None:
        """The first of these columns that the table has."""
        return next((name for name in names if name in self.columns), None)

    def where(self, row: Row) -> str:
        """Where a row is, for an error: "photos.csv, line 3"."""
        return f"{readable_name(self.path)}, line {row.line}"

    def only(self, wanted: Mapping[str, str]) -> "Table":
        """The rows whose cells have these values, by column.

        Raises:
            DatasetError: there is no such column, or no such row.
        """
        rows = self.rows
        for name, value in wanted.items():
            column = self.column(name)
            found = tuple(row for row in rows if row.cells[column] == value)
            if rows and not found:
                raise DatasetError(
                    f"{readable_name(self.path)} has no row with “{value}” in the column {column}, only with "
                    f"{_some(sorted({row.cells[column] for row in rows}))}."
                )
            rows = found
        return Table(self.path, self.columns, rows)

    def column(self, name: str) -> str:
        """The column of a name, in any case; raises DatasetError where there is none."""
        if name.strip().lower() not in self.columns:
            raise DatasetError(f"{readable_name(self.path)} has no column “{name}”; it has {_some(self.columns)}.")
        return name.strip().lower()


def read_table(path: Path) -> Table:
    """Read a table of photos.

    Raises:
        DatasetError: it cannot be read, is not UTF-8 text, or has no column `file`.
    """
    try:
        delimiter = _delimiter(path)
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, delimiter=delimiter, skipinitialspace=True)
            columns = _columns(next(reader, []))
            rows = [
                Row(reader.line_num, {name: cell.strip() for name, cell in _padded(columns, cells)})
                for cells in reader
                if any(cell.strip() for cell in cells)
            ]
    except OSError as error:
        raise DatasetError(f"{readable_name(path)} cannot be read: {error.strerror}. Check the path.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise DatasetError(
            f"{readable_name(path)} is not a table in UTF-8 ({error}). If a spreadsheet saved it, save it there as "
            "“CSV UTF-8”."
        ) from error
    if FILE not in columns:
        raise DatasetError(
            f"{readable_name(path)} lacks the column “{FILE}”; it has {_some(columns)}. Its first line names the "
            "columns: file, kind, class_ids (or class), and perhaps source."
        )
    return Table(path, columns, tuple(rows))


def find_table(folder: Path) -> Path | None:
    """The table of photos that is in a folder; None where there is no CSV but our own.

    Raises:
        DatasetError: there is more than one, or a CSV that is no such table, or the folder cannot be read.
    """
    try:
        found = sorted(
            path
            for path in folder.iterdir()
            if path.suffix.lower() == ".csv" and not is_litter(path.name) and path.is_file()
        )
        found = [path for path in found if not any(kind.is_kind_of(path) for kind in _OURS)]
        tables = [path for path in found if FILE in _columns(read_header(path, delimiter=_delimiter(path)))]
    except OSError as error:
        raise DatasetError(f"{readable_name(folder)} cannot be read: {error.strerror}. Name another folder.") from error
    if len(tables) > 1:
        names = _some([readable_name(path) for path in tables])
        raise DatasetError(f"Several tables of photos are in {readable_name(folder)}: {names}. Name the one you mean.")
    if found and not tables:
        read_table(found[0])  # says what is wrong with it
    return tables[0] if tables else None


def _delimiter(path: Path) -> str:
    """What separates the cells of the first line: that with which it has a column `file`, else a comma."""
    for delimiter in _DELIMITERS:
        if FILE in _columns(read_header(path, delimiter=delimiter)):
            return delimiter
    return _DELIMITERS[0]


def _columns(cells: Sequence[str]) -> tuple[str, ...]:
    return tuple(cell.strip().lower() for cell in cells)


def _padded(columns: Sequence[str], cells: Sequence[str]) -> list[tuple[str, str]]:
    """Columns with their cells: missing cells are empty, those beyond the last column are left out."""
    return list(zip(columns, [*cells, *[""] * len(columns)], strict=False))


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return (", ".join(f"“{name}”" for name in names[:_MOST_NAMED]) or "none") + more
