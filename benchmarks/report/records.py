"""Records of measurements: what each benchmark found, kept as JSON so that one can be repeated without the others."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from classifier.files import write_text

FORMAT = 1


@dataclass(frozen=True)
class Table:
    """Table as it is shown: the first column has names, the others figures with their unit in the column's name."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Result:
    """What one benchmark found.

    tables: for readers.
    figures: those that `targets.TARGETS` asks for, by their keys.
    notes: sentences, such as what could not be measured, and why.
    """

    tables: tuple[Table, ...] = ()
    figures: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Record:
    """A result and how it came about.

    date: ISO, of the day.
    command: that measures it.
    machine: what `machine.describe_machine` says.
    others_percent: share of the cores' time that other programs took meanwhile; None where it does not matter or
        nobody can tell.
    """

    result: Result
    date: str
    command: str
    machine: Mapping[str, str]
    others_percent: float | None


def read_records(path: Path) -> dict[str, Record]:
    """Records by the name of their benchmark; none where there is no file.

    Raises:
        ValueError: the file is damaged or of another version.
    """
    if not path.is_file():
        return {}
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        if values["format"] != FORMAT:
            raise ValueError(f"its format is {values['format']}, not {FORMAT}")
        return {name: _record(record) for name, record in values["records"].items()}
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(
            f"{path} has no records of benchmarks that can be read ({error}). Delete it and run `make bench`."
        ) from error


def write_records(path: Path, records: Mapping[str, Record]) -> None:
    """Write all records, whole or not at all."""
    values = {"format": FORMAT, "records": {name: asdict(record) for name, record in records.items()}}
    write_text(path, json.dumps(values, indent=1, ensure_ascii=False, sort_keys=True) + "\n")


def _record(values: Mapping[str, Any]) -> Record:
    result = values["result"]
    tables = tuple(
        Table(table["title"], tuple(table["columns"]), tuple(map(tuple, table["rows"]))) for table in result["tables"]
    )
    figures = {key: float(value) for key, value in result["figures"].items()}
    return Record(
        Result(tables, figures, tuple(result["notes"])),
        date=values["date"],
        command=values["command"],
        machine=dict(values["machine"]),
        others_percent=values["others_percent"],
    )
