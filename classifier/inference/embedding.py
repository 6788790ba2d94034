"""Many pictures through the network, keeping what trust is made of: logits, embeddings, hashes."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from classifier.errors import DatasetError, PhotoError
from classifier.inference.classifier import Classifier
from classifier.photos.streaming import batches, read_ahead, shrink
from classifier.predictions.neighbours import Index, build_index, difference_hash
from classifier.training.loaders import Sample

Floats = NDArray[np.float32]
Step = Callable[[int], object]


@dataclass(frozen=True)
class Seen:
    """N pictures as the network sees them.

    logits: (N, C); embeddings: (N, D); hashes: (N, 32) bytes; positions: (N,) class positions, −1 for none of them.
    """

    logits: Floats
    embeddings: Floats
    hashes: NDArray[np.uint8]
    positions: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.logits)


def look_at(
    classifier: Classifier,
    pictures: Iterable[tuple[Image.Image, int]],
    *,
    batch_size: int = 16,
    step: Step = int,
) -> Seen:
    """Run the network over (upright RGB picture, class position or −1); `step` is told how many are done.

    Raises:
        DatasetError: there is no picture.
    """
    logits, embeddings, hashes, positions = [], [], [], []
    for batch in batches(pictures, batch_size):
        done = classifier.look([picture for picture, _ in batch])
        logits.append(done.logits)
        embeddings.append(done.embeddings)
        hashes += [difference_hash(crop)[0] for crop in done.crops]
        positions += [position for _, position in batch]
        step(len(positions))
    if not positions:
        raise DatasetError("There is no photo to look at. Check --data and --split.")
    return Seen(np.concatenate(logits), np.concatenate(embeddings), np.stack(hashes), np.array(positions))


def index_photos(
    classifier: Classifier, samples: Sequence[Sample], *, fingerprint: str, batch_size: int = 16, step: Step = int
) -> tuple[Index, list[str]]:
    """The index of these photos, and sentences about those that cannot be read (they are left out).

    fingerprint: of the classifier's weights, `retrieval.fingerprint_of`.

    Raises:
        DatasetError: not one can be read.
    """
    side = int(classifier.metadata["input_size"])
    kept: list[Sample] = []
    unreadable: list[str] = []

    def readable() -> Iterable[tuple[Image.Image, int]]:
        for sample, picture in read_ahead(lambda sample: shrink(classifier.open(sample.path), side=side), samples):
            if isinstance(picture, PhotoError):
                unreadable.append(f"{sample.path}: {picture}")
            else:
                kept.append(sample)
                yield picture, sample.target

    seen = look_at(classifier, readable(), batch_size=batch_size, step=step)
    index = build_index(
        seen.embeddings,
        image_ids=[sample.image_id for sample in kept],
        positions=[sample.target for sample in kept],
        hashes=seen.hashes,
        fingerprint=fingerprint,
    )
    return index, unreadable
