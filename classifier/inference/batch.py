"""Prediction for many photos: read, prepared and looked at by several threads, a few photos in memory at a time."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np
from PIL import Image

from classifier.errors import PhotoError
from classifier.inference.classifier import Classifier
from classifier.inference.engines import Floats
from classifier.photos.crops import is_wide, tta_views
from classifier.photos.streaming import THREADS, map_batches, read_ahead
from classifier.predictions.postprocessing import Assessment, NetworkOutput
from classifier.predictions.values import Prediction

Item = TypeVar("Item")
# Photos a pass. On a processor passes run side by side, and the maps of one photo fit into the cache: several at once
# take longer for each, with every engine (docs/performance.md, “Engines”). Graphics cards want many at once.
CPU_BATCH, GPU_BATCH = 1, 16


@dataclass(frozen=True)
class Looked(Generic[Item]):
    """Batch of items that was looked at.

    Attributes:
        items: each with the error that says why its photo was refused, or None; in the order given.
        output: of one pass over the photos that were not refused; None where all were.
        assessment: of the same photos.
    """

    items: Sequence[tuple[Item, PhotoError | None]]
    output: NetworkOutput | None = None
    assessment: Assessment | None = None

    @property
    def seen(self) -> list[Item]:
        """Items whose photos were not refused: the rows of output and assessment."""
        return [item for item, error in self.items if error is None]

    @property
    def refused(self) -> list[tuple[Item, PhotoError]]:
        """The others, and why."""
        return [(item, error) for item, error in self.items if error is not None]


def look_at_all(
    classifier: Classifier,
    items: Iterable[Item],
    *,
    path_of: Callable[[Item], Path | bytes],
    tta: bool = False,
    batch_size: int | None = None,
    readers: int = THREADS,
    threads: int = THREADS,
) -> Iterator[Looked[Item]]:
    """Look at the photos of many items, as a stream.

    Threads read the photos, others prepare them and run the network, so that no core waits; only as many pictures are
    in memory as they work on, a few for each core. A classifier that is loaded with `threads=1` runs as many passes
    side by side as there are cores, which takes less time than one after another.

    Args:
        classifier: looks.
        items: of any number.
        path_of: item → its photo, a file or the bytes of one; called by those who read, and may raise a PhotoError.
        tta: average over `photos.crops.tta_views`, see `look_at_views`.
        batch_size: photos a pass; by default what suits the device.
        readers: threads that read.
        threads: threads that prepare photos and run the network.

    Yields:
        The items, batch by batch in the order given.
    """

    def look(batch: Sequence[tuple[Item, Image.Image | PhotoError]]) -> Looked[Item]:
        items = [(item, picture if isinstance(picture, PhotoError) else None) for item, picture in batch]
        pictures = [picture for _, picture in batch if not isinstance(picture, PhotoError)]
        if not pictures:
            return Looked(items)
        return Looked(items, *(look_at_views if tta else Classifier.look)(classifier, pictures))

    opened = open_all(classifier, items, path_of=path_of, readers=readers)
    return map_batches(look, opened, size=batch_size or suitable_batch(classifier), threads=threads)


def suitable_batch(classifier: Classifier) -> int:
    """How many photos a pass suit a classifier's device."""
    return CPU_BATCH if classifier.engine.device == "cpu" else GPU_BATCH


def predict_many(
    classifier: Classifier,
    photos: Iterable[Path],
    *,
    top_k: int = 5,
    tta: bool = False,
    batch_size: int | None = None,
) -> Iterator[tuple[Path, Prediction | PhotoError]]:
    """Predict what is on many photos, as a stream: only a few batches are in memory at a time, see `look_at_all`.

    With test-time augmentation, candidates and coverage sets come from the mean over six views of a photo; verdict,
    similar photos and track record come from the photo as it is, which is what they were fitted on.

    Args:
        classifier: predicts; for a folder load it with `threads=1`.
        photos: files.
        top_k: how many candidates a photo, at least 1.
        tta: average over `photos.crops.tta_views`; takes six times as long.
        batch_size: photos a pass; by default what suits the device.

    Yields:
        Each file with its prediction, or with the error that says why it was refused, in the order given.
    """
    looked = look_at_all(classifier, photos, path_of=lambda photo: photo, tta=tta, batch_size=batch_size)
    return answers_of(classifier, looked, top_k=top_k)


def answers_of(
    classifier: Classifier, looked: Iterable[Looked[Item]], *, top_k: int
) -> Iterator[tuple[Item, Prediction | PhotoError]]:
    """Turn batches that were looked at into predictions.

    Args:
        classifier: looked at them.
        looked: from `look_at_all`.
        top_k: how many candidates a photo, at least 1.

    Yields:
        Each item with its prediction, or with the error that says why its photo was refused, in the order given.
    """
    for batch in looked:
        predictions: Iterator[Prediction] = iter(())
        if batch.output and batch.assessment:
            predictions = iter(classifier.postprocessor.predict(batch.output, batch.assessment, top_k=top_k))
        for item, error in batch.items:
            yield item, error or next(predictions)


def open_all(
    classifier: Classifier, items: Iterable[Item], *, path_of: Callable[[Item], Path | bytes], readers: int = THREADS
) -> Iterator[tuple[Item, Image.Image | PhotoError]]:
    """Open the photos of many items ahead of their use, no larger than the network has a use for.

    Yields:
        Each item with its upright RGB picture, or with the error that says why there is none, in the order given.
    """
    return read_ahead(lambda item: classifier.open(path_of(item)), items, threads=readers)


def look_at_views(classifier: Classifier, pictures: Sequence[Image.Image]) -> tuple[NetworkOutput, Assessment]:
    """Look at all views of pictures (test-time augmentation).

    Args:
        classifier: runs the network.
        pictures: N upright RGB pictures, at least one.

    Returns:
        The output for the pictures as they are, and its assessment, with probabilities averaged over `tta_views`.
    """
    # The first view is the picture as it is: its pass serves the verdict and is one of the six that are averaged.
    plain, *others = zip(*map(tta_views, pictures), strict=True)
    output = classifier.forward(plain)
    assessment = classifier.postprocessor.assess(output)
    of_views = [assessment.probabilities, *map(classifier.probabilities, others)]
    mean: Floats = np.mean(of_views, axis=0, dtype=np.float32)
    wide = [row for row, picture in enumerate(pictures) if is_wide(picture)]  # one view is the whole, squeezed
    return output, assessment.after_second_look(mean, rows=wide)
