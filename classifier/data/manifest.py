"""Manifests: the photos of a collection as a CSV file, which says all but their pixels."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from classifier.data.collection import Photo
from classifier.errors import DatasetError
from classifier.files import write_text
from classifier.outputs.kinds import MANIFEST_COLUMNS
from classifier.outputs.tables import csv_text, from_cell, read_header, with_mark

_SUFFIX = "_split"


def read_manifest(path: Path) -> tuple[Photo, ...]:
    """Read photos from a manifest: image_id,class_id,[file,]width,height,mean_r,mean_g,mean_b and a column per split.

    The column `NAME_split` holds the split called NAME, the column `split` the one called "split". An empty cell means
    that the photo is in no part. Without the column `file`, the paths are those of torchvision's `Flowers102`.

    Raises:
        DatasetError: the file is missing, lacks a column, or a row makes no sense (the message names its line).
    """
    try:
        # A spreadsheet may have saved it with semicolons. Earlier versions wrote bytes of file names that are not UTF-8
        # as they are; surrogateescape brings them back unchanged.
        delimiter = ";" if MANIFEST_COLUMNS[0] in read_header(path, delimiter=";") else ","
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            reader = csv.DictReader(file, delimiter=delimiter)
            columns = reader.fieldnames or ()
            missing = [column for column in MANIFEST_COLUMNS if column not in columns]
            if missing:
                raise DatasetError(f"{path} lacks the column(s) {', '.join(missing)}.")
            names = {column: column.removesuffix(_SUFFIX) for column in columns if _is_split(column)}
            return tuple(_photo(row, names, where=f"{path}, line {reader.line_num}") for row in reader)
    except (OSError, csv.Error) as error:
        raise DatasetError(f"The manifest {path} cannot be read: {error}") from error


def write_manifest(path: Path, photos: Iterable[Photo]) -> None:
    """Write what `read_manifest` reads, in the order of the image ids; the file appears complete or not at all.

    Raises:
        OSError: the folder cannot be written.
    """
    ordered = sorted(photos, key=lambda photo: photo.image_id)
    names = sorted({name for photo in ordered for name in photo.splits})
    with_file = any(photo.file != oxford_file(photo.image_id) for photo in ordered)
    split_columns = [name if name == "split" else name + _SUFFIX for name in names]
    rows: list[list[object]] = [
        ["image_id", "class_id", *(["file"] if with_file else []), *split_columns, *MANIFEST_COLUMNS[2:]],
        *(
            [
                *(photo.image_id, photo.class_id, *([photo.file] if with_file else [])),
                *(photo.splits.get(name, "") for name in names),
                *(photo.width, photo.height, *photo.mean_colour),
            ]
            for photo in ordered
        ),
    ]
    write_text(path, with_mark(csv_text(rows)))


def manifest_of(checkpoint: Path) -> Path:
    """Path of the manifest of a checkpoint's training photos: rose.safetensors → rose.manifest.csv."""
    return checkpoint.with_name(f"{checkpoint.stem}.manifest.csv")


def first_split(photos: Sequence[Photo]) -> str:
    """Name of the way to split that is meant where none is named: "split", or the first where there is no such."""
    names = dict.fromkeys(name for photo in photos for name in photo.splits)
    return "split" if "split" in names else next(iter(names), "split")


def _is_split(column: str) -> bool:
    return column == "split" or column.endswith(_SUFFIX)


def _photo(row: Mapping[str, str], split_columns: Mapping[str, str], *, where: str) -> Photo:
    try:
        image_id, class_id, width, height, red, green, blue = (int(row[column]) for column in MANIFEST_COLUMNS)
        splits = {name: row[column] for column, name in split_columns.items() if row[column]}
        file = from_cell(row.get("file") or "") or oxford_file(image_id)
        return Photo(image_id, class_id, splits, width, height, (red, green, blue), file)
    except (DatasetError, TypeError, ValueError) as error:
        raise DatasetError(f"{where}: {error}") from error


def oxford_file(image_id: int) -> str:
    """Path of a photo as torchvision's `Flowers102` has it, relative to its root."""
    return f"flowers-102/jpg/image_{image_id:05d}.jpg"
