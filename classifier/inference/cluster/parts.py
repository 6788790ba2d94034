"""Parts of the work: a plan of which photos are in which part, kept where the answers go, and which parts are done.

    answers/plan.json               the sources, the model, the columns; how many parts, once all photos are listed
    answers/plan/000000.json        the photos of part 0
    answers/part-000000.parquet     their predictions: it exists when all are there, since files are written whole

A run that is stopped leaves whole parts. The next one reads the plan instead of listing millions of photos again, and
does the parts that are missing. A part that two workers did is the same file twice.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

from classifier.errors import OutputError, SettingError
from classifier.files import to_json
from classifier.inference.cluster.photos import Photo
from classifier.inference.cluster.storage import Place
from classifier.photos.streaming import batches, ignore

PLAN = "plan.json"
OTHER = "Name another folder by --parts."
_SCHEMA = "florascope-parts-1"


@dataclass(frozen=True)
class Plan:
    """What is done in parts.

    Attributes:
        sources: as the user named them.
        model: what the predictions come from.
        top_k: classes a row.
        form: of the parts' files, “parquet” or “csv”.
        part_size: photos a part; the last one may have fewer.
        parts: how many there are; None while photos are being listed.
        photos: how many there are in all.
    """

    sources: tuple[str, ...]
    model: str
    top_k: int
    form: str
    part_size: int
    parts: int | None = None
    photos: int = 0

    def file_of(self, part: int) -> str:
        """Name of the file with a part's predictions."""
        return f"part-{part:06}.{self.form}"


def make_plan(
    place: Place, wanted: Plan, photos: Iterable[Photo], *, step: Callable[[int], object] = ignore
) -> tuple[Plan, bool]:
    """Make the plan, or take up the one that is there.

    Args:
        place: where plan and predictions go.
        wanted: what this run is to do, without numbers of parts and photos.
        photos: are listed only where there is no whole plan yet, a part at a time in memory.
        step: is called with the number of photos listed so far.

    Returns:
        The plan, and whether it was there.

    Raises:
        OutputError: something else is in the place, or it cannot be written.
        SettingError: the plan there is about another model, other sources or another form.
    """
    names = place.names()
    if PLAN in names:
        found = _read(place)
        _check_same(place, found, wanted)
        if found.parts is not None:
            return found, True
    elif names:
        some = ", ".join(sorted(names)[:3])
        raise OutputError(f"{place.address} is not empty ({some}), and not a folder of “predict --parts”. {OTHER}")
    _write(place, wanted)  # says whose folder it is before anything else is in it
    part = listed = 0
    for part, batch in enumerate(batches(photos, wanted.part_size), start=1):
        place.write(_list_of(part - 1), to_json(batch).encode())
        listed += len(batch)
        step(listed)
    made = replace(wanted, parts=part, photos=listed)
    _write(place, made)
    return made, False


def missing_parts(place: Place, plan: Plan) -> list[int]:
    """Numbers of the parts that have no file yet, in order."""
    names = place.names()
    return [part for part in range(plan.parts or 0) if plan.file_of(part) not in names]


def read_part(place: Place, part: int) -> list[Photo]:
    """Photos of a part.

    Raises:
        OutputError: the plan's file cannot be read, or is damaged.
    """
    try:
        return [Photo(name, size) for name, size in json.loads(place.read(_list_of(part)))]
    except (ValueError, TypeError) as error:
        raise _damaged(place, _list_of(part)) from error


def _list_of(part: int) -> str:
    return f"plan/{part:06}.json"


def _write(place: Place, plan: Plan) -> None:
    place.write(PLAN, to_json({"schema": _SCHEMA, **asdict(plan)}, indent=1).encode())


def _read(place: Place) -> Plan:
    try:
        values: dict[str, Any] = json.loads(place.read(PLAN))
        if values.pop("schema") != _SCHEMA:
            raise ValueError
        return Plan(**{**values, "sources": tuple(values["sources"])})
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise _damaged(place, PLAN) from error


def _damaged(place: Place, name: str) -> OutputError:
    return OutputError(f"{place.address}/{name} is damaged, or of another version or program. {OTHER}")


def _check_same(place: Place, found: Plan, wanted: Plan) -> None:
    """Check that the plan there is of the same work; it keeps its own size of parts."""
    named = {"sources": "photos", "model": "checkpoint or --tta", "top_k": "--top-k", "form": "--parts-form"}
    for field, words in named.items():
        there, here = getattr(found, field), getattr(wanted, field)
        if there != here:
            shown = [", ".join(value) if isinstance(value, tuple) else value for value in (there, here)]
            raise SettingError(
                f"{place.address} was begun with another {words} ({shown[0]}, this is {shown[1]}). Repeat the command "
                f"that began it, or name another folder by --parts."
            )
