"""The collection of photos that a checkpoint was trained on."""

import os
from dataclasses import replace
from pathlib import Path

from classifier.checkpoint.metadata import Metadata
from classifier.data.collection import Collection
from classifier.data.manifest import first_split, manifest_of, read_manifest
from classifier.data.oxford import flowers102
from classifier.data.subject import subject_of
from classifier.photos.limits import PhotoLimits


def open_collection(
    metadata: Metadata, *, checkpoint_path: Path, data_dir: Path, flowers_root: Path | None
) -> Collection:
    """The collection that a checkpoint was trained on.

    The Oxford flowers are known here. For other photos, training leaves a manifest next to the checkpoint, and the
    metadata's `dataset.root` says where the photos were; without a manifest there are classes but no photos.

    Args:
        metadata: of the checkpoint.
        checkpoint_path: the manifest is looked for next to it.
        data_dir: has `classes.csv` and `flowers102.csv`.
        flowers_root: where the Oxford flowers are, if not in `data_dir`.

    Raises:
        DatasetError: a table is damaged, or does not fit the checkpoint's classes.
    """
    dataset = metadata.dataset
    if dataset.name == "flowers102":
        return flowers102(data_dir=data_dir, flowers_root=flowers_root)
    manifest = manifest_of(checkpoint_path)
    photos = read_manifest(manifest) if os.path.lexists(manifest) else ()
    # os.path: pathlib's own raises PermissionError where the folder may not be entered.
    root = Path(dataset.root) if photos and dataset.root and os.path.isdir(dataset.root) else None
    return replace(without_photos(metadata), photos=photos, root=root, default_split=first_split(photos))


def without_photos(metadata: Metadata) -> Collection:
    """The collection that a checkpoint was trained on, of which nothing but the classes is known."""
    dataset = metadata.dataset
    return Collection(
        dataset.name or "photos",
        metadata.classes,
        photos=(),
        root=None,
        default_split=first_split(()),
        subject=subject_of(dataset.name, dataset.subject),
        limits=PhotoLimits.among(metadata.training.settings),
    )
