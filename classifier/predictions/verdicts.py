"""Verdicts: calibrated probabilities, and how far an answer can be trusted by how familiar the photo looks.

Everything here is fitted by `python -m classifier calibrate` (see `calibration.fit`) and is kept in the checkpoint's
metadata. What was tried, and how well it works: docs/trust.md. NumPy only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.errors import CheckpointError
from classifier.predictions.coverage import CoverageSets
from classifier.predictions.logistic import Logistic
from classifier.predictions.neighbours import Index, unit
from classifier.predictions.values import Reason, Verdict

Floats = NDArray[np.float32]
FORMAT = 3  # of the values in the metadata; goes up when a signal changes its meaning, or a value its name
NEAREST = 10
# What the verdicts are decided on; the order of the columns of `signals`.
SIGNALS = (
    "log_odds",  # of the best class, calibrated
    "lead",  # the best logit above the mean logit, in standard deviations of the logits
    "nearest_ten",  # mean cosine with the ten most similar training photos (https://arxiv.org/abs/2204.06507)
    "inside",  # part of the embedding inside the training photos' subspace (https://arxiv.org/abs/2203.10807)
    "class_cosine",  # cosine with the nearest class's mean
    "class_lead",  # that, above the cosine with the second nearest
    "distance",  # minus the Mahalanobis distance to the nearest class (https://arxiv.org/abs/1807.03888)
    "relative_distance",  # the same, less the distance to all photos (https://arxiv.org/abs/2106.09022)
)
HIDDEN = -1e4  # the logit of a hidden class


@dataclass(frozen=True)
class FittedOn:
    """Photos that a calibration was fitted on.

    split: "udacity-valid", and its photos; unknown: pictures of the user's own that show none of the classes; samples:
    those that installed packages ship; elsewhere, strangers: photos by other people, of the classes and of none.
    """

    split: str
    photos: int
    unknown: int
    samples: int
    elsewhere: int = 0
    strangers: int = 0


@dataclass(frozen=True)
class Calibration:
    """Calibration: the fitted numbers that make verdicts of signals.

    temperature: what logits are divided by (https://arxiv.org/abs/1706.04599).
    subject: from signals to the probability that the photo shows the subject (a flower), of whatever kind.
    known: the same, that it is of one of the classes, given that it shows the subject.
    sure: the same, that it is one of the classes and the answer is right.
    subject_from, known_from, sure_from: the least values for an answer, and for a confident one.
    fitted_on: what the numbers were fitted on; None when nobody recorded it.
    """

    temperature: float
    coverage: CoverageSets
    subject: Logistic
    subject_from: float
    known: Logistic
    known_from: float
    sure: Logistic
    sure_from: float
    fitted_on: FittedOn | None = None

    def judge(self, seen: Floats) -> list[tuple[Verdict, Reason | None]]:
        """(N, len(SIGNALS)) → a verdict for each photo, and the reason of an “unknown”."""
        subject, known = self.subject(seen) >= self.subject_from, self.known(seen) >= self.known_from
        sure = self.sure(seen) >= self.sure_from
        verdicts: list[tuple[Verdict, Reason | None]] = []
        for row in range(len(seen)):
            if not subject[row]:
                verdicts.append(("unknown", "not_the_subject"))
            elif not known[row]:
                verdicts.append(("unknown", "other_kind"))
            else:
                verdicts.append(("confident" if sure[row] else "unsure", None))
        return verdicts

    def coverage_sets(self, probabilities: Floats, verdicts: Sequence[Verdict]) -> list[list[int]]:
        """Class positions that each photo's answer may be, best first.

        One for a confident answer, none for an unknown one, and as many as it takes for an unsure one.

        Args:
            probabilities: (N, C).
            verdicts: N of them.
        """
        sets = self.coverage.sets(probabilities)
        most = {"confident": 1, "unsure": probabilities.shape[1], "unknown": 0}
        return [listed[: most[verdict]] for listed, verdict in zip(sets, verdicts, strict=True)]

    def familiarity(self, seen: Floats) -> Floats:
        """(N, len(SIGNALS)) → (N,): how far (in log-odds) a photo is from “unknown”; below 0 it is."""
        least: Floats = np.minimum(
            _log_odds(self.subject(seen)) - _log_odds(np.array(self.subject_from)),
            _log_odds(self.known(seen)) - _log_odds(np.array(self.known_from)),
        )
        return least

    def to_dict(self) -> dict[str, Any]:
        """Plain values for the checkpoint's metadata."""
        return {"format": FORMAT, "signals": list(SIGNALS), **asdict(self)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Calibration":
        """The inverse of `to_dict`; other keys are ignored.

        Raises:
            CheckpointError: of another version, or something is missing or of the wrong kind.
        """
        try:
            if values["format"] != FORMAT or tuple(values["signals"]) != SIGNALS:
                raise ValueError("it is of another version")
            return cls(
                temperature=float(values["temperature"]),
                coverage=CoverageSets(**values["coverage"]),
                subject=Logistic.from_dict(values["subject"]),
                subject_from=float(values["subject_from"]),
                known=Logistic.from_dict(values["known"]),
                known_from=float(values["known_from"]),
                sure=Logistic.from_dict(values["sure"]),
                sure_from=float(values["sure_from"]),
                fitted_on=FittedOn(**values["fitted_on"]) if values.get("fitted_on") else None,
            )
        except (KeyError, TypeError, ValueError) as error:
            raise CheckpointError(
                f"The checkpoint's calibration cannot be used ({error}). Make it again: python -m classifier calibrate."
            ) from error


def signals(
    logits: Floats,
    embeddings: Floats,
    index: Index,
    *,
    temperature: float,
    similarities: Floats | None = None,
    hidden: NDArray[np.bool_] | None = None,
) -> Floats:
    """Signals that verdicts are decided on, in the order of `SIGNALS`.

    Args:
        logits: (N, C).
        embeddings: (N, D).
        index: of the training photos.
        temperature: that the logits are divided by.
        similarities: (N, n), those of the embeddings in the index, if they are there already.
        hidden: (C,), classes to leave out as if neither the network nor the index knew them.

    Returns:
        (N, len(SIGNALS)) float32, each larger for more familiar photos.
    """
    similarities = index.similarities(embeddings) if similarities is None else similarities
    classes = len(index.class_means)
    projected = index.project(embeddings)
    cosines = unit(projected) @ index.class_directions.T
    to_classes, to_all = index.distances(projected)
    # A class without a training photo has its mean at 0, which would be near to everything that is far from the rest.
    left_out = index.is_absent if hidden is None else index.is_absent | hidden[:classes]
    if left_out.any():
        cosines[:, left_out], to_classes[:, left_out] = -1.0, np.inf
    if hidden is not None:
        logits = np.where(hidden, np.float32(HIDDEN), logits)
        similarities = np.where(hidden[index.positions], np.float32(-1), similarities)
    # Mean and spread of the logits are taken over the visible ones: −10,000 for a hidden one would drown them.
    visible = logits if hidden is None else logits[:, ~hidden]
    shares = softmax(visible, temperature=temperature).max(axis=1)
    # Ten, not one: a single odd training photo must not vouch for a stranger.
    few = min(NEAREST, similarities.shape[1])
    nearest = to_classes.min(axis=1)
    columns = (
        _log_odds(shares),
        (visible.max(axis=1) - visible.mean(axis=1)) / np.maximum(visible.std(axis=1), 1e-6),
        np.partition(similarities, -few, axis=1)[:, -few:].mean(axis=1),
        np.linalg.norm(projected, axis=1),
        cosines.max(axis=1),
        np.ptp(np.partition(cosines, -2, axis=1)[:, -2:], axis=1) if classes > 1 else cosines[:, 0],
        -np.sqrt(nearest),
        to_all - nearest,
    )
    # Infinite where every class is hidden or absent: the logistic clips what is finite, not what is infinite.
    return np.nan_to_num(np.stack(columns, axis=1)).astype(np.float32)


def _log_odds(shares: NDArray[Any]) -> Floats:
    odds: Floats = np.log(np.maximum(shares, 1e-6) / np.maximum(1 - shares, 1e-6))
    return odds


def softmax(logits: Floats, *, temperature: float = 1.0) -> Floats:
    """(N, C) → (N, C), rows that sum to 1."""
    scaled = logits.astype(np.float64) / temperature
    shares = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return (shares / shares.sum(axis=1, keepdims=True)).astype(np.float32)


def log_sum_exp(logits: Floats) -> Floats:
    """(N, C) → (N,)."""
    highest = logits.max(axis=1, keepdims=True)
    sums: Floats = highest[:, 0] + np.log(np.exp(logits - highest).sum(axis=1))
    return sums
