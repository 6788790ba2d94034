"""Estimates: a figure with its 95 % interval."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from classifier.reports.intervals import bootstrap_mean, wilson_interval
from classifier.reports.numbers import PLACES


@dataclass(frozen=True)
class Estimate:
    """Estimate of a share (0 to 1) or of a mean.

    value: what was measured.
    low, high: both ends of the 95 % interval.
    n: on how many photos.
    """

    value: float
    low: float
    high: float
    n: int

    @classmethod
    def of_share(cls, part: int, whole: int) -> "Estimate | None":
        """Share part / whole with its Wilson interval; None where nothing was counted."""
        return cls(part / whole, *wilson_interval(part, whole), whole) if whole else None

    @classmethod
    def of_counts(cls, counts: Mapping[int, int]) -> "Estimate | None":
        """Mean of whole numbers (number → how often it was counted), with its bootstrap interval; None without any."""
        n = sum(counts.values())
        if not n:
            return None
        return cls(sum(value * count for value, count in counts.items()) / n, *bootstrap_mean(counts), n)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, rounded to `PLACES`."""
        ends = [round(self.low, PLACES), round(self.high, PLACES)]
        return {"value": round(self.value, PLACES), "interval": ends, "n": self.n}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any] | None) -> "Estimate | None":
        """The inverse of `to_dict`; None for None."""
        if values is None:
            return None
        low, high = values["interval"]
        return cls(float(values["value"]), float(low), float(high), int(values["n"]))
