"""Further photos of a run in its folder, as further.csv: a run that goes on learns from the very same ones."""

import csv
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from classifier.data.elsewhere.photo_set import BETWEEN_CLASSES
from classifier.data.further.listing import folder_of
from classifier.data.further.reading import Further, FurtherPhoto
from classifier.data.labels import LabelClass
from classifier.data.samples import too_many_broken
from classifier.errors import CheckpointError, DatasetError, PhotoError, TrainingError
from classifier.files import write_text
from classifier.outputs.kinds import FURTHER_COLUMNS
from classifier.outputs.tables import csv_text, from_cell, with_mark
from classifier.photos.hashing import digest_of
from classifier.photos.limits import DEFAULT_LIMITS, ImageLimits
from classifier.photos.reading import read_bytes

ALSO, STRANGERS = "also", "strangers"
COMPARED = 40  # photos that are read to see that they are those of the run


def write_further(path: Path, further: Further, classes: Sequence[LabelClass]) -> None:
    """Write the further photos of a run, a row each.

    Raises:
        OSError: the folder cannot be written.
    """
    rows: list[tuple[object, ...]] = [FURTHER_COLUMNS]
    for role, photos in ((ALSO, further.also), (STRANGERS, further.strangers)):
        for photo in photos:
            ids = BETWEEN_CLASSES.join(str(classes[position].class_id) for position in photo.targets)
            rows.append((role, photo.place, photo.file, ids, photo.side, photo.digest, photo.source))
    write_text(path, with_mark(csv_text(rows)))


def read_listed(
    path: Path,
    classes: Sequence[LabelClass],
    *,
    also: Sequence[Path],
    strangers: Sequence[Path],
    known_side: int | None,
    limits: ImageLimits = DEFAULT_LIMITS,
) -> Further:
    """Further photos of a run, as `write_further` wrote them.

    Args:
        path: of further.csv.
        classes: in the order of their positions.
        also: where the known ones are now, in the order in which the run was given them.
        strangers: the same for strangers.
        known_side: see `Further`.
        limits: that they are read with.

    Raises:
        CheckpointError: the file is missing or damaged.
        DatasetError: photos are no longer there.
        TrainingError: some are other photos than when the run began.
    """
    places, positions = {ALSO: also, STRANGERS: strangers}, {str(c.class_id): at for at, c in enumerate(classes)}
    photos: dict[str, list[FurtherPhoto]] = {ALSO: [], STRANGERS: []}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                photos[row["role"]].append(_photo(row, places[row["role"]], positions, limits))
    except (AttributeError, OSError, csv.Error, IndexError, KeyError, TypeError, ValueError) as error:
        raise CheckpointError(
            f"{path} is missing or damaged, so the run cannot be resumed; start a new one."
        ) from error
    for role, found in photos.items():
        _check(found, option=f"--{role}")
    return Further(tuple(photos[ALSO]), tuple(photos[STRANGERS]), tuple(also), tuple(strangers), known_side)


def _photo(
    row: Mapping[str, str], places: Sequence[Path], positions: Mapping[str, int], limits: ImageLimits
) -> FurtherPhoto:
    file, place = from_cell(row["file"]), int(row["place"])
    targets = tuple(positions[each] for each in row["class_ids"].split(BETWEEN_CLASSES) if each)
    path = folder_of(places[place]) / file
    return FurtherPhoto(path, file, place, targets, from_cell(row["source"]), row["digest"], int(row["side"]), limits)


def _check(photos: Sequence[FurtherPhoto], *, option: str) -> None:
    missing = [photo for photo in photos if not os.path.isfile(photo.path)]
    if too_many_broken(len(missing), len(photos)):  # of fewer, others take the place
        raise DatasetError(
            f"{len(missing):,} of the {len(photos):,} photos of {option} are no longer there, the first of them "
            f"{missing[0].path}. Put them back, or say by {option} where they are now."
        )
    for photo in photos[:: max(1, len(photos) // COMPARED)]:
        try:
            is_same = digest_of(read_bytes(photo.path, photo.limits)).hex() == photo.digest
        except PhotoError:
            continue  # a damaged photo is another matter than a wrong folder
        if not is_same:
            raise TrainingError(
                f"{photo.path} is another photo than the one that the run began with. Name the photos of the run by "
                f"{option}, or begin another run."
            )
