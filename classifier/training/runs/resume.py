"""Resuming: the plan of a run that was begun, read from its folder."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from classifier.checkpoint import Metadata, read_metadata
from classifier.data.collection import Collection
from classifier.data.folders import of_manifest, read_folder
from classifier.data.further.reading import Further
from classifier.data.manifest import read_manifest
from classifier.data.oxford import flowers102
from classifier.data.samples import Sample, differing_classes, samples_digest, training_samples
from classifier.data.subject import parse
from classifier.errors import CheckpointError, DatasetError, PhotoError, SettingError, TrainingError
from classifier.inference.engines.pytorch import pick_device
from classifier.locations import DATA_DIR, flowers_root
from classifier.photos.colour import mean_rgb
from classifier.photos.limits import PhotoLimits
from classifier.photos.reading import open_with_size
from classifier.training.plan import TrainingPlan, read_teachers, valid_samples
from classifier.training.runs.folder import RunFolder
from classifier.training.runs.further import read_listed
from classifier.training.runs.record import FREE_TO_CHANGE, RunRecord, read_record
from classifier.training.settings import check_choices
from classifier.training.start import StartingPoint

# So many photos are opened to see that a moved folder holds those of the run.
COMPARED = 40


def read_plan(
    folder: Path,
    given: Mapping[str, Any] | None = None,
    *,
    subject: str | None = None,
    device: str = "auto",
    collection: Collection | None = None,
) -> tuple[TrainingPlan, RunFolder]:
    """Plan of a run that was begun, and the run, to go on with it by `fit`.

    The photos are split as they were when the run began, whatever has been added to their folder since.

    Args:
        folder: of the run.
        given: what is given again: fields of `TrainingSettings`, and "data", "split", "output", "also", "strangers".
            It has to be what the run began with, but for what changes only how fast it goes: workers, compile,
            precision. "data", "also" and "strangers" may say where the same photos are now, "teachers" where the same
            teachers are.
        subject: what the classes are kinds of, if it is to change.
        device: "auto", "cpu", "cuda" or "mps".
        collection: the photos, if they have been read already.

    Raises:
        CheckpointError: there is no such run, or a file of it is damaged; or a teacher is no longer there.
        DatasetError: the photos are no longer there.
        SettingError: something that is given differs from what the run began with.
        TrainingError: the photos, or the teachers, are others than those that the run began with.
    """
    given = {name: value for name, value in (given or {}).items() if value is not None}
    record = read_record(folder)
    record.check_given(given)
    pick_device(device)
    run = RunFolder(folder, Path(given.get("output", record.output)))
    faster = {name: value for name, value in given.items() if name in FREE_TO_CHANGE}
    check_choices(faster)
    settings = replace(record.settings, **faster)
    collection = collection or _collection_of(run, record, given.get("data"))
    subject = record.subject if subject is None else subject
    if subject is not None:
        collection = replace(collection, subject=parse(subject))
    train = training_samples(collection, split_name=record.split, with_valid=settings.train_on_valid)
    # Without a state the run was stopped before its first epoch was through, and begins again as it began before.
    start, earlier = None, None
    if run.state.is_file():
        saved = read_metadata(run.checkpoint) if run.checkpoint.is_file() else None
        if saved:
            _check_same_photos(run, saved, collection, train)
            earlier = saved.training.earlier  # from the run's own: the checkpoint that it started from may be gone
    elif settings.start_from:
        start = StartingPoint.read(Path(settings.start_from))
        earlier = start.earlier(collection)
    plan = TrainingPlan(
        collection,
        record.split,
        settings,
        train,
        valid_samples(collection, settings, split_name=record.split),
        device=device,
        start=start,
        teachers=_teachers_of(record, given.get("teachers"), collection),
        earlier=earlier,
        learnt_before=record.learnt_before,
        further=_further_of(run, record, given, collection),
        resumed=True,
    )
    return plan, run


def _collection_of(run: RunFolder, record: RunRecord, data: str | Path | None) -> Collection:
    """The photos that a run began with, at their place or where `data` says that they are now."""
    if "flowers102" in (record.data, data):
        if data not in (None, record.data):
            raise SettingError(
                f"This run began with --data {record.data}; got {data}. Photos may be moved, but not be others: leave "
                "the option out, or begin another run."
            )
        return flowers102(data_dir=DATA_DIR, flowers_root=flowers_root())
    limits = PhotoLimits.among(vars(record.settings))
    root = Path(data or record.data).expanduser().absolute()
    if not root.is_dir():
        raise DatasetError(
            f"There is no folder {root}, where the photos of this run were. If they were moved, say where they are now "
            "by --data."
        )
    if not run.manifest.is_file():
        return read_folder(root, seed=record.settings.seed, limits=limits).collection
    collection = of_manifest(root, read_manifest(run.manifest), limits=limits)
    if root.resolve() != Path(record.data).resolve():
        _check_moved(run, collection)
    return collection


def _further_of(run: RunFolder, record: RunRecord, given: Mapping[str, Any], collection: Collection) -> Further:
    """The further photos that a run began with, at their places or where `given` says that they are now."""
    if not (record.also or record.strangers):
        named = next((name for name in ("also", "strangers") if given.get(name)), None)
        if named:
            raise SettingError(f"This run began without --{named}. Leave the option out, or begin another run.")
        return Further()
    places = {}
    for name, began in (("also", record.also), ("strangers", record.strangers)):
        now = tuple(given.get(name) or began)
        if len(now) != len(began):
            raise SettingError(
                f"This run began with {len(began)} of --{name} ({', '.join(began)}); got {len(now)}. Photos may be "
                "moved, but not be others: leave the option out, or begin another run."
            )
        places[name] = [Path(path).expanduser().absolute() for path in now]
    return read_listed(
        run.further,
        collection.classes,
        **places,
        known_side=record.known_side,
        limits=collection.limits.image_limits,
    )


def _teachers_of(record: RunRecord, given: Sequence[str] | None, collection: Collection) -> list[StartingPoint]:
    """The teachers that a run began with, at their places or where `given` says that they are now."""
    began = [path for path, _ in record.taught_by]
    now = given or began
    if len(now) != len(began):
        raise SettingError(
            f"This run began with {len(began)} of --teachers ({', '.join(began)}); got {len(now)}. They may be moved, "
            "but not be others: leave the option out, or begin another run."
        )
    try:
        teachers = read_teachers(now, collection)
    except CheckpointError as error:
        raise CheckpointError(
            f"{error} If the teachers of this run were moved, say by --teachers where all of them are now."
        ) from error
    for teacher, (path, digest) in zip(teachers, record.taught_by, strict=True):
        if teacher.checkpoint.weights.digest != digest:
            raise TrainingError(
                f"{teacher.path} has other weights than {path} had, a teacher of this run, when the run began. Name "
                "the same teachers by --teachers, in the same order, or begin another run."
            )
    return teachers


def _check_moved(run: RunFolder, collection: Collection) -> None:
    """Compare a few of the photos in their new place with what the run's manifest says of them."""
    limits = collection.limits.image_limits
    for photo in collection.photos[:: max(1, len(collection.photos) // COMPARED)]:
        path = collection.path(photo)
        if path is None:
            continue  # missing ones are reported together, with their number
        try:
            picture, size = open_with_size(path, limits=limits, draft_px=64)
        except PhotoError:
            continue  # a damaged photo is another matter than a wrong folder
        apart = max(abs(a - b) for a, b in zip(mean_rgb(picture), photo.mean_colour, strict=True))
        if size != (photo.width, photo.height) or apart > 3:
            raise TrainingError(
                f"{path} is another photo than the one that the run in {run.path} began with. Name the folder with the "
                "photos of the run, or begin another run."
            )


def _check_same_photos(run: RunFolder, saved: Metadata, collection: Collection, train: list[Sample]) -> None:
    """Compare with the run's checkpoint, which says what it was trained on."""
    if differing_classes(collection, saved.classes):
        raise TrainingError(
            f"The run in {run.path} knows {len(saved.classes)} classes; the photos have {len(collection.classes)}, or "
            "others. Give the photos it began with, or begin another run."
        )
    if saved.dataset.digest != samples_digest(train):
        raise TrainingError(
            f"The training photos are not those that the run in {run.path} began with "
            f"({saved.dataset.train_photos} then, {len(train)} now). Begin another run."
        )
