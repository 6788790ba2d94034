"""Examples that a calibration is fitted on: known photos and pictures of other things, embedded by the network."""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image
from torchvision.transforms import v2
from torchvision.transforms.v2.functional import to_pil_image

from classifier.calibration.outliers import corners, crops, drawn_pictures, sample_files
from classifier.data.folder_tree import left_out_sentence
from classifier.data.samples import Sample
from classifier.errors import PhotoError
from classifier.inference.classifier import Classifier
from classifier.inference.embedding import Embedded, embed
from classifier.photos.streaming import Progress, ignore
from classifier.training.augmentation import AUGMENTATIONS, to_tensor

DRAWN = 270  # pictures, 30 of each kind that `outliers` draws
CROPS_A_PHOTO = 8  # of each photo of other things, since packages ship few
MOST_CORNERS = 400  # about; one a photo, of valid photos evenly spread


@dataclass(frozen=True)
class CalibrationExamples:
    """Examples that a calibration is fitted on.

    Attributes:
        plain: known photos as they are.
        changed: the same, as visitors might send them: small in the frame, in other light, compressed.
        drawn: drawn pictures, without a subject.
        photos: photos of other things, and parts of them; None where there are none.
        corners: corners of known photos.
    """

    plain: Embedded
    changed: Embedded
    drawn: Embedded
    photos: Embedded | None
    corners: Embedded


def collect_examples(
    classifier: Classifier,
    samples: Sequence[Sample],
    *,
    unknown: Sequence[Path] = (),
    progress: Progress = ignore,
    warn: Callable[[str], object] = ignore,
) -> CalibrationExamples:
    """Embed the valid photos in every way, and pictures that show none of the classes.

    Args:
        classifier: that is to be calibrated.
        samples: its valid photos.
        unknown: files of the user's own that show none of the classes; they join the samples that packages ship.
        progress: is called with what is embedded, and how many of how many are done.
        warn: is called with a sentence about each file that cannot be read, and is left out.

    Raises:
        DatasetError: not one valid photo can be read.
    """
    size = classifier.input_size
    others = [*sample_files(), *unknown]

    def embed_all(name: str, pictures: Iterable[tuple[Image.Image, int]], total: int) -> Embedded:
        return embed(classifier, pictures, step=lambda done: progress(name, done, total))

    few = samples[:: max(1, len(samples) // MOST_CORNERS)]
    return CalibrationExamples(
        plain=embed_all("valid photos", _open(classifier, samples, warn=warn), len(samples)),
        changed=embed_all("valid photos, changed", _changed(classifier, samples, size=size), len(samples)),
        drawn=embed_all("drawn pictures", _without_class(drawn_pictures(DRAWN)), DRAWN),
        photos=embed_all(
            "photos of other things", _without_class(_parts(classifier, others, warn=warn)), len(others) * CROPS_A_PHOTO
        )
        if others
        else None,
        corners=embed_all("corners", _without_class(corners(image for image, _ in _open(classifier, few))), len(few)),
    )


def _open(
    classifier: Classifier, samples: Iterable[Sample], *, warn: Callable[[str], object] = ignore
) -> Iterator[tuple[Image.Image, int]]:
    for sample in samples:
        try:
            yield classifier.open(sample.path), sample.target
        except PhotoError as error:
            warn(left_out_sentence(sample.path, error))


def _changed(classifier: Classifier, samples: Iterable[Sample], *, size: int) -> Iterator[tuple[Image.Image, int]]:
    """Photos changed by the “wild” augmentation, the same way at every call."""
    change = v2.Compose(AUGMENTATIONS["wild"](size))
    for number, (picture, target) in enumerate(_open(classifier, samples)):
        # torchvision draws from PyTorch's one generator: seeded for each photo, so that a fit can be repeated whatever
        # ran before it, and put back afterwards.
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(random.Random(number).getrandbits(62))
            yield to_pil_image(change(to_tensor(picture))), target


def _parts(classifier: Classifier, files: Iterable[Path], *, warn: Callable[[str], object]) -> Iterator[Image.Image]:
    for number, path in enumerate(files):
        try:
            picture = classifier.open(path)
        except PhotoError as error:
            warn(left_out_sentence(path, error))
            continue
        yield from crops(picture, CROPS_A_PHOTO, seed=number)


def _without_class(pictures: Iterable[Image.Image]) -> Iterator[tuple[Image.Image, int]]:
    return ((picture, -1) for picture in pictures)
