"""Coverage sets: lists of classes that hold the right one a given part of the time.

Regularised adaptive prediction sets (RAPS, https://arxiv.org/abs/2009.14193), calibrated by split conformal prediction.
"""

from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class CoverageSets:
    """Coverage sets: a class is listed while its score (`scores`) stays at or below `threshold`.

    Attributes:
        coverage: the part of photos (0 to 1) whose right class is listed.
        threshold: of the scores, 0 or more.
        penalty: what every rank after `free` adds to the score, which keeps lists short.
        free: how many ranks cost nothing.
    """

    coverage: float
    threshold: float
    penalty: float = 0.02
    free: int = 2

    def sets(self, probabilities: Floats) -> list[list[int]]:
        """(N, C) probabilities → for each photo the positions of the classes listed, best first."""
        order = np.argsort(-probabilities, axis=1, kind="stable")
        listed = self.scores(probabilities) <= self.threshold
        return [[int(place) for place in row if listed[number, place]] for number, row in enumerate(order)]

    def scores(self, probabilities: Floats) -> Floats:
        """(N, C) → (N, C): the probability of the classes that stand before a class, plus its penalty.

        A class's own probability is left out, so that the likeliest class scores 0 and no list is empty by chance.
        """
        order = np.argsort(-probabilities, axis=1, kind="stable")
        ranked = np.take_along_axis(probabilities, order, axis=1)
        before = np.cumsum(ranked, axis=1) - ranked
        late = np.maximum(0, np.arange(1, probabilities.shape[1] + 1) - self.free)
        scores = np.empty_like(before)
        np.put_along_axis(scores, order, before + self.penalty * late, axis=1)
        return scores


def conformal_threshold(scores: Floats, coverage: float) -> float:
    """The ⌈(n + 1) × coverage⌉-th smallest of n scores: with it, a new photo is covered at least that often."""
    rank = ceil((len(scores) + 1) * coverage)
    return float(np.sort(scores)[rank - 1]) if rank <= len(scores) else float("inf")
