"""Prediction for many photos: opened ahead of the network, predicted in batches, a few in memory at a time."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
from PIL import Image

from classifier.errors import PhotoError
from classifier.inference.classifier import Classifier
from classifier.inference.engines import Floats
from classifier.photos.crops import is_wide, tta_views
from classifier.photos.streaming import batches, read_ahead, shrink
from classifier.predictions.postprocessing import Assessment, NetworkOutput
from classifier.predictions.values import Prediction

Item = TypeVar("Item")


def predict_many(
    classifier: Classifier, photos: Iterable[Path], *, top_k: int = 5, tta: bool = False, batch_size: int = 16
) -> Iterator[tuple[Path, Prediction | PhotoError]]:
    """Predict what is on many photos, as a stream: only a few batches are in memory at a time.

    With test-time augmentation, candidates and coverage sets come from the mean over six views of a photo; verdict,
    similar photos and track record come from the photo as it is, which is what they were fitted on.

    Args:
        classifier: predicts.
        photos: files.
        top_k: how many candidates a photo, at least 1.
        tta: average over `photos.crops.tta_views`; takes six times as long.
        batch_size: photos a pass.

    Yields:
        Each file with its prediction, or with the error that says why it was refused, in the order given.
    """
    for batch in batches(open_all(classifier, photos, path_of=lambda photo: photo), batch_size):
        pictures = [picture for _, picture in batch if not isinstance(picture, PhotoError)]
        predictions: Iterator[Prediction] = iter(())
        if pictures:
            output, assessment = (look_at_views if tta else Classifier.look)(classifier, pictures)
            predictions = iter(classifier.postprocessor.predict(output, assessment, top_k=top_k))
        for photo, picture in batch:
            yield photo, picture if isinstance(picture, PhotoError) else next(predictions)


def open_all(
    classifier: Classifier, items: Iterable[Item], *, path_of: Callable[[Item], Path]
) -> Iterator[tuple[Item, Image.Image | PhotoError]]:
    """Open the photos of many items ahead of their use, no larger than the network has a use for.

    Yields:
        Each item with its upright RGB picture, or with the error that says why there is none, in the order given.
    """
    side = classifier.input_size
    return read_ahead(lambda item: shrink(classifier.open(path_of(item)), side=side), items)


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
