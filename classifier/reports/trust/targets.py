"""Targets of the lists that come with answers: how often they shall hold the right class, and how long they may be.

A list of all classes always holds the right one, so how often is worth nothing without how long: a target is met only
if all of its bounds are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from classifier.reports.trust.estimates import Estimate
from classifier.reports.trust.wild_report import WildReport
from classifier.reports.verdict_report import VerdictReport

# Over all photos of the split, those that are turned away included (they have no list, and hold nothing).
COVERAGE_AT_LEAST = 0.95
# Mean over the photos that have a list, so that empty ones cannot make up for long ones.
LIST_LENGTH_AT_MOST = 1.05
# Of unsure answers alone, on photos from elsewhere: their lists are longer, and nobody compares more than three.
LIST_COVERAGE_AT_LEAST = 0.9
UNSURE_LENGTH_AT_MOST = 3.0


@dataclass(frozen=True)
class Bound:
    """Bound that a figure shall keep.

    name: of the figure.
    wanted: the bound.
    at_least: whether the figure shall be at least this, else at most.
    measured: None where there was nothing to measure it on.
    """

    name: str
    wanted: float
    at_least: bool
    measured: Estimate | None

    @property
    def met(self) -> bool | None:
        """Whether the measured value keeps the bound; None where it was not measured."""
        if self.measured is None:
            return None
        return self.measured.value >= self.wanted if self.at_least else self.measured.value <= self.wanted

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        measured = self.measured.to_dict() if self.measured else {"value": None, "interval": None, "n": 0}
        bound = {"at_least" if self.at_least else "at_most": self.wanted}
        return {"name": self.name, **bound, **measured, "met": self.met}


@dataclass(frozen=True)
class Target:
    """Target: bounds that have to be kept together, on the photos of the measured split or on those from elsewhere."""

    photos: Literal["split", "elsewhere"]
    bounds: tuple[Bound, ...]

    @property
    def met(self) -> bool | None:
        """Whether every bound is kept; None where one was not measured and none is broken."""
        kept = [bound.met for bound in self.bounds]
        return False if False in kept else None if None in kept else True

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {"photos": self.photos, "met": self.met, "bounds": [bound.to_dict() for bound in self.bounds]}


def judge_targets(verdicts: VerdictReport | None, wild: WildReport | None = None) -> tuple[Target, ...]:
    """Judge the targets: on the split where it has verdicts, and on photos from elsewhere; none where neither is."""
    split = (_judge_split(verdicts),) if verdicts else ()
    return (*split, _judge_elsewhere(wild)) if verdicts or wild else ()


def _judge_split(verdicts: VerdictReport) -> Target:
    coverage = Estimate.of_share(verdicts.covered, verdicts.known.n)
    length = Estimate.of_counts(list_lengths(verdicts.set_sizes))
    bounds = (
        Bound("coverage", COVERAGE_AT_LEAST, at_least=True, measured=coverage),
        Bound("list_length", LIST_LENGTH_AT_MOST, at_least=False, measured=length),
    )
    return Target("split", bounds)


def _judge_elsewhere(wild: WildReport | None) -> Target:
    figures = wild.known.figures if wild and wild.known else {}
    bounds = (
        Bound("list_coverage", LIST_COVERAGE_AT_LEAST, at_least=True, measured=figures.get("list_coverage")),
        Bound("list_length", UNSURE_LENGTH_AT_MOST, at_least=False, measured=figures.get("list_length")),
    )
    return Target("elsewhere", bounds)


def list_lengths(set_sizes: Sequence[int]) -> dict[int, int]:
    """Lengths of the lists that are not empty → how many there are.

    Args:
        set_sizes: numbers of photos whose list has 0, 1, 2, … classes.
    """
    return {size: count for size, count in enumerate(set_sizes) if size and count}
