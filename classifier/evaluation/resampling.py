"""Intervals of figures on photos that come in groups: a source's photos are alike, and err together.

Where a set names its sources, whole sources are drawn by chance with replacement (cluster bootstrap: A. C. Davison and
D. V. Hinkley, "Bootstrap Methods and their Application", 1997, section 3.8, https://doi.org/10.1017/CBO9780511802843),
else single photos. Intervals are percentiles (95 %).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.reports.intervals import RESAMPLES, SEED, wilson_interval
from classifier.reports.trust.estimates import Estimate

Floats = NDArray[np.floating[Any]]
# With fewer, the spread between sources is hardly known, and the bootstrap's intervals are too narrow.
LEAST_SOURCES = 10
_AT_A_TIME = 200  # resamples, so that large sets do not fill the memory


class Resampling:
    """Resampling of the photos of a group: by source where there are enough of them, else by photo.

    Attributes:
        sources: how many there are.
        unit: "sources" or "photos": what is drawn.
    """

    def __init__(self, sources: NDArray[np.str_] | list[str]) -> None:
        """Number the clusters.

        Args:
            sources: (N,) the source of each photo; "" where it is not known: such a photo stands for itself.
        """
        names = np.asarray(sources, dtype=object)
        alone = np.array([not name for name in names], dtype=bool)
        named, numbers = np.unique(names[~alone].astype(str), return_inverse=True)
        self.sources = len(named)
        self.unit = "sources" if self.sources >= LEAST_SOURCES else "photos"
        self._clusters = np.arange(len(names))
        if self.unit == "sources":
            self._clusters[~alone] = numbers
            self._clusters[alone] = len(named) + np.arange(alone.sum())

    def share(self, hits: NDArray[np.bool_], among: NDArray[np.bool_] | None = None) -> Estimate | None:
        """Share of photos that are hits, with its interval; None of no photo.

        By photo it is Wilson's. By source it is the bootstrap's, widened to Wilson's where that reaches further: of
        shares near 0 and 1 the bootstrap knows no spread.

        Args:
            hits: (N,).
            among: (N,) the photos that count; all if None.
        """
        among = np.ones(len(hits), dtype=bool) if among is None else among
        n, right = int(among.sum()), int((hits & among).sum())
        if not n:
            return None
        low, high = wilson_interval(right, n)
        if self.unit == "sources":
            ends = self._ends((hits & among)[:, None].astype(float), among[:, None].astype(float))
            low, high = min(low, ends[0]), max(high, ends[1])
        return Estimate(right / n, low, high, n)

    def mean(self, values: Floats, among: NDArray[np.bool_]) -> Estimate | None:
        """Mean of values over the photos of `among`, with its bootstrap interval; None of no photo."""
        n = int(among.sum())
        if not n:
            return None
        ends = self._ends((values * among)[:, None], among[:, None].astype(float))
        return _around(float(values[among].mean()), ends, n)

    def mean_over_classes(self, hits: NDArray[np.bool_], classes: NDArray[np.int64]) -> Estimate:
        """Mean over the classes of the share of hits, with its bootstrap interval.

        Args:
            hits: (N,), at least one photo.
            classes: (N,) of each photo; a class that a resample does not draw is left out of its mean.
        """
        _, places = np.unique(classes, return_inverse=True)
        members = np.eye(places.max() + 1)[places]
        value = float(((members * hits[:, None]).sum(0) / members.sum(0)).mean())
        return _around(value, self._ends(members * hits[:, None], members), len(hits))

    def _ends(self, parts: Floats, wholes: Floats) -> tuple[float, float]:
        """Ends of the interval of mean over columns of sum(parts) / sum(wholes); both are (N, columns)."""
        counted = wholes.any(axis=1)
        _, places = np.unique(self._clusters[counted], return_inverse=True)
        clusters = int(places.max()) + 1
        part, whole = np.zeros((clusters, parts.shape[1])), np.zeros((clusters, parts.shape[1]))
        np.add.at(part, places, parts[counted])
        np.add.at(whole, places, wholes[counted])
        chance = np.random.default_rng(SEED)
        means = []
        for _ in range(0, RESAMPLES, _AT_A_TIME):
            drawn = chance.multinomial(clusters, np.full(clusters, 1 / clusters), size=_AT_A_TIME).astype(float)
            sums = drawn @ whole
            with np.errstate(invalid="ignore"):
                means.append(np.nanmean(np.where(sums > 0, drawn @ part / sums, np.nan), axis=1))
        low, high = np.quantile(np.concatenate(means), (0.025, 0.975))
        return float(low), float(high)


def _around(value: float, ends: tuple[float, float], n: int) -> Estimate:
    """Estimate whose interval holds its value: with one photo a class, percentiles may miss it."""
    return Estimate(value, min(ends[0], value), max(ends[1], value), n)
