"""Embedding of many pictures, with their logits and hashes: what calibrations and indexes are made from."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from classifier.errors import DatasetError
from classifier.inference.classifier import Classifier
from classifier.photos.crops import is_wide
from classifier.photos.hashing import difference_hash
from classifier.photos.streaming import batches, ignore

Floats = NDArray[np.float32]
Step = Callable[[int], object]


@dataclass(frozen=True)
class Embedded:
    """Embeddings of N pictures, and what else came out of the same passes.

    Attributes:
        logits: (N, C).
        embeddings: (N, D).
        hashes: (N, 32) bytes, `photos.hashing.difference_hash` of the crops.
        positions: (N,) class positions, −1 for none of them.
        merged: (N, C), logits as `Classifier.look` merges them where the first look leaves doubt; None where nobody
            asked for them.
    """

    logits: Floats
    embeddings: Floats
    hashes: NDArray[np.uint8]
    positions: NDArray[np.int64]
    merged: Floats | None = None

    def __len__(self) -> int:
        return len(self.logits)


def embed(
    classifier: Classifier,
    pictures: Iterable[tuple[Image.Image, int]],
    *,
    batch_size: int = 16,
    second_looks: bool = False,
    step: Step = ignore,
) -> Embedded:
    """Embed pictures: run the network over them and keep the outputs.

    Args:
        classifier: runs the network.
        pictures: (upright RGB picture, class position or −1).
        batch_size: pictures a pass.
        second_looks: also look at the whole of each wide picture, see `Embedded.merged`.
        step: is called with how many are done.

    Raises:
        DatasetError: there is no picture.
    """
    # Feature maps are dropped batch by batch: of thousands of pictures they would fill the memory.
    logits, embeddings, hashes, positions, merged = [], [], [], [], []
    for batch in batches(pictures, batch_size):
        shown = [picture for picture, _ in batch]
        done = classifier.forward(shown)
        if second_looks:
            wide = [row for row, picture in enumerate(shown) if is_wide(picture)]
            merged.append(classifier.merge_looks(shown, done.logits, rows=wide))
        logits.append(done.logits)
        embeddings.append(done.embeddings)
        hashes += [difference_hash(crop)[0] for crop in done.crops]
        positions += [position for _, position in batch]
        step(len(positions))
    if not positions:
        raise DatasetError("There is no photo to embed. Check --data and --split.")
    return Embedded(
        np.concatenate(logits),
        np.concatenate(embeddings),
        np.stack(hashes),
        np.array(positions),
        np.concatenate(merged) if merged else None,
    )
