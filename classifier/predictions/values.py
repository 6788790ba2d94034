"""Prediction values: what the classifier says of a photo, as the site, the API and --json share it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Verdict = Literal["confident", "unsure", "unknown"]
Reason = Literal["not_the_subject", "other_kind"]
PAIR_FROM = 0.1  # probability of the second of two classes, from which on an answer names both


@dataclass(frozen=True)
class Candidate:
    """One class that the photo may show, with its probability (0 to 1)."""

    class_id: int
    name: str
    scientific_name: str | None
    probability: float


@dataclass(frozen=True)
class Neighbour:
    """A training photo, and how alike the network finds it: the cosine of the two embeddings, at most 1."""

    image_id: int
    class_id: int
    similarity: float


@dataclass(frozen=True)
class Neighbours:
    """The most similar training photos, best first: of any class, and of each candidate (class id → photos)."""

    overall: tuple[Neighbour, ...]
    by_class: Mapping[int, tuple[Neighbour, ...]] = field(hash=False)


@dataclass(frozen=True)
class Confusion:
    """`count` test photos of class `was` were taken for class `said`; `image_ids` names them. Both are class ids."""

    said: int
    was: int
    count: int
    image_ids: tuple[int, ...]


@dataclass(frozen=True)
class TrackRecord:
    """How answers like this one fared on test photos.

    low_confidence, high_confidence: the band of probabilities that the answer falls in.
    n, right: test answers of this class in this band, and how many were right; share = right / n, None without any.
    low, high: the 95 % Wilson interval of the share (0 to 1 when n is 0).
    overall_n, overall_right, overall_share: the same band over all classes.
    confusions: how this class was mistaken, either way, most frequent first.
    """

    class_id: int
    low_confidence: float
    high_confidence: float
    n: int
    right: int
    share: float | None
    low: float
    high: float
    overall_n: int
    overall_right: int
    overall_share: float | None
    confusions: tuple[Confusion, ...]


@dataclass(frozen=True)
class ActivationMap:
    """What each part of the crop adds to a class's logit: h rows of w values, top left first.

    mean(values) + the class's bias = its logit, so that maps of two classes can be subtracted.
    """

    values: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Prediction:
    """What the classifier says of one photo: the likeliest classes, best first; never empty.

    whole_photo_seen: whether the probabilities come from the whole photo, too, and not from its central square alone.

    The rest is None when the checkpoint was not fitted for it (`python -m classifier calibrate` and `index`):

    verdict, reason: see `verdicts.Calibration.judge`; a reason comes only with “unknown”.
    coverage_set: the classes among which the right one is, `coverage` (0 to 1) of the time; best first, at least one.
    neighbours, similarity: the most similar training photos, and the similarity of the first of them.
    duplicate_of: the image id of the training photo that this photo is, or nearly is.
    track_record: how the best class fared on test at this probability.
    maps: class id → activation map of each candidate; only when `predict` was asked for maps.
    """

    candidates: tuple[Candidate, ...]
    verdict: Verdict | None = None
    reason: Reason | None = None
    coverage_set: tuple[Candidate, ...] | None = None
    coverage: float | None = None
    neighbours: Neighbours | None = None
    similarity: float | None = None
    duplicate_of: int | None = None
    track_record: TrackRecord | None = None
    maps: Mapping[int, ActivationMap] | None = field(default=None, hash=False, repr=False)
    whole_photo_seen: bool = False

    @property
    def best(self) -> Candidate:
        """The likeliest class."""
        return self.candidates[0]

    @property
    def pair(self) -> tuple[Candidate, Candidate] | None:
        """The two classes of an unsure answer that leaves just two of more open, the likelier first.

        None, too, where the second is so improbable (below `PAIR_FROM`) that naming both alike would mislead.
        """
        listed = self.coverage_set or ()
        if self.verdict != "unsure" or not len(listed) == 2 < len(self.candidates):
            return None
        return (listed[0], listed[1]) if listed[1].probability >= PAIR_FROM else None

    def to_dict(self) -> dict[str, Any]:
        """Plain values, as `predict --json` and the API give them; maps are left out."""
        neighbours = None
        if self.neighbours is not None:
            neighbours = {
                "overall": [asdict(neighbour) for neighbour in self.neighbours.overall],
                "by_class": {
                    str(class_id): [asdict(neighbour) for neighbour in found]
                    for class_id, found in self.neighbours.by_class.items()
                },
            }
        return {
            "predictions": [asdict(candidate) for candidate in self.candidates],
            "verdict": self.verdict,
            "reason": self.reason,
            "coverage_set": [asdict(entry) for entry in self.coverage_set] if self.coverage_set is not None else None,
            "coverage": self.coverage,
            "neighbours": neighbours,
            "similarity": self.similarity,
            "duplicate_of": self.duplicate_of,
            "track_record": asdict(self.track_record) if self.track_record is not None else None,
            "whole_photo_seen": self.whole_photo_seen,
        }
