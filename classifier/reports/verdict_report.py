"""Verdict reports: verdicts and coverage sets, counted on photos of the classes and on pictures of others.

Part `verdicts` of the report that `evaluate --report` writes. Needs neither PyTorch nor the photos.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, get_args

from classifier.predictions.values import Reason, Verdict
from classifier.reports.intervals import wilson_interval
from classifier.reports.numbers import PLACES, rounded, share_of

VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
REASONS: tuple[Reason, ...] = get_args(Reason)


@dataclass(frozen=True)
class Group:
    """Group of pictures of one kind, with how they were answered.

    name: what they show; "" for photos of the classes.
    verdicts: numbers of pictures with each verdict.
    right: of them, those whose best class is right.
    reasons: of the “unknown”, numbers of pictures with each reason.
    familiarity: numbers of pictures in each of the report's bins.
    auroc: how often a photo of the classes is more familiar; None for these themselves.
    """

    name: str
    verdicts: Mapping[Verdict, int]
    right: Mapping[Verdict, int]
    reasons: Mapping[Reason, int]
    familiarity: tuple[int, ...]
    auroc: float | None = None

    @property
    def n(self) -> int:
        """Pictures of the group."""
        return sum(self.verdicts.values())

    @property
    def kept(self) -> int:
        """Pictures that are not turned away as unknown."""
        return self.n - self.verdicts["unknown"]

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for other readers with the shares that follow from the counts, and their intervals."""
        return {
            "name": self.name,
            "n": self.n,
            "verdicts": {
                verdict: {
                    "n": count,
                    "right": self.right[verdict],
                    **_share("share", count, self.n),
                    **_share("precision", self.right[verdict], count),
                }
                for verdict, count in self.verdicts.items()
            },
            "reasons": dict(self.reasons),
            **_share("kept", self.kept, self.n),
            "auroc": self.auroc,
            "familiarity": list(self.familiarity),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Group":
        return cls(
            name=str(values["name"]),
            verdicts={verdict: int(values["verdicts"][verdict]["n"]) for verdict in VERDICTS},
            right={verdict: int(values["verdicts"][verdict]["right"]) for verdict in VERDICTS},
            reasons={reason: int(values["reasons"][reason]) for reason in REASONS},
            familiarity=tuple(int(count) for count in values["familiarity"]),
            auroc=_number(values["auroc"]),
        )


@dataclass(frozen=True)
class VerdictReport:
    """Report of verdicts and coverage sets.

    ece: expected calibration error.
    known: the measured photos.
    covered: photos whose coverage set holds the right class.
    promised: the share of photos that the sets were fitted to cover.
    set_sizes: numbers of photos whose set has 0, 1, 2, … classes.
    edges: of the bins of familiarity, in log-odds; below 0 a picture is “unknown”, and the outer bins hold all beyond.
    unknown: pictures that show none of the classes, a group for each folder.
    auroc: how often a known photo is more familiar than an unknown picture, of all groups together.
    """

    ece: float
    known: Group
    covered: int
    promised: float
    set_sizes: tuple[int, ...]
    edges: tuple[float, ...]
    unknown: tuple[Group, ...] = field(default=())
    auroc: float | None = None

    @property
    def set_size(self) -> float:
        """Mean size of a coverage set; an “unknown” photo's is empty."""
        return sum(size * count for size, count in enumerate(self.set_sizes)) / self.known.n

    @property
    def list_length(self) -> float:
        """Mean size of the coverage sets that are not empty; 0 when all are."""
        return self.set_size * self.known.n / max(sum(self.set_sizes[1:]), 1)

    @property
    def lists_covered(self) -> int:
        """Unsure answers whose list holds the right class; of the others' sets, only a right confident one does."""
        return self.covered - self.known.right["confident"]

    @cached_property
    def summary(self) -> dict[str, float | int | None]:
        """Figures of `evaluate --trust`, shares from 0 to 1; those about unknown pictures are None without any.

        confident_share, confident_precision: of confident answers, how many there are and are right. coverage: how
        often the coverage set holds the right class; list_coverage: the same of unsure answers. list_length: mean size
        of the coverage sets that are not empty; set_size: of all. known_kept: photos not turned away.
        unknown_rejected: unknown pictures turned away.
        """
        known, others = self.known, sum(group.n for group in self.unknown)
        confident, unsure = known.verdicts["confident"], known.verdicts["unsure"]
        figures: dict[str, float | int | None] = {
            "n": known.n,
            "ece": self.ece,
            "confident_share": confident / known.n,
            "confident_precision": known.right["confident"] / confident if confident else None,
            "coverage": self.covered / known.n,
            "list_coverage": self.lists_covered / unsure if unsure else None,
            "list_length": self.list_length,
            "set_size": self.set_size,
            "known_kept": known.kept / known.n,
            "unknown_n": others,
            "unknown_rejected": 1 - sum(group.kept for group in self.unknown) / others if others else None,
            "auroc": self.auroc,
        }
        return {name: round(value, PLACES) if isinstance(value, float) else value for name, value in figures.items()}

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON: the summary, the intervals of its shares, and the counts."""
        known = self.known
        intervals = {
            "confident_share": wilson_interval(known.verdicts["confident"], known.n),
            "confident_precision": wilson_interval(known.right["confident"], known.verdicts["confident"]),
            "coverage": wilson_interval(self.covered, known.n),
            "list_coverage": wilson_interval(self.lists_covered, known.verdicts["unsure"]),
            "known_kept": wilson_interval(known.kept, known.n),
        }
        return {
            **self.summary,
            **{f"{name}_interval": list(rounded(ends)) for name, ends in intervals.items()},
            "covered": self.covered,
            "promised": self.promised,
            "set_sizes": list(self.set_sizes),
            "familiarity_edges": list(self.edges),
            "known": known.to_dict(),
            "unknown": [group.to_dict() for group in self.unknown],
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "VerdictReport":
        """The inverse of `to_dict`; raises KeyError, TypeError, ValueError or AttributeError for anything else."""
        found = cls(
            ece=float(values["ece"]),
            known=Group.from_dict(values["known"]),
            covered=int(values["covered"]),
            promised=float(values["promised"]),
            set_sizes=tuple(int(count) for count in values["set_sizes"]),
            edges=tuple(float(edge) for edge in values["familiarity_edges"]),
            unknown=tuple(Group.from_dict(group) for group in values["unknown"]),
            auroc=_number(values["auroc"]),
        )
        if not all(
            group.n and len(group.familiarity) == len(found.edges) - 1 for group in (found.known, *found.unknown)
        ):
            raise ValueError("a group without pictures, or with other bins than the report's")
        return found


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _share(name: str, part: int, whole: int) -> dict[str, Any]:
    return {name: share_of(part, whole), f"{name}_interval": list(rounded(wilson_interval(part, whole)))}
