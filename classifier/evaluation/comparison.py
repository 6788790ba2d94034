"""Two classifiers on the same photos: which is better, and could that be chance?"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from math import comb
from statistics import median

from PIL import Image

from classifier.data.samples import Sample
from classifier.errors import PhotoError, SettingError
from classifier.evaluation.evaluate import collect
from classifier.evaluation.metrics import Outcome
from classifier.inference.batch import open_all
from classifier.inference.classifier import Classifier
from classifier.photos.streaming import Progress, ignore

SPEED_PHOTOS = 8


@dataclass(frozen=True)
class Comparison:
    """Photos by who is right: both, only the first, only the second, neither. p_value: of the exact McNemar test."""

    both: int
    only_first: int
    only_second: int
    neither: int

    @property
    def n(self) -> int:
        return self.both + self.only_first + self.only_second + self.neither

    @property
    def p_value(self) -> float:
        return mcnemar_exact(self.only_first, self.only_second)


def mcnemar_exact(only_first: int, only_second: int) -> float:
    """How likely a difference at least as large is if both are equally good: two-sided, 0..1.

    Only the photos that one of two has right tell them apart; were both equally good, each would be right on half of
    them: p = min(1, 2 · P(X ≤ min)) with X binomial(n, ½). Source: Q. McNemar, "Note on the sampling error of the
    difference between correlated proportions", Psychometrika 12 (1947), https://doi.org/10.1007/BF02295996; the exact
    form as in Fagerland, Lydersen and Laake (2013), https://doi.org/10.1186/1471-2288-13-91.
    """
    n, least = only_first + only_second, min(only_first, only_second)
    return min(1.0, 2 * sum(comb(n, k) for k in range(least + 1)) / 2**n)


@dataclass(frozen=True)
class ClassifierComparison:
    """Comparison of two classifiers on the same photos; speed is None when no photo could be read for it."""

    outcomes: tuple[Outcome, Outcome]
    counts: Comparison
    speed: "Speed | None"


def compare_classifiers(
    first: Classifier,
    second: Classifier,
    samples: Sequence[Sample],
    *,
    tta: bool = False,
    batch_size: int = 32,
    names: tuple[str, str] = ("first", "second"),
    progress: Progress = ignore,
) -> ClassifierComparison:
    """Measure two classifiers on the same photos, one photo at a time for their speed.

    Args:
        first: of the classes of the samples.
        second: of the same classes.
        samples: the photos.
        tta: average over six views of each photo.
        batch_size: photos a pass.
        names: what `progress` calls them.
        progress: is called with a name, and how many of how many photos are done.

    Raises:
        DatasetError: one of the two can read none of the photos.
        SettingError: they could not read the same photos.
    """
    measured = []
    for name, classifier in zip(names, (first, second), strict=True):
        shown = partial(_renamed, progress, name)
        measured.append(collect(classifier, samples, batch_size=batch_size, tta=tta, progress=shown))
    few = open_all(first, samples[:SPEED_PHOTOS], path_of=lambda sample: sample.path)
    pictures = [picture for _, picture in few if not isinstance(picture, PhotoError)]
    speed = measure_speed(first, second, pictures) if pictures else None
    return ClassifierComparison((measured[0], measured[1]), compare(*measured), speed)


def _renamed(progress: Progress, name: str, _: str, done: int, total: int) -> None:
    progress(name, done, total)


def compare(first: Outcome, second: Outcome) -> Comparison:
    """Who is right on which photo; both outcomes are of the same photos in the same order.

    Raises:
        SettingError: they are not.
    """
    if first.image_ids != second.image_ids:
        raise SettingError("The two were not measured on the same photos; evaluate both on the same split.")
    a, b = first.answers == first.targets, second.answers == second.targets
    return Comparison(*(int(count.sum()) for count in (a & b, a & ~b, ~a & b, ~a & ~b)))


@dataclass(frozen=True)
class Speed:
    """Milliseconds for one photo, medians; ratio: how many times as long the second takes, the median of the pairs."""

    first_ms: float
    second_ms: float
    ratio: float


def measure_speed(first: Classifier, second: Classifier, images: Sequence[Image.Image], *, rounds: int = 20) -> Speed:
    """Time both on one photo at a time, in turn and in changing order: what else the machine does hits both alike."""
    pairs = []
    for number in range(-2, rounds):  # two rounds to warm up
        image = images[number % len(images)]
        if number % 2:
            first_ms, second_ms = _time_ms(first, image), _time_ms(second, image)
        else:
            second_ms, first_ms = _time_ms(second, image), _time_ms(first, image)
        if number >= 0:
            pairs.append((first_ms, second_ms))
    return Speed(median(a for a, _ in pairs), median(b for _, b in pairs), median(b / a for a, b in pairs))


def _time_ms(classifier: Classifier, image: Image.Image) -> float:
    started = time.perf_counter()
    classifier.probabilities([image])
    return 1000 * (time.perf_counter() - started)
