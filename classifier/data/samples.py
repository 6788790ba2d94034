"""Samples: photos on disk with the position of their class, as training and measuring take them."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from classifier.data.collection import Collection
from classifier.data.labels import LabelClass, look_alike_key, name_key
from classifier.errors import DatasetError
from classifier.photos.limits import DEFAULT_LIMITS, ImageLimits

# So many photos, or such a share of them, may be missing or damaged and are left out. More: a folder is gone.
FEW_BROKEN, MOST_BROKEN = 3, 0.05


@dataclass(frozen=True)
class Sample:
    """Photo on disk, the position of its class in the logits (`target`), and the limits that it is read with."""

    path: Path
    target: int
    image_id: int
    limits: ImageLimits = DEFAULT_LIMITS


def samples_of(collection: Collection, *, split_name: str, split: str) -> list[Sample]:
    """Samples of one split.

    A few whose files are gone are among them: whoever reads them names them and leaves them out, like damaged ones.

    Args:
        collection: with its photos on this machine.
        split_name: the way to split: "udacity", "official", …
        split: "train", "valid" or "test".

    Raises:
        DatasetError: the photos are not on this machine, too many of them are gone, or there is no such split.
    """
    if split_name not in collection.split_names:
        raise DatasetError(
            f"{collection.name} has no split “{split_name}”; it has {', '.join(collection.split_names) or 'none'}."
        )
    if collection.root is None:
        raise DatasetError(
            f"The photos of {collection.name} are not on this machine. Get them by “python -m classifier download”, "
            "or set FLOWERS_ROOT to the folder that holds them."
        )
    limits = collection.limits.image_limits
    positions = {label.class_id: position for position, label in enumerate(collection.classes)}
    samples, missing = [], []
    for photo in collection.photos:
        if photo.splits.get(split_name) == split:
            path = collection.path(photo)
            if path is None:
                missing.append(photo.file)
            place = path or collection.root / photo.file
            samples.append(Sample(place, positions[photo.class_id], photo.image_id, limits))
    if too_many_broken(len(missing), len(samples)):
        raise DatasetError(
            f"{len(missing)} photos of {collection.name} are no longer in {collection.root}, the first of them "
            f"{missing[0]}. Put them back, or start again with the photos that are there."
        )
    if not samples:
        parts = dict.fromkeys(photo.splits[split_name] for photo in collection.photos if split_name in photo.splits)
        raise DatasetError(
            f"{collection.name} has no photo in “{split}” (of its split “{split_name}”), only in {', '.join(parts)}."
        )
    return samples


def training_samples(collection: Collection, *, split_name: str, with_valid: bool) -> list[Sample]:
    """Samples that a checkpoint learns from: train, and valid if it is set to. Raises as `samples_of` does."""
    splits = ("train", "valid") if with_valid else ("train",)
    return [sample for split in splits for sample in samples_of(collection, split_name=split_name, split=split)]


def too_many_broken(broken: int, photos: int) -> bool:
    """Whether so many of the photos are missing or damaged that they should not just be left out."""
    return broken > max(FEW_BROKEN, MOST_BROKEN * photos) or 2 * broken > photos


def samples_digest(samples: Sequence[Sample]) -> str:
    """SHA-256 (hex, first 16 digits) over the image ids and classes that were trained on, in order of id."""
    rows = sorted((sample.image_id, sample.target) for sample in samples)
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:16]


def with_classes(collection: Collection, classes: Sequence[LabelClass]) -> Collection:
    """Collection with its classes as a checkpoint has them: in the same order, with the same ids and names.

    Classes of folders are matched by their names, whatever the order: by `name_key`, else by `look_alike_key` if that
    tells all of them apart. Those of the Oxford flowers are matched by their ids.

    Raises:
        DatasetError: they are not the same classes.
    """
    for key in (name_key, look_alike_key) if collection.name != "flowers102" else ():
        theirs = {key(label.name): label for label in classes}
        ours = {key(label.name): label for label in collection.classes}
        if theirs.keys() == ours.keys() and len(theirs) == len(classes) and len(ours) == len(collection.classes):
            ids = {label.class_id: theirs[name].class_id for name, label in ours.items()}
            photos = tuple(replace(photo, class_id=ids[photo.class_id]) for photo in collection.photos)
            return replace(collection, classes=tuple(classes), photos=photos)
    check_classes(collection, classes)
    return collection


def check_classes(collection: Collection, classes: Sequence[LabelClass]) -> None:
    """Check that a checkpoint's classes are the collection's, in the same order.

    Raises:
        DatasetError: they differ; the message names the first that does.
    """
    if difference := differing_classes(collection, classes):
        raise DatasetError(f"{difference} Use the photos that it was trained on, or train a checkpoint on these.")


def differing_classes(collection: Collection, classes: Sequence[LabelClass]) -> str | None:
    """Difference of a checkpoint's classes from the collection's, in a sentence; None if there is none."""
    if len(classes) != len(collection.classes):
        return (
            f"The checkpoint knows {len(classes)} classes, the photos of {collection.name} have "
            f"{len(collection.classes)}."
        )
    by_name = (
        collection.name != "flowers102"
    )  # the names of the Oxford flowers are corrected now and then, the flowers stay the same
    for theirs, ours in zip(classes, collection.classes, strict=True):
        if theirs.class_id != ours.class_id or (by_name and name_key(theirs.name) != name_key(ours.name)):
            return f"The checkpoint knows “{theirs.name}” where {collection.name} has “{ours.name}”."
    return None
