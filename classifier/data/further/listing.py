"""Listing further photos: what a folder or a table names, before any file is opened.

A table is a CSV with the column `file` (relative to the table's folder) and, for known photos, `class_ids`, `class_id`
or `class`. `kind` says which rows are “known”; without it, those with a class are. `source` or `repository` says where
a photo comes from.
"""

import csv
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from classifier.data.folder_tree import LeftOut, entries_of, is_split, strays
from classifier.data.further.names import ClassNames
from classifier.data.labels import LabelClass
from classifier.errors import DatasetError
from classifier.outputs.names import escape, readable_name
from classifier.outputs.tables import from_cell, read_header
from classifier.photos.finding import files_in

KNOWN = "known"  # the kind of a photo that shows one of the classes
ID_COLUMNS, NAME_COLUMN = ("class_ids", "class_id"), "class"
TABLE_SUFFIX = ".csv"
SOURCE_COLUMNS = ("source", "repository")


@dataclass(frozen=True)
class Listed:
    """File that a folder or a table lists.

    file: relative to the listing's folder, with forward slashes; absolute if the table says so.
    targets: positions of the classes that count as right, in order; () for a stranger.
    source: where the photo comes from; "" where nothing says so.
    """

    file: str
    targets: tuple[int, ...] = ()
    source: str = ""


@dataclass(frozen=True)
class Listing:
    """Files that a folder or a table lists, relative to `folder`, and what was left out on the way."""

    folder: Path
    files: tuple[Listed, ...]
    left_out: tuple[LeftOut, ...] = field(default=())


def folder_of(path: Path) -> Path:
    """Folder that the files of a listing are relative to: the listing's own path, or that of the table's folder."""
    is_table = path.is_file() or (path.suffix.lower() == TABLE_SUFFIX and not path.is_dir())
    return path.parent if is_table else path


def list_also(path: Path, classes: Sequence[LabelClass]) -> Listing:
    """List the known photos of a table, or of a folder with a folder of photos a class.

    Args:
        path: of the table or the folder.
        classes: in the order of their positions.

    Raises:
        DatasetError: there is no such thing, it lists no known photo, or names a class that is none.
    """
    names = ClassNames(classes)
    if path.is_dir():
        return _list_class_folders(path, names)
    files = []
    for row, where in _rows(path, option="--also"):
        if _is_known(row):
            try:
                files.append(Listed(_file(row, path, where), _targets(row, names), _source(row)))
            except DatasetError as error:
                raise DatasetError(f"{where}: {error}") from error
    if not files:
        raise DatasetError(
            f"{path} lists no known photo: --also takes rows of kind “{KNOWN}”, or with a class in one of the columns "
            f"{', '.join((*ID_COLUMNS, NAME_COLUMN))}."
        )
    return Listing(folder_of(path), tuple(files))


def list_strangers(path: Path) -> Listing:
    """List the strangers of a table, or all files below a folder. Raises as `list_also`, and UnreadableFile."""
    if path.is_dir():
        return Listing(path, tuple(Listed(file.relative_to(path).as_posix()) for file in files_in(path)))
    files = tuple(
        Listed(_file(row, path, where), source=_source(row))
        for row, where in _rows(path, option="--strangers")
        if not _is_known(row)
    )
    if not files:
        raise DatasetError(
            f"{path} lists no stranger: --strangers takes rows of any kind but “{KNOWN}”; in a table without the "
            "column kind, rows without a class."
        )
    return Listing(folder_of(path), files)


def _list_class_folders(root: Path, names: ClassNames) -> Listing:
    if is_split(root):
        raise DatasetError(
            f"{root} has train, valid or test folders. Name the one that is to be learnt from, such as {root}/train."
        )
    entries, left_out = entries_of(root)
    targets = {}
    for name in dict.fromkeys(entry.class_name for entry in entries):
        try:
            targets[name] = names.of_names(readable_name(Path(name)))
        except DatasetError as error:
            raise DatasetError(f"{root}: folders are called as the classes or by their ids. {error}") from error
    if not entries:
        raise DatasetError(f"{root} has no folder with files in it. --also needs one folder of photos a class.")
    files = tuple(Listed(entry.file, targets[entry.class_name]) for entry in entries)
    return Listing(root, files, (*left_out, *strays(root, entries)))


def _rows(path: Path, *, option: str) -> Iterator[tuple[Mapping[str, str], str]]:
    """Rows of a table, each with a word about where it is."""
    try:
        delimiter = ";" if "file" in read_header(path, delimiter=";") else ","  # as some spreadsheets save it
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            reader = csv.DictReader(file, delimiter=delimiter)
            if path.suffix.lower() != TABLE_SUFFIX or "file" not in (reader.fieldnames or ()):
                raise DatasetError(
                    f"{path} is no .csv with the column “file”. {option} takes such a table or a folder of photos."
                )
            for row in reader:
                yield row, f"{path}, line {reader.line_num}"
    except FileNotFoundError as error:
        raise DatasetError(f"There is no {path}. {option} takes a .csv or a folder of photos.") from error
    except (OSError, csv.Error) as error:
        raise DatasetError(f"The table {path} cannot be read: {error}") from error


def _cell(row: Mapping[str, str], column: str) -> str:
    return (row.get(column) or "").strip()


def _classes(row: Mapping[str, str]) -> str:
    return next((cell for column in (*ID_COLUMNS, NAME_COLUMN) if (cell := _cell(row, column))), "")


def _is_known(row: Mapping[str, str]) -> bool:
    kind = _cell(row, "kind")
    return kind.casefold() == KNOWN if kind else bool(_classes(row))


def _targets(row: Mapping[str, str], names: ClassNames) -> tuple[int, ...]:
    ids = next((cell for column in ID_COLUMNS if (cell := _cell(row, column))), "")
    if ids:
        return names.of_ids(ids)
    if name := _cell(row, NAME_COLUMN):
        return names.of_names(from_cell(name))
    raise DatasetError(f"A known photo has its class in one of the columns {', '.join((*ID_COLUMNS, NAME_COLUMN))}.")


def _file(row: Mapping[str, str], table: Path, where: str) -> str:
    # Surrounding spaces may be part of a file's name, but a cell of spaces is none.
    if not _cell(row, "file"):
        raise DatasetError(f"{where}: the column file is empty.")
    text = row["file"]
    # Our own tables escape names; in a table of somebody else, a backslash is one.
    return text if os.path.exists(folder_of(table) / text) else from_cell(text)


def _source(row: Mapping[str, str]) -> str:
    return escape(next((cell for column in SOURCE_COLUMNS if (cell := from_cell(_cell(row, column)))), ""))
