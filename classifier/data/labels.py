"""Labels of classes: class id ↔ common name, scientific name, family; and the CSV file that holds them."""

import csv
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from classifier.errors import DatasetError

CLASS_COLUMNS = ("class_id", "name", "scientific_name", "family")


@dataclass(frozen=True)
class LabelClass:
    """Class with its names.

    class_id: as in the data set's own files (Oxford's are 1-102), not the position in the network's output.
    name: common name as users see it, e.g. "Sword lily".
    scientific_name: without authors, at the rank that fits the class: "Aconitum napellus", or "Rosa" for garden roses.
    family: botanical family, e.g. "Iridaceae".
    """

    class_id: int
    name: str
    scientific_name: str | None = None
    family: str | None = None

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise DatasetError(f"Class {self.class_id} has no name; every class needs one.")

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "LabelClass":
        """The inverse of `to_dict`; unknown keys are ignored, so that newer files stay readable.

        Raises:
            DatasetError: `class_id` or `name` is missing, or `class_id` is not a whole number.
        """
        try:
            class_id, name = int(values["class_id"]), values["name"].strip()
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise DatasetError(f"A class needs a whole-numbered class_id and a name; got {dict(values)!r}.") from error
        return cls(class_id, name, values.get("scientific_name") or None, values.get("family") or None)


def read_classes(path: Path) -> tuple[LabelClass, ...]:
    """Read the classes of a CSV file with the columns class_id, name, scientific_name, family, sorted by id.

    Raises:
        DatasetError: the file is missing, lacks a column, is empty, or gives an id twice.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [column for column in CLASS_COLUMNS if column not in (reader.fieldnames or ())]
            if missing:
                raise DatasetError(
                    f"{path} lacks the column(s) {', '.join(missing)}; it needs {','.join(CLASS_COLUMNS)}."
                )
            classes = sorted((LabelClass.from_dict(row) for row in reader), key=lambda label: label.class_id)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DatasetError(f"The table of classes {path} cannot be read: {error}") from error
    if not classes:
        raise DatasetError(f"{path} lists no class.")
    ids = [label.class_id for label in classes]
    twice = sorted({class_id for class_id in ids if ids.count(class_id) > 1})
    if twice:
        raise DatasetError(f"{path} gives class id {twice[0]} more than once.")
    return tuple(classes)
