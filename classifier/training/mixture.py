"""Mixture: what the batches of a training are made of, own photos, further ones of the classes, and strangers."""

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from classifier.data.further.reading import Further, FurtherPhoto
from classifier.data.samples import Sample
from classifier.errors import SettingError
from classifier.training.settings import TrainingSettings


class BatchShape(NamedTuple):
    """Photos of a batch in one of the processes that train together."""

    known: int
    strangers: int


@dataclass(frozen=True)
class Mixture:
    """What the batches of a training are made of.

    A sample's target is the position of its class, or the number of an answer beyond the classes: of several classes
    that all count as right, or of none.

    Attributes:
        own: the collection's photos to learn from; an epoch shows each once.
        also: further known ones.
        strangers: photos of none of the classes; the number of their answer is the last.
        answers: positions of the right classes by number, the classes themselves first; () where a target is always
            a position.
        also_weight: how often an epoch shows each photo of `also`, on average.
        strangers_share: part of a batch that is strangers, if there are any.
        known_side, strangers_side: medians of the short sides in pixels; None where nothing is to be made alike.
    """

    own: Sequence[Sample] = field(repr=False)
    also: Sequence[Sample] = field(default=(), repr=False)
    strangers: Sequence[Sample] = field(default=(), repr=False)
    answers: tuple[tuple[int, ...], ...] = ()
    also_weight: float = 1.0
    strangers_share: float = 0.25
    known_side: int | None = None
    strangers_side: int | None = None

    @classmethod
    def of(cls, own: Sequence[Sample], further: Further, settings: TrainingSettings, *, class_count: int) -> "Mixture":
        """Mixture of the own and the further photos, as the settings say."""
        positions = [(position,) for position in range(class_count)]
        several = sorted({photo.targets for photo in further.also} - set(positions))
        answers = (*positions, *several, *([()] if further.strangers else []))
        numbers = {answer: number for number, answer in enumerate(answers)}

        def samples(photos: Sequence[FurtherPhoto]) -> list[Sample]:
            # The collection's image ids are positive.
            return [
                Sample(photo.path, numbers[photo.targets], -place, photo.limits)
                for place, photo in enumerate(photos, start=1)
            ]

        return cls(
            own,
            samples(further.also),
            samples(further.strangers),
            answers if len(answers) > class_count else (),
            settings.also_weight,
            settings.strangers_share,
            further.known_side,
            further.strangers_side,
        )

    @property
    def all_photos(self) -> list[Sample]:
        """All photos that are learnt from, each once."""
        return [*self.own, *self.also, *self.strangers]

    @property
    def known_photos(self) -> int:
        """Number of known photos that an epoch shows, repeats included."""
        return len(self.own) + self._also_shown

    @property
    def _also_shown(self) -> int:
        return round(self.also_weight * len(self.also))

    def known(self, seed: int) -> list[Sample]:
        """Known photos of an epoch: the own ones in order, then the further ones as often as they are shown.

        Args:
            seed: decides which further ones are shown once more than others, where the weight is no whole number.
        """
        whole, rest = divmod(self._also_shown, len(self.also)) if self.also else (0, 0)
        return [*self.own, *(list(self.also) * whole), *random.Random(f"{seed}/also").sample(list(self.also), rest)]

    def further_shown(self) -> dict[int, float]:
        """How many photos of `also` an epoch shows of each class, by position; one of two classes is half of each."""
        shown: dict[int, float] = defaultdict(float)
        for sample in self.also:
            right = self.answers[sample.target] if self.answers else (sample.target,)
            for position in right:
                shown[position] += self.also_weight / len(right)
        return shown

    def batch(self, batch_size: int, *, processes: int = 1) -> BatchShape:
        """Shape of a batch in each process.

        Raises:
            SettingError: there is no room for both known photos and strangers.
        """
        if not self.strangers:
            return BatchShape(max(1, min(batch_size, self.known_photos) // processes), 0)
        each = batch_size // processes
        if each < 2:
            raise SettingError(
                "With --strangers, --batch-size has room for a known photo and a stranger in each process: it is at "
                f"least {2 * processes}; got {batch_size}."
            )
        strangers = min(each - 1, max(1, round(self.strangers_share * each)))
        return BatchShape(min(each - strangers, max(1, self.known_photos // processes)), strangers)

    def batches(self, batch_size: int, *, processes: int = 1) -> int:
        """Number of batches in an epoch, which shows every known photo; the last, smaller one is left out."""
        return max(1, self.known_photos // processes // self.batch(batch_size, processes=processes).known)


def strangers_of_epoch(strangers: Sequence[Sample], count: int, *, seed: int) -> list[Sample]:
    """Strangers that an epoch shows: drawn by chance, none again before all have been shown."""
    chance = random.Random(f"{seed}/strangers")
    found: list[Sample] = []
    while len(found) < count:
        found += chance.sample(list(strangers), len(strangers))
    return found[:count]


def balanced_weights(
    train: Sequence[Sample], class_count: int, further: Mapping[int, float] | None = None
) -> list[float]:
    """Factors of the loss that give every class the same say: photos / (classes × photos of the class).

    Args:
        train: the own photos.
        class_count: number of classes.
        further: how many further ones are shown of each class, by position.
    """
    shown: dict[int, float] = defaultdict(float, further or {})
    for sample in train:
        shown[sample.target] += 1
    total = sum(shown.values())
    return [total / (class_count * max(1, shown[position])) for position in range(class_count)]
