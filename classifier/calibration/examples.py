"""Examples that a calibration is fitted on: known photos and pictures of other things, embedded by the network."""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

import numpy as np
import torch
from PIL import Image
from torchvision.transforms import v2
from torchvision.transforms.v2.functional import to_pil_image

from classifier.calibration.outliers import corners, crops, drawn_pictures, sample_files
from classifier.data.elsewhere.photo_set import SetPhoto
from classifier.data.folder_tree import left_out_sentence
from classifier.data.samples import Sample
from classifier.errors import DatasetError, PhotoError
from classifier.inference.batch import open_all
from classifier.inference.classifier import Classifier
from classifier.inference.embedding import Embedded, embed
from classifier.photos.limits import DEFAULT_LIMITS, ImageLimits
from classifier.photos.reading import upright_size
from classifier.photos.streaming import Progress, ignore
from classifier.training.augmentation import AUGMENTATIONS, to_tensor

DRAWN = 270  # pictures, 30 of each kind that `outliers` draws
CROPS_A_PHOTO = 8  # of each photo of other things, since packages ship few
SHOWS_NO_SUBJECT = "not"  # what the kinds of such strangers begin with: "not-a-plant"
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
        elsewhere: known photos from elsewhere, by other people; None where there are none. Of several right classes,
            the likeliest counts.
        other_kinds: strangers from elsewhere that may show the subject, but none of the classes; None where there are
            none.
        other_things: strangers from elsewhere that do not show the subject; None where there are none.
    """

    plain: Embedded
    changed: Embedded
    drawn: Embedded
    photos: Embedded | None
    corners: Embedded
    elsewhere: Embedded | None = None
    other_kinds: Embedded | None = None
    other_things: Embedded | None = None


def collect_examples(
    classifier: Classifier,
    samples: Sequence[Sample],
    *,
    unknown: Sequence[Path] = (),
    elsewhere: Sequence[SetPhoto] = (),
    progress: Progress = ignore,
    warn: Callable[[str], object] = ignore,
) -> CalibrationExamples:
    """Embed the valid photos in every way, and pictures that show none of the classes.

    Args:
        classifier: that is to be calibrated.
        samples: its valid photos.
        unknown: files of the user's own that show none of the classes; they join the samples that packages ship.
        elsewhere: photos by other people, known ones and strangers. A stranger whose kind begins with “not”
            (`SHOWS_NO_SUBJECT`) does not show the subject.
        progress: is called with what is embedded, and how many of how many are done.
        warn: is called with a sentence about each file that cannot be read, and is left out.

    Raises:
        DatasetError: not one valid photo can be read.
    """
    size = classifier.input_size
    others = [*sample_files(), *unknown]

    def embed_all(
        name: str, pictures: Iterable[tuple[Image.Image, int]], total: int, second_looks: bool = False
    ) -> Embedded:
        return embed(classifier, pictures, second_looks=second_looks, step=lambda done: progress(name, done, total))

    def embed_set(photos: Sequence[SetPhoto]) -> Embedded | None:
        return embed_elsewhere(classifier, photos, side=side, progress=progress, warn=warn) if photos else None

    side = common_side(elsewhere, limits=classifier.limits)
    few = samples[:: max(1, len(samples) // MOST_CORNERS)]
    return CalibrationExamples(
        plain=embed_all("valid photos", _open(classifier, samples, warn=warn), len(samples), second_looks=True),
        changed=embed_all("valid photos, changed", _changed(classifier, samples, size=size), len(samples)),
        drawn=embed_all("drawn pictures", _without_class(drawn_pictures(DRAWN)), DRAWN),
        photos=embed_all(
            "photos of other things", _without_class(_parts(classifier, others, warn=warn)), len(others) * CROPS_A_PHOTO
        )
        if others
        else None,
        corners=embed_all("corners", _without_class(corners(image for image, _ in _open(classifier, few))), len(few)),
        elsewhere=embed_set([photo for photo in elsewhere if photo.positions]),
        other_kinds=embed_set([photo for photo in elsewhere if not photo.positions and not is_thing(photo)]),
        other_things=embed_set([photo for photo in elsewhere if is_thing(photo)]),
    )


def is_thing(photo: SetPhoto) -> bool:
    """Whether a photo from elsewhere shows no subject at all, of whatever kind."""
    return not photo.positions and photo.kind.casefold().startswith(SHOWS_NO_SUBJECT)


def common_side(photos: Sequence[SetPhoto], *, limits: ImageLimits = DEFAULT_LIMITS) -> int:
    """Side in pixels to which photos from elsewhere are shrunk: the smallest median of short sides of a kind.

    Collections are saved at one size or another. Where known photos are sharper than strangers, sharpness alone would
    tell them apart, in these photos and in no others. 0 where there are no photos.
    """
    sides: dict[str, list[int]] = {}
    for photo in photos:
        with suppress(PhotoError):
            side = min(upright_size(photo.path, limits=limits))
            sides.setdefault(photo.kind, []).append(side)
    return round(min((median(values) for values in sides.values()), default=0))


def embed_elsewhere(
    classifier: Classifier,
    photos: Sequence[SetPhoto],
    *,
    side: int,
    progress: Progress = ignore,
    warn: Callable[[str], object] = ignore,
) -> Embedded | None:
    """Embed photos from elsewhere, shrunk to a short side of `side` pixels; None if not one can be read."""
    kept: list[SetPhoto] = []

    def shrunk() -> Iterator[tuple[Image.Image, int]]:
        for photo, picture in open_all(classifier, photos, path_of=lambda photo: photo.path):
            if isinstance(picture, PhotoError):
                warn(left_out_sentence(photo.path, picture))
                continue
            kept.append(photo)
            share = side / min(picture.size)
            size = (max(1, round(picture.width * share)), max(1, round(picture.height * share)))
            yield (picture.resize(size, Image.Resampling.BICUBIC) if share < 1 else picture), -1

    try:
        seen = embed(
            classifier,
            shrunk(),
            second_looks=True,
            step=lambda done: progress("photos from elsewhere", done, len(photos)),
        )
    except DatasetError:
        return None
    right = [
        max(photo.positions, key=lambda position: row[position]) if photo.positions else -1
        for photo, row in zip(kept, seen.logits, strict=True)
    ]
    return replace(seen, positions=np.array(right))


def _open(
    classifier: Classifier, samples: Iterable[Sample], *, warn: Callable[[str], object] = ignore
) -> Iterator[tuple[Image.Image, int]]:
    for sample, picture in open_all(classifier, samples, path_of=lambda sample: sample.path):
        if isinstance(picture, PhotoError):
            warn(left_out_sentence(sample.path, picture))
        else:
            yield picture, sample.target


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
    for number, (path, picture) in enumerate(open_all(classifier, files, path_of=lambda path: path)):
        if isinstance(picture, PhotoError):
            warn(left_out_sentence(path, picture))
        else:
            yield from crops(picture, CROPS_A_PHOTO, seed=number)


def _without_class(pictures: Iterable[Image.Image]) -> Iterator[tuple[Image.Image, int]]:
    return ((picture, -1) for picture in pictures)
