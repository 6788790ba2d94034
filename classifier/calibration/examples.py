"""Examples that a calibration is fitted on: known photos and pictures of other things, through the network."""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image
from torchvision.transforms import v2
from torchvision.transforms.v2.functional import to_pil_image

from classifier.calibration.outliers import corners, crops, drawn_pictures, sample_files
from classifier.data.samples import Sample
from classifier.errors import PhotoError
from classifier.inference.classifier import Classifier
from classifier.inference.embedding import Embedded, embed
from classifier.photos.streaming import Progress, ignore
from classifier.training.augmentation import AUGMENTATIONS, to_tensor

DRAWN = 270
CROPS_A_PHOTO = 8
MOST_CORNERS = 400


@dataclass(frozen=True)
class CalibrationExamples:
    """Examples that a calibration is fitted on.

    Known photos as they are and as visitors send them, and pictures of nothing known.
    """

    plain: Embedded
    changed: Embedded
    drawn: Embedded
    photos: Embedded | None
    corners: Embedded


def collect_examples(
    classifier: Classifier, samples: Sequence[Sample], *, unknown: Sequence[Path] = (), progress: Progress = ignore
) -> CalibrationExamples:
    """Embed the valid photos in every way, and pictures that show none of the classes.

    Args:
        classifier: that is to be calibrated.
        samples: its valid photos.
        unknown: files of the user's own that show none of the classes; they join the samples that packages ship.
        progress: is called with what is embedded, and how many of how many are done.

    Raises:
        DatasetError: not one valid photo can be read.
    """
    size = classifier.input_size
    others = [*sample_files(), *unknown]

    def look(name: str, pictures: Iterable[tuple[Image.Image, int]], total: int) -> Embedded:
        return embed(classifier, pictures, step=lambda done: progress(name, done, total))

    few = samples[:: max(1, len(samples) // MOST_CORNERS)]
    return CalibrationExamples(
        plain=look("valid photos", _open(classifier, samples), len(samples)),
        changed=look("valid photos, changed", _changed(classifier, samples, size=size), len(samples)),
        drawn=look("drawn pictures", _unknown(drawn_pictures(DRAWN)), DRAWN),
        photos=look("photos of other things", _unknown(_parts(classifier, others)), len(others) * CROPS_A_PHOTO)
        if others
        else None,
        corners=look("corners", _unknown(corners(image for image, _ in _open(classifier, few))), len(few)),
    )


def _open(classifier: Classifier, samples: Iterable[Sample]) -> Iterator[tuple[Image.Image, int]]:
    for sample in samples:
        try:
            yield classifier.open(sample.path), sample.target
        except PhotoError:  # a damaged photo teaches nothing, and “evaluate” names it
            continue


def _changed(classifier: Classifier, samples: Iterable[Sample], *, size: int) -> Iterator[tuple[Image.Image, int]]:
    """Each photo changed by the “wild” augmentation, the same way at every call."""
    change = v2.Compose(AUGMENTATIONS["wild"](size))
    for number, (picture, target) in enumerate(_open(classifier, samples)):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(random.Random(number).getrandbits(62))
            yield to_pil_image(change(to_tensor(picture))), target


def _parts(classifier: Classifier, files: Iterable[Path]) -> Iterator[Image.Image]:
    for number, path in enumerate(files):
        try:
            picture = classifier.open(path)
        except PhotoError:
            continue
        yield from crops(picture, CROPS_A_PHOTO, seed=number)


def _unknown(pictures: Iterable[Image.Image]) -> Iterator[tuple[Image.Image, int]]:
    return ((picture, -1) for picture in pictures)
