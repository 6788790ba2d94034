"""Photos that a command is about: what --data and --split name."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from classifier.checkpoint.collection import open_collection
from classifier.cli.printing import warn
from classifier.cli.terminal import progress_bar
from classifier.data.collection import Collection
from classifier.data.manifest import manifest_of
from classifier.data.oxford import flowers102
from classifier.data.samples import with_classes
from classifier.locations import DATA_DIR, flowers_root
from classifier.photos.limits import DEFAULT_PHOTO_LIMITS, PhotoLimits
from classifier.photos.streaming import Progress

if TYPE_CHECKING:
    from classifier.data.folders import FolderPhotos
    from classifier.data.samples import Sample
    from classifier.data.splitting import Ratios
    from classifier.inference.classifier import Classifier
    from classifier.predictions.neighbours import Index


def photos_of(
    data: str | None, *, classifier: "Classifier", checkpoint: Path, limits: PhotoLimits | None = None
) -> Collection:
    """The collection that --data names, else the one that the checkpoint was trained on.

    Photos that it was trained on stay in the split that they had then: another would measure it on photos that it has
    learnt. `limits`: of the photos, if they are not those of the training.
    """
    if data is not None:
        own = manifest_of(checkpoint)
        if data != "flowers102" and own.is_file():
            from classifier.data.folders import files_since

            collection = replace(own_photos(classifier, checkpoint), root=Path(data).expanduser().absolute())
            collection = replace(collection, limits=limits or collection.limits)
            later = files_since(collection)
            if later is not None:
                left_out = f" {later:,} files that came later are left out." if later else ""
                print(f"The photos are split as when {checkpoint} was trained ({own}).{left_out}", file=sys.stderr)
                return with_classes(collection, classifier.classes)
        found = open_data(data, limits=limits or PhotoLimits.among(classifier.metadata.training.settings))
        return with_classes(found, classifier.classes)
    return own_photos(classifier, checkpoint)


def own_photos(classifier: "Classifier", checkpoint: Path) -> Collection:
    """The collection that the checkpoint was trained on. See `open_collection` for the errors."""
    return open_collection(
        classifier.metadata,
        checkpoint_path=checkpoint,
        data_dir=DATA_DIR,
        flowers_root=flowers_root(),
    )


def parse_split(text: str, collection: Collection, classifier: "Classifier") -> tuple[str, str]:
    """Names of the way to split and of the part: "udacity-test" → ("udacity", "test").

    "test" alone is of the split that the checkpoint was trained with, if any.
    """
    *names, split = text.rsplit("-", 1)
    own = classifier.metadata.dataset.split
    return (names[0] if names else own if own in collection.split_names else collection.default_split), split


def warn_of_known(
    classifier: "Classifier", checkpoint: Path, *, collection: Collection, samples: "Sequence[Sample]"
) -> None:
    """Warn on stderr when the checkpoint has learnt from photos that it is to be measured on."""
    dataset = classifier.metadata.dataset
    if dataset.name != collection.name:
        return
    learnt = {"train", "valid"} if learnt_from_valid(classifier) else {"train"}
    photos = [collection.photo(sample.image_id) for sample in samples]
    parts = [photo.splits.get(str(dataset.split)) for photo in photos if photo]
    known = sum(part in learnt for part in parts)
    if known:
        print(
            f"WARNING: {checkpoint} was trained on {known:,} of these {len(samples):,} photos; the figures promise "
            "more than it will keep on new ones.",
            file=sys.stderr,
        )
    before = sum(dataset.learnt_before.get(str(part), 0) for part in set(parts))
    if before and not known:
        print(
            f"WARNING: {checkpoint} was started from a checkpoint that had learnt from {before:,} of these "
            "photos, or nearly the same ones; the figures promise more than it will keep on new ones.",
            file=sys.stderr,
        )


def open_data(name: str, *, seed: int = 1, limits: PhotoLimits = DEFAULT_PHOTO_LIMITS) -> Collection:
    """The collection that --data names; a folder that is not split yet is split by `seed`, as `train` does it.

    Raises:
        DatasetError: there is no such folder, or it is not what --data needs.
    """
    if name == "flowers102":
        return flowers102(data_dir=DATA_DIR, flowers_root=flowers_root())
    return open_folder(Path(name), seed=seed, limits=limits).collection


def open_folder(
    root: Path, *, seed: int = 1, ratios: "Ratios | None" = None, limits: PhotoLimits = DEFAULT_PHOTO_LIMITS
) -> "FolderPhotos":
    """`folders.read_folder` with a progress bar."""
    from classifier.data.folders import read_folder

    with progress_bar("looking at the photos") as step:
        return read_folder(root, seed=seed, ratios=ratios, limits=limits, step=step)


def learnt_from_valid(classifier: "Classifier") -> bool:
    """Whether it was trained with --train-on-valid: its valid photos are training photos then."""
    return classifier.metadata.training.learnt_from_valid


def make_index(classifier: "Classifier", collection: Collection, *, checkpoint: Path, progress: Progress) -> "Index":
    """Index the training photos of a checkpoint and write the index next to it; what is left out goes to stderr."""
    from classifier.calibration.index import index_photos
    from classifier.data.samples import training_samples
    from classifier.predictions.neighbours import index_path, save_index

    samples = training_samples(
        collection, split_name=trained_split(classifier, collection), with_valid=learnt_from_valid(classifier)
    )
    index = index_photos(classifier, samples, progress=progress, warn=warn)
    save_index(index_path(checkpoint), index)
    return index


def trained_split(classifier: "Classifier", collection: Collection) -> str:
    """The name of the way to split that a checkpoint was trained by, else the collection's default."""
    return classifier.metadata.dataset.split or collection.default_split
