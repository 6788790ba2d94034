"""Embedding of many pictures, with their logits and hashes: what calibrations and indexes are made from."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from classifier.errors import DatasetError
from classifier.inference.batch import suitable_batch
from classifier.inference.classifier import Classifier
from classifier.photos.crops import is_wide
from classifier.photos.hashing import difference_hash
from classifier.photos.streaming import ignore, map_batches

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
    batch_size: int | None = None,
    second_looks: bool = False,
    step: Step = ignore,
) -> Embedded:
    """Embed pictures: run the network over them, several batches side by side, and keep the outputs.

    Args:
        classifier: runs the network; for many pictures load it with `threads=1`.
        pictures: (upright RGB picture, class position or −1).
        batch_size: pictures a pass; by default what suits the device.
        second_looks: also look at the whole of each wide picture, see `Embedded.merged`.
        step: is called with how many are done.

    Raises:
        DatasetError: there is no picture.
    """

    def embed_batch(batch: Sequence[tuple[Image.Image, int]]) -> Embedded:
        shown = [picture for picture, _ in batch]
        done = classifier.forward(shown)
        merged = None
        if second_looks:
            wide = [row for row, picture in enumerate(shown) if is_wide(picture)]
            merged = classifier.merge_looks(shown, done.logits, rows=wide)
        hashes = np.stack([difference_hash(crop)[0] for crop in done.crops])
        return Embedded(done.logits, done.embeddings, hashes, np.array([position for _, position in batch]), merged)

    parts: list[Embedded] = []
    done = 0
    for part in map_batches(embed_batch, pictures, size=batch_size or suitable_batch(classifier)):
        parts.append(part)
        done += len(part)
        step(done)
    if not parts:
        raise DatasetError("There is no photo to embed. Check --data and --split.")
    return Embedded(
        np.concatenate([part.logits for part in parts]),
        np.concatenate([part.embeddings for part in parts]),
        np.concatenate([part.hashes for part in parts]),
        np.concatenate([part.positions for part in parts]),
        np.concatenate([part.merged for part in parts if part.merged is not None]) if second_looks else None,
    )
