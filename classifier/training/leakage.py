"""Photos that a run is to be measured on, and that the checkpoint it starts from has learnt from already."""

from collections.abc import Callable, Sequence

from classifier.data.collection import Collection
from classifier.data.samples import Sample, samples_digest, samples_of
from classifier.errors import CheckpointError, PhotoError
from classifier.photos.hashing import crop_hash
from classifier.photos.preparing import prepare
from classifier.photos.reading import open_image
from classifier.photos.streaming import ignore, read_ahead
from classifier.predictions.neighbours import index_path, load_index
from classifier.training.start import StartingPoint

MEASURED_ON = ("valid", "test")


def count_learnt(
    collection: Collection,
    train: Sequence[Sample],
    *,
    split_name: str,
    start: StartingPoint,
    step: Callable[[int, int], object] = ignore,
) -> dict[str, int]:
    """Count the valid and test photos that a checkpoint has learnt from, or from nearly the same ones.

    They are found by their difference hash in the checkpoint's index; pictures too plain for it are not counted.
    Without an index, or if it learnt from the very photos of this split's train, only those count that it says it
    knew from the checkpoint before it.

    Args:
        collection: the photos.
        train: those that the new run learns from.
        split_name: the way to split them.
        start: the checkpoint.
        step: called with (photos done, photos in all).

    Returns:
        "valid" and "test" → a number of photos.
    """
    dataset = start.checkpoint.metadata.dataset
    counts = {**dict.fromkeys(MEASURED_ON, 0), **dataset.learnt_before}
    if (dataset.name, dataset.digest) == (collection.name, samples_digest(train)):
        return counts
    try:
        index = load_index(
            index_path(start.path),
            weights_digest=start.checkpoint.weights.digest,
            head_shape=start.checkpoint.weights.head.shape,
        )
    except CheckpointError:
        return counts
    preprocessing = start.checkpoint.metadata.preprocessing
    side, mean, std = preprocessing.input_size, preprocessing.mean, preprocessing.std
    photos, found = _measured_photos(collection, split_name=split_name), dict.fromkeys(MEASURED_ON, 0)
    limits = collection.limits.image_limits
    read = read_ahead(lambda photo: open_image(photo[1].path, limits=limits, draft_px=side), photos)
    for done, ((split, _), picture) in enumerate(read, start=1):
        step(done, len(photos))
        if isinstance(picture, PhotoError):
            continue
        # Hashed as the index was: from the square that the network sees, so that equal photos give equal bits.
        own = crop_hash(prepare(picture, size=side, mean=mean, std=std))
        found[split] += index.nearest_hash(own) is not None
    # The same photo may be known both ways; the larger count is the least that is true.
    return {split: max(counts[split], found[split]) for split in MEASURED_ON}


def _measured_photos(collection: Collection, *, split_name: str) -> list[tuple[str, Sample]]:
    there = {photo.splits.get(split_name) for photo in collection.photos}
    splits = [split for split in MEASURED_ON if split in there]
    return [(s, sample) for s in splits for sample in samples_of(collection, split_name=split_name, split=s)]
