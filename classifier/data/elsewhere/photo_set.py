"""Sets of photos from elsewhere: files, what kind each is of, and which classes count as right.

Named by a table:

    file,kind,class_ids,source
    photos/1.jpg,known,56|60,alice
    photos/2.jpg,other-plant,,bob

or by folders that are called as the classes, and others for strangers: rose/1.jpg, camellia/2.jpg.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from classifier.data.elsewhere.table import FILE, Row, Table, find_table, read_table
from classifier.data.folder_tree import LeftOut, entries_of, strays
from classifier.data.labels import LabelClass, look_alike_key
from classifier.errors import DatasetError
from classifier.outputs.names import escape, readable_name

KNOWN = "known"
STRANGER = "unknown"  # the kind of a row that says neither kind nor class
KIND = "kind"
# Columns with the right classes, the first that is there: in these two ids come before names, in the others after.
ID_COLUMNS = ("class_ids", "class_id")
CLASS_COLUMNS = (*ID_COLUMNS, "classes", "class", "labels", "label")
SOURCE_COLUMNS = ("source", "repository")
BETWEEN_CLASSES = "|"
# Where a table may have its photos, besides its own folder.
PHOTO_FOLDER = "photos"


@dataclass(frozen=True)
class SetPhoto:
    """Photo of a set.

    path: the file.
    kind: `KNOWN` for a photo of the classes, else any word for what it shows.
    positions: class positions that count as right, the photo's own class first; empty for a stranger.
    source: who or where it comes from; "" where that is not said.
    """

    path: Path
    kind: str
    positions: tuple[int, ...] = ()
    source: str = ""


@dataclass(frozen=True)
class PhotoSet:
    """Set of photos from elsewhere.

    name: of its table or folder.
    photos: those that can be measured.
    left_out: files and rows that cannot be, and why.
    source_column: the column that names the sources; None where there is none.
    """

    name: str
    photos: tuple[SetPhoto, ...]
    left_out: tuple[LeftOut, ...] = ()
    source_column: str | None = None


class ClassNames:
    """Class names and ids, and the positions in the logits that they stand for."""

    def __init__(self, classes: Sequence[LabelClass]) -> None:
        self._ids = {str(label.class_id): place for place, label in enumerate(classes)}
        self._names = {label.name: place for place, label in enumerate(classes)}
        folded = [look_alike_key(label.name) for label in classes]
        self._folded = {name: place for place, name in enumerate(folded) if folded.count(name) == 1}

    def position(self, text: str, *, ids_first: bool = False) -> int | None:
        """Position of the class with this name (in any case, if no other is called alike) or id; None without."""
        by_name = self._names.get(text, self._folded.get(look_alike_key(text)))
        found = (self._ids.get(text), by_name) if ids_first else (by_name, self._ids.get(text))
        return next((position for position in found if position is not None), None)

    def positions(self, text: str, *, ids_first: bool = False) -> tuple[int, ...]:
        """Positions of one class or of several with “|” between them; those that are unknown are left out."""
        whole = self.position(text, ids_first=ids_first)
        if whole is not None:
            return (whole,)
        found = [self.position(part.strip(), ids_first=ids_first) for part in text.split(BETWEEN_CLASSES)]
        return tuple(dict.fromkeys(position for position in found if position is not None))


def read_photo_set(
    place: Path,
    classes: Sequence[LabelClass],
    *,
    root: Path | None = None,
    only: Mapping[str, str] | None = None,
    by: str | None = None,
) -> PhotoSet:
    """Read a set of photos from elsewhere.

    Args:
        place: a table, a folder with one in it, or without a table a folder of folders: photos in a folder that is
            named as a class are known, others strangers of the kind that their folder is called.
        classes: that the photos are measured with, in the order of the logits.
        root: the folder that the table's files are relative to; by default the table's own.
        only: column → value of the rows to take.
        by: the column with the sources; by default `source` or `repository`, if there is one.

    Raises:
        DatasetError: there is no such place, the table makes no sense or leads out of its folder, or no photo is left.
    """
    place = place.expanduser()
    table = place if place.is_file() else find_table(_folder(place))
    if table is not None:
        found = _of_table(read_table(table).only(only or {}), ClassNames(classes), root=root or table.parent, by=by)
    elif root or only or by:
        raise DatasetError(f"There is no table in {readable_name(place)} whose files, rows or sources could be chosen.")
    else:
        found = _of_folders(place, ClassNames(classes))
    if not found.photos:
        reason = f" The first: {found.left_out[0].file}: {found.left_out[0].reason}" if found.left_out else ""
        raise DatasetError(f"{readable_name(table or place)} has no photo that can be measured.{reason}")
    return found


def _folder(place: Path) -> Path:
    if not place.is_dir():
        raise DatasetError(f"There is no {readable_name(place)}. Name a folder of photos, or a table (CSV) of them.")
    return place


def _of_table(table: Table, names: ClassNames, *, root: Path, by: str | None) -> PhotoSet:
    source = table.column(by) if by else table.first_of(SOURCE_COLUMNS)
    if KIND not in table.columns and not table.first_of(CLASS_COLUMNS):
        raise DatasetError(
            f"{readable_name(table.path)} says nothing of what the photos show: it needs a column “{KIND}” (“{KNOWN}”, "
            f"or a word for what is none of the classes), “class_ids” or “class”."
        )
    top = Path(os.path.abspath(root.expanduser()))
    photos: dict[Path, SetPhoto] = {}
    left_out = []
    for row in table.rows:
        path = path_of(row, table, top, advice="Name files in that folder, or another folder by --root.")
        found = _photo_of(row, table, names, path=path, source=row.cells[source] if source else "")
        if isinstance(found, SetPhoto) and path in photos:
            found = "It is in the table more than once."
        if isinstance(found, SetPhoto):
            photos[path] = found
        else:
            left_out.append(LeftOut(escape(row.cells[FILE]) or f"line {row.line}", found))
    return PhotoSet(table.path.name, tuple(photos.values()), tuple(left_out), source)


def path_of(row: Row, table: Table, top: Path, *, advice: str) -> Path:
    """Path of a row's file below `top`. A table that somebody sends must not lead to other files of this machine.

    Args:
        row: of the table.
        table: for the error.
        top: an absolute path.
        advice: what to do, for the end of the error.

    Raises:
        DatasetError: the file is elsewhere.
    """
    path = Path(os.path.normpath(top / row.cells[FILE]))
    if not path.is_relative_to(top):
        raise DatasetError(
            f"{table.where(row)}: {readable_name(Path(row.cells[FILE]))} is outside of {readable_name(top)}. {advice}"
        )
    inner = top / PHOTO_FOLDER / path.relative_to(top)
    return inner if not path.is_file() and inner.is_file() else path


def _photo_of(row: Row, table: Table, names: ClassNames, *, path: Path, source: str) -> SetPhoto | str:
    """The photo of a row, or why it is left out."""
    column = table.first_of(CLASS_COLUMNS)
    said = row.cells[column] if column else ""
    kind = row.cells.get(KIND, "") or (KNOWN if said else STRANGER)
    kind = KNOWN if kind.lower() == KNOWN else kind
    positions = names.positions(said, ids_first=column in ID_COLUMNS) if said else ()
    if not row.cells[FILE]:
        return "The row names no file."
    if not path.is_file():
        return "There is no such file."
    if kind == KNOWN and not said:
        return "It is known, but the table does not say which class it shows."
    if kind == KNOWN and not positions:
        return f"The checkpoint knows no class “{said}”."
    if kind != KNOWN and positions:
        return f"Its kind is “{kind}”, but “{said}” is a class of the checkpoint; its photos are of the kind “{KNOWN}”."
    return SetPhoto(path, escape(kind), positions, escape(source))


def _of_folders(root: Path, names: ClassNames) -> PhotoSet:
    entries, left_out = entries_of(root)
    left_out += strays(root, entries)
    photos = []
    for entry in entries:
        kind = readable_name(Path(entry.class_name))
        position = names.position(kind)
        if position is not None:
            photos.append(SetPhoto(root / entry.file, KNOWN, (position,)))
        elif kind.lower() == KNOWN:
            left_out.append(LeftOut(entry.file, "Known photos are in a folder that is named as their class."))
        else:
            photos.append(SetPhoto(root / entry.file, kind))
    return PhotoSet(root.resolve().name, tuple(photos), tuple(left_out))
