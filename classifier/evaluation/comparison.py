"""Comparison of two classifiers on the same photos: which is right more often, whether by chance, and speed."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import cycle, islice
from math import comb
from statistics import median

from PIL import Image

from classifier.data.samples import Sample
from classifier.errors import PhotoError, SettingError
from classifier.evaluation.evaluate import collect
from classifier.evaluation.metrics import Outcome
from classifier.inference.batch import open_all
from classifier.inference.classifier import Classifier
from classifier.outputs.names import readable_name
from classifier.photos.streaming import Progress, ignore

# Speed is measured on so many photos in turn, so many times each way after a warm-up.
SPEED_PHOTOS = 8
SPEED_ROUNDS = 20
WARM_UP_ROUNDS = 2


@dataclass(frozen=True)
class Comparison:
    """Comparison: how many photos both classifiers have right, only the first, only the second, or neither."""

    both: int
    only_first: int
    only_second: int
    neither: int

    @property
    def n(self) -> int:
        return self.both + self.only_first + self.only_second + self.neither

    @property
    def p_value(self) -> float:
        """Of the exact McNemar test, see `mcnemar_exact`."""
        return mcnemar_exact(self.only_first, self.only_second)


def mcnemar_exact(only_first: int, only_second: int) -> float:
    """Exact McNemar test: how likely a difference at least as large is if both are equally good; two-sided, 0 to 1.

    Only the photos that one of two has right distinguish them; were both equally good, each would be right on half of
    them: p = min(1, 2 · P(X ≤ min)) with X binomial(n, ½). Source: Q. McNemar, "Note on the sampling error of the
    difference between correlated proportions", Psychometrika 12 (1947), https://doi.org/10.1007/BF02295996; the exact
    form as in Fagerland, Lydersen and Laake (2013), https://doi.org/10.1186/1471-2288-13-91.

    Args:
        only_first: photos that only the first has right.
        only_second: photos that only the second has right.
    """
    # Exact: where fewer than 25 photos differ, the usual chi-squared approximation is poor. Doubled for both tails, and
    # cut at 1, which the doubled sum exceeds where both counts are equal.
    n, least = only_first + only_second, min(only_first, only_second)
    return min(1.0, 2 * sum(comb(n, k) for k in range(least + 1)) / 2**n)


@dataclass(frozen=True)
class Speed:
    """Speed of two classifiers.

    Attributes:
        first_ms: milliseconds that the first takes for one photo, median.
        second_ms: the same of the second.
        ratio: how many times as long the second takes, median over pairs of runs that follow each other.
    """

    first_ms: float
    second_ms: float
    ratio: float


@dataclass(frozen=True)
class ClassifierComparison:
    """Comparison of two classifiers on the same photos.

    Attributes:
        outcomes: of the first and of the second.
        counts: photos by who is right.
        speed: None when none of the first photos could be read.
    """

    outcomes: tuple[Outcome, Outcome]
    counts: Comparison
    speed: Speed | None


def compare_classifiers(
    first: Classifier,
    second: Classifier,
    samples: Sequence[Sample],
    *,
    tta: bool = False,
    batch_size: int | None = None,
    names: tuple[str, str] = ("first", "second"),
    progress: Progress = ignore,
    warn: Callable[[str], object] = ignore,
) -> ClassifierComparison:
    """Compare two classifiers on the same photos, and one photo at a time for their speed.

    Args:
        first: of the classes of the samples.
        second: of the same classes.
        samples: the photos.
        tta: average over six views of each photo.
        batch_size: photos a pass; by default what suits the device.
        names: what `progress` calls them.
        progress: is called with a name, and how many of how many photos are done.
        warn: is called with a sentence about each photo that cannot be read, and is left out.

    Raises:
        DatasetError: one of the two can read none of the photos.
        SettingError: they could not read the same photos.
    """
    measured = []
    for name, classifier in zip(names, (first, second), strict=True):
        shown = partial(_renamed, progress, name)
        measured.append(collect(classifier, samples, batch_size=batch_size, tta=tta, progress=shown))
    paths = {sample.image_id: sample.path for sample in samples}
    for image_id, reason in measured[0].unreadable:
        warn(f"left out: {readable_name(paths[image_id])}: {reason}")
    opened = open_all(first, samples[:SPEED_PHOTOS], path_of=lambda sample: sample.path)
    pictures = [picture for _, picture in opened if not isinstance(picture, PhotoError)]
    speed = measure_speed(first, second, pictures) if pictures else None
    return ClassifierComparison((measured[0], measured[1]), compare(*measured), speed)


def _renamed(progress: Progress, name: str, _: str, done: int, total: int) -> None:
    progress(name, done, total)


def compare(first: Outcome, second: Outcome) -> Comparison:
    """Compare two outcomes by who is right on which photo.

    Args:
        first: of the same photos in the same order as
        second: the other.

    Raises:
        SettingError: they are not.
    """
    if first.image_ids != second.image_ids:
        raise SettingError("The two were not measured on the same photos; evaluate both on the same split.")
    first_right, second_right = first.answers == first.targets, second.answers == second.targets
    return Comparison(
        both=int((first_right & second_right).sum()),
        only_first=int((first_right & ~second_right).sum()),
        only_second=int((~first_right & second_right).sum()),
        neither=int((~first_right & ~second_right).sum()),
    )


def measure_speed(
    first: Classifier, second: Classifier, images: Sequence[Image.Image], *, rounds: int = SPEED_ROUNDS
) -> Speed:
    """Measure the speed of two classifiers on one photo at a time.

    Args:
        first: one classifier.
        second: the other.
        images: upright RGB pictures, at least one, taken in turn.
        rounds: how often each classifies one.
    """
    for image in islice(cycle(images), WARM_UP_ROUNDS):
        _time_ms(first, image)
        _time_ms(second, image)
    first_ms, second_ms = [], []
    # In turn and in changing order: whatever else the machine does slows down both alike.
    for number, image in enumerate(islice(cycle(images), rounds)):
        if number % 2 == 0:
            second_ms.append(_time_ms(second, image))
            first_ms.append(_time_ms(first, image))
        else:
            first_ms.append(_time_ms(first, image))
            second_ms.append(_time_ms(second, image))
    # Of pairs, then the median: a pair shares the load of its moment, two medians may be of different moments.
    ratio = median(after / before for before, after in zip(first_ms, second_ms, strict=True))
    return Speed(median(first_ms), median(second_ms), ratio)


def _time_ms(classifier: Classifier, image: Image.Image) -> float:
    started = time.perf_counter()
    classifier.probabilities([image])
    return 1000 * (time.perf_counter() - started)
