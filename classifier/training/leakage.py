"""Photos that a run is to be measured on, and that the checkpoint it starts from has learnt from already."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from classifier.checkpoint import load_checkpoint, weights_digest
from classifier.data.collection import Collection
from classifier.data.samples import Sample, samples_digest, samples_of
from classifier.errors import CheckpointError, PhotoError
from classifier.photos.hashing import difference_hash
from classifier.photos.preparing import prepare
from classifier.photos.reading import open_image
from classifier.photos.streaming import read_ahead, shrink
from classifier.predictions.neighbours import DUPLICATE_BITS, index_path, load_index

MEASURED_ON = ("valid", "test")


def count_learnt(
    collection: Collection,
    train: Sequence[Sample],
    *,
    split_name: str,
    start_from: Path,
    step: Callable[[int, int], object] = max,
) -> dict[str, int]:
    """How many valid and how many test photos are, or nearly are, among those in the checkpoint's index, by difference
    hash. Without an index, or if it learnt from the very photos of this split's train, only what is known of the
    checkpoint that it was started from itself. `step` is told how many photos of how many are done.

    Raises:
        CheckpointError: `start_from` is missing or damaged.
    """
    counts = dict.fromkeys(MEASURED_ON, 0)
    checkpoint = load_checkpoint(start_from)
    before = checkpoint.metadata.dataset
    counts |= before.learnt_before  # what the one before it knew, it knows
    if (before.name, before.digest) == (collection.name, samples_digest(train)):
        return counts
    try:
        hashes = load_index(index_path(start_from), weights_digest=weights_digest(checkpoint.state)).hashes.view(
            np.uint64
        )
    except CheckpointError:
        return counts
    preprocessing = checkpoint.metadata.preprocessing
    side, mean, std = preprocessing.input_size, preprocessing.mean, preprocessing.std
    photos, found = _measured_photos(collection, split_name=split_name), dict.fromkeys(MEASURED_ON, 0)
    read = read_ahead(lambda photo: shrink(open_image(photo[1].path, draft_px=side), side=side), photos)
    for done, ((split, _), picture) in enumerate(read, start=1):
        step(done, len(photos))
        if isinstance(picture, PhotoError):
            continue
        bits = np.bitwise_count(
            hashes[:, None] ^ difference_hash(prepare(picture, size=side, mean=mean, std=std)).view(np.uint64)
        )
        found[split] += int(bits.sum(axis=2).min() <= DUPLICATE_BITS)
    return {split: max(counts[split], found[split]) for split in MEASURED_ON}


def _measured_photos(collection: Collection, *, split_name: str) -> list[tuple[str, Sample]]:
    there = {photo.splits.get(split_name) for photo in collection.photos}
    splits = [split for split in MEASURED_ON if split in there]
    return [(s, sample) for s in splits for sample in samples_of(collection, split_name=split_name, split=s)]
