"""Labels of classes: class id ↔ common name, scientific name, family; the CSV files that hold them; comparing names.

One name can be typed in several ways that look the same: an é as one character or as two (as macOS stores it), further
spaces, invisible characters. Wherever names of classes are compared, it is by `name_key`, or by `look_alike_key`.
"""

import csv
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from classifier.errors import DatasetError
from classifier.outputs.names import escape, unescape

CLASS_COLUMNS = ("class_id", "name", "scientific_name", "family")
DISTINCTION_COLUMNS = ("class_id", "other_id", "difference")
# Spaces of every width, but no line ends and other control characters.
_SPACES = re.compile(r"[^\S\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# What is not drawn, besides Unicode's format characters (Cf): fillers and selectors of variants
# (https://www.unicode.org/Public/UCD/latest/ucd/DerivedCoreProperties.txt, Default_Ignorable_Code_Point).
_NOT_DRAWN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
# Small letters, Cyrillic and then Greek, and the Latin ones that they look like, in small or in capitals.
_LATIN = str.maketrans("авеһікмнорсѕтухјԁԛԝαικνορτυχ", "abehikmhopcstyxjdqwaikvoptux")


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
    rows = _read_rows(path, CLASS_COLUMNS)
    classes = sorted(map(LabelClass.from_dict, rows), key=lambda label: label.class_id)
    if not classes:
        raise DatasetError(f"{path} lists no class.")
    ids = [label.class_id for label in classes]
    twice = sorted({class_id for class_id in ids if ids.count(class_id) > 1})
    if twice:
        raise DatasetError(f"{path} gives class id {twice[0]} more than once.")
    return tuple(classes)


def read_distinctions(path: Path) -> dict[frozenset[int], str]:
    """Read how people tell apart classes that are easily confused: a CSV file with `DISTINCTION_COLUMNS`.

    Returns:
        For a pair of class ids, the difference in a sentence or two; no pair where there is no file.

    Raises:
        DatasetError: the file cannot be read or lacks a column, or an id is not a whole number.
    """
    if not path.is_file():
        return {}
    try:
        return {
            frozenset((int(row["class_id"]), int(row["other_id"]))): row["difference"]
            for row in _read_rows(path, DISTINCTION_COLUMNS)
        }
    except ValueError as error:
        raise DatasetError(f"{path}: class_id and other_id are whole numbers; {error}.") from error


def _read_rows(path: Path, columns: Iterable[str]) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [column for column in columns if column not in (reader.fieldnames or ())]
            if missing:
                raise DatasetError(f"{path} lacks the column(s) {', '.join(missing)}; it needs {','.join(columns)}.")
            return list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DatasetError(f"The table of classes {path} cannot be read: {error}") from error


def class_name(folder: str) -> str:
    """Name of the class whose photos are in a folder: composed letters (NFC), single spaces, none at the ends.

    What cannot be printed, or is not UTF-8, is escaped as `outputs.names` says. "" if nothing else is left.
    """
    return escape(_SPACES.sub(" ", unicodedata.normalize("NFC", folder)).strip(" "))


def name_key(name: str) -> str:
    """Key of a class's name that is equal for names in which no difference can be seen: they are one class."""
    plain = _SPACES.sub(" ", unicodedata.normalize("NFC", unescape(name)))
    drawn = _NOT_DRAWN.sub("", "".join(letter for letter in plain if unicodedata.category(letter) != "Cf"))
    return unicodedata.normalize("NFC", _SPACES.sub(" ", drawn).strip(" "))


def look_alike_key(name: str) -> str:
    """Key of a class's name that is equal for names that are easily taken for each other.

    Case, width and alphabet of a letter make no difference: “Rose” and “rose”, “Ｒose”, “rоse” with a Cyrillic о. They
    may be two classes all the same, such as the letters A and a.
    """
    folded = unicodedata.normalize("NFKC", name_key(name)).casefold()
    return _SPACES.sub(" ", folded.translate(_LATIN)).strip(" ")


def look_alikes(names: Iterable[str]) -> list[tuple[str, ...]]:
    """Groups of two or more names that are easily taken for each other, in the order of `names`."""
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(look_alike_key(name), []).append(name)
    return [tuple(group) for group in groups.values() if len(group) > 1]
