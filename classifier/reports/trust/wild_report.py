"""Wild reports: how right a classifier is on photos from elsewhere, and how it answers strangers among them.

Part `wild` of the report that `evaluate --report --wild` writes. Needs neither PyTorch nor the photos.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from classifier.reports.intervals import wilson_interval
from classifier.reports.trust.estimates import Estimate

# Figures of known photos. Those of verdicts are None where the checkpoint is not calibrated.
KNOWN_FIGURES = (
    "top1",
    "top5",
    "mean_class_top1",
    "mean_class_top5",
    "turned_away",
    "confident_share",
    "confident_precision",
    "list_coverage",
    "list_length",
)


@dataclass(frozen=True)
class KnownPhotos:
    """Figures of photos of the classes.

    n, classes, sources: how many photos, classes with a photo, and sources; 0 sources where the set names none.
    intervals: "photos" or "sources": what the intervals take as drawn by chance (see `evaluation.resampling`).
    ece: expected calibration error, 0 to 1.
    figures: by the names of `KNOWN_FIGURES`. top1, top5: photos with a right class first, or among the first five;
        mean_class_…: mean of that over the classes. turned_away: photos called unknown. confident_share,
        confident_precision: of confident answers, how many there are and are right. list_coverage, list_length: of
        the lists of unsure answers, how many hold a right class, and their mean length. None where nothing was counted.
    """

    n: int
    classes: int
    sources: int
    intervals: str
    ece: float
    figures: Mapping[str, Estimate | None]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        counts = {"n": self.n, "classes": self.classes, "sources": self.sources, "intervals": self.intervals}
        figures = {name: each.to_dict() if each else None for name, each in self.figures.items()}
        return {**counts, "ece": self.ece, **figures}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "KnownPhotos":
        figures = {name: Estimate.from_dict(values[name]) for name in KNOWN_FIGURES}
        return cls(
            n=int(values["n"]),
            classes=int(values["classes"]),
            sources=int(values["sources"]),
            intervals=str(values["intervals"]),
            ece=float(values["ece"]),
            figures=figures,
        )


@dataclass(frozen=True)
class Strangers:
    """Figures of photos of one kind that show none of the classes.

    n, sources, intervals: as of `KnownPhotos`.
    turned_away: photos rightly called unknown; None where the checkpoint is not calibrated.
    confident: photos that were given a name with “It is”.
    """

    kind: str
    n: int
    sources: int
    intervals: str
    turned_away: Estimate | None
    confident: Estimate | None

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        shares = {"turned_away": self.turned_away, "confident": self.confident}
        return {
            "kind": self.kind,
            "n": self.n,
            "sources": self.sources,
            "intervals": self.intervals,
            **{name: each.to_dict() if each else None for name, each in shares.items()},
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Strangers":
        return cls(
            kind=str(values["kind"]),
            n=int(values["n"]),
            sources=int(values["sources"]),
            intervals=str(values["intervals"]),
            turned_away=Estimate.from_dict(values["turned_away"]),
            confident=Estimate.from_dict(values["confident"]),
        )


@dataclass(frozen=True)
class Source:
    """Counts of the photos from one source.

    known: photos of the classes; of them, `right` ones have a right class first, and `known_away` are turned away.
    strangers: photos of other things; of them, `strangers_away` are turned away, and `named` get a name with “It is”.
    The counts of verdicts are 0 where the checkpoint is not calibrated.
    """

    name: str
    known: int
    right: int
    known_away: int
    strangers: int
    strangers_away: int
    named: int

    @property
    def mistakes(self) -> int:
        """Known photos whose first answer is wrong, and strangers that got a name with “It is”."""
        return self.known - self.right + self.named

    @property
    def at_least_wrong(self) -> float:
        """Lower end of the Wilson interval of the mistakes: one mistake in one photo is not the worst of all."""
        return wilson_interval(self.mistakes, self.known + self.strangers)[0]


@dataclass(frozen=True)
class WildReport:
    """Report on a set of photos from elsewhere.

    name: of the set.
    known: None where the set has no photo of the classes.
    strangers: a group for each kind, in the order of their names.
    by_source: the worst first; empty where the set names no source.
    source_column: the column that names them.
    left_out: rows and files of the set that were not measured.
    """

    name: str
    known: KnownPhotos | None
    strangers: tuple[Strangers, ...]
    by_source: tuple[Source, ...] = ()
    source_column: str | None = None
    left_out: int = 0

    @cached_property
    def n(self) -> int:
        """Photos that were measured."""
        return (self.known.n if self.known else 0) + sum(group.n for group in self.strangers)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "name": self.name,
            "n": self.n,
            "left_out": self.left_out,
            "known": self.known.to_dict() if self.known else None,
            "strangers": [group.to_dict() for group in self.strangers],
            "source_column": self.source_column,
            "by_source": [asdict(source) for source in self.by_source],
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any] | None) -> "WildReport | None":
        """The inverse of `to_dict`, None for None; raises KeyError, TypeError or ValueError for anything else."""
        if values is None:
            return None
        return cls(
            name=str(values["name"]),
            known=KnownPhotos.from_dict(values["known"]) if values["known"] else None,
            strangers=tuple(Strangers.from_dict(group) for group in values["strangers"]),
            by_source=tuple(Source(**source) for source in values["by_source"]),
            source_column=values["source_column"],
            left_out=int(values["left_out"]),
        )
