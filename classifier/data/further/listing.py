"""Listing further photos: what a folder or a table names, before any file is opened.

Tables are those of `data.elsewhere`: rows of kind “known” show one of the classes, all others are strangers.
"""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from classifier.data.elsewhere.photo_set import (
    BETWEEN_CLASSES,
    CLASS_COLUMNS,
    ID_COLUMNS,
    KIND,
    KNOWN,
    SOURCE_COLUMNS,
    ClassNames,
    path_of,
)
from classifier.data.elsewhere.table import FILE, Row, Table, read_table
from classifier.data.folder_tree import LeftOut, entries_of, is_split, strays
from classifier.data.labels import LabelClass
from classifier.errors import DatasetError
from classifier.outputs.names import escape, readable_name
from classifier.photos.finding import files_in

TABLE_SUFFIX = ".csv"


@dataclass(frozen=True)
class Listed:
    """File that a folder or a table lists.

    file: relative to the listing's folder, with forward slashes.
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
    if path.is_dir():
        return _list_class_folders(path, classes)
    table, files = _read(path, option="--also"), []
    for row in table.rows:
        if _is_known(row, table):
            try:
                files.append(_listed(row, table, targets=_targets(row, table, classes)))
            except DatasetError as error:
                raise DatasetError(f"{table.where(row)}: {error}") from error
    if not files:
        raise DatasetError(
            f"{readable_name(path)} lists no known photo: --also takes rows of kind “{KNOWN}”, or with a class in "
            f"{', '.join(CLASS_COLUMNS)}."
        )
    return Listing(folder_of(path), tuple(files))


def list_strangers(path: Path, classes: Sequence[LabelClass]) -> Listing:
    """List the strangers of a table, or all files below a folder. Raises as `list_also`, and UnreadableFile."""
    if path.is_dir():
        return Listing(path, tuple(Listed(file.relative_to(path).as_posix()) for file in files_in(path)))
    table, names = _read(path, option="--strangers"), ClassNames(classes)
    files, left_out = [], []
    for row in table.rows:
        if not _is_known(row, table):
            said, ids_first = _classes(row, table)
            if names.positions(said, ids_first=ids_first):
                reason = f"Its kind is “{row.cells[KIND]}”, but “{said}” is one of the classes."
                left_out.append(LeftOut(row.cells[FILE], reason))
            else:
                files.append(_listed(row, table))
    if not (files or left_out):
        raise DatasetError(
            f"{readable_name(path)} lists no stranger: --strangers takes rows of any kind but “{KNOWN}”; in a table "
            f"without the column {KIND}, rows without a class."
        )
    return Listing(folder_of(path), tuple(files), tuple(left_out))


def _read(path: Path, *, option: str) -> Table:
    if path.suffix.lower() != TABLE_SUFFIX or not path.is_file():
        raise DatasetError(
            f"{readable_name(path)} is neither a {TABLE_SUFFIX} nor a folder of photos; {option} takes one of the two."
        )
    return read_table(path)


def _list_class_folders(root: Path, classes: Sequence[LabelClass]) -> Listing:
    if is_split(root):
        raise DatasetError(
            f"{root} has train, valid or test folders. Name the one that is to be learnt from, such as {root}/train."
        )
    entries, left_out = entries_of(root)
    targets = {}
    for name in dict.fromkeys(entry.class_name for entry in entries):
        try:
            targets[name] = _positions(readable_name(Path(name)), classes, ids_first=False)
        except DatasetError as error:
            raise DatasetError(f"{root}: folders are called as the classes or by their ids. {error}") from error
    if not entries:
        raise DatasetError(f"{root} has no folder with files in it. --also needs one folder of photos a class.")
    files = tuple(Listed(entry.file, targets[entry.class_name]) for entry in entries)
    return Listing(root, files, (*left_out, *strays(root, entries)))


def _classes(row: Row, table: Table) -> tuple[str, bool]:
    """What a row says of its classes, and whether numbers are ids before they are names."""
    column = table.first_of(CLASS_COLUMNS)
    return (row.cells[column] if column else ""), column in ID_COLUMNS


def _is_known(row: Row, table: Table) -> bool:
    kind = row.cells.get(KIND, "")
    return kind.lower() == KNOWN if kind else bool(_classes(row, table)[0])


def _targets(row: Row, table: Table, classes: Sequence[LabelClass]) -> tuple[int, ...]:
    said, ids_first = _classes(row, table)
    if not said:
        raise DatasetError(f"A known photo needs its class, in one of the columns {', '.join(CLASS_COLUMNS)}.")
    return _positions(said, classes, ids_first=ids_first)


def _positions(text: str, classes: Sequence[LabelClass], *, ids_first: bool) -> tuple[int, ...]:
    """Positions of all classes that a text names; raises DatasetError where one of them is none."""
    names = ClassNames(classes)
    whole = names.position(text, ids_first=ids_first)
    found = {} if whole is None else {text: whole}
    for part in () if found else text.split(BETWEEN_CLASSES):
        position = names.position(part.strip(), ids_first=ids_first)
        if position is None:
            near = difflib.get_close_matches(part.strip(), [label.name for label in classes], n=2)
            meant = f" Did you mean {' or '.join(f'“{name}”' for name in near)}?" if near else ""
            raise DatasetError(
                f"“{part.strip()}” is neither the name nor the id of one of the {len(classes)} classes.{meant}"
            )
        found[part] = position
    return tuple(sorted(set(found.values())))


def _listed(row: Row, table: Table, *, targets: tuple[int, ...] = ()) -> Listed:
    if not row.cells[FILE]:
        raise DatasetError(f"{table.where(row)}: the column {FILE} is empty.")
    top = folder_of(table.path).absolute()
    path = path_of(row, table, top, advice="Name files in that folder.")
    source = table.first_of(SOURCE_COLUMNS)
    return Listed(path.relative_to(top).as_posix(), targets, escape(row.cells[source]) if source else "")
