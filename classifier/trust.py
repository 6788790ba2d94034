"""How far an answer can be trusted: calibrated probabilities, and a verdict from how familiar the photo looks.

Everything here is fitted by `python -m classifier calibrate` (see `fitting`) and lives in the checkpoint's metadata
under "trust". What was tried, and how well it works: docs/trust.md. NumPy only.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.answers import Reason, Verdict
from classifier.conformal import CoverageSets
from classifier.errors import CheckpointError
from classifier.logistic import Logistic
from classifier.retrieval import Index

Floats = NDArray[np.float32]
FORMAT = 1
NEAREST = 10
VOTERS = 20
# What the verdicts are decided on; the order of the columns of `Trust.signals`.
SIGNALS = (
    "log_odds",  # of the best class, calibrated
    "margin",  # first minus second logit
    "energy",  # log of the sum of the logits' exponentials (https://arxiv.org/abs/2010.03759)
    "nearest",  # cosine with the most similar training photo
    "nearest_ten",  # mean cosine with the ten most similar (https://arxiv.org/abs/2204.06507)
    "nearest_own",  # cosine with the most similar photo of the best class
    "votes",  # part of the twenty most similar that are of the best class
    "inside",  # part of the embedding's length inside the training photos' subspace (https://arxiv.org/abs/2203.10807)
    "length",  # log of the embedding's length
)


@dataclass(frozen=True)
class Trust:
    """The fitted numbers.

    temperature: what logits are divided by (https://arxiv.org/abs/1706.04599).
    known, sure, flower: from signals to the probability that the photo shows one of the classes; that it does and the
        answer is right; that a photo that shows none of them shows a flower at all.
    known_from, sure_from: the least values of `known` and `sure` for an answer, and for a confident one.
    """

    temperature: float
    coverage: CoverageSets
    known: Logistic
    known_from: float
    sure: Logistic
    sure_from: float
    flower: Logistic

    def signals(self, logits: Floats, embeddings: Floats, index: Index, *, similarities: Floats) -> Floats:
        """(N, C), (N, D), (N, n) → (N, len(SIGNALS))."""
        return signals(logits, embeddings, index, similarities=similarities, temperature=self.temperature)

    def judge(self, seen: Floats) -> list[tuple[Verdict, Reason | None]]:
        """(N, len(SIGNALS)) → a verdict for each photo, and for “unknown” the likelier reason."""
        known, sure, flower = self.known(seen), self.sure(seen), self.flower(seen)
        verdicts: list[tuple[Verdict, Reason | None]] = []
        for row in range(len(seen)):
            if known[row] < self.known_from:
                verdicts.append(("unknown", "unknown_flower" if flower[row] >= 0.5 else "not_a_flower"))
            else:
                verdicts.append(("confident" if sure[row] >= self.sure_from else "unsure", None))
        return verdicts

    def to_dict(self) -> dict[str, Any]:
        """Plain values for the checkpoint's metadata."""
        return {"format": FORMAT, "signals": list(SIGNALS), **asdict(self)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Trust":
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
                known=Logistic.from_dict(values["known"]),
                known_from=float(values["known_from"]),
                sure=Logistic.from_dict(values["sure"]),
                sure_from=float(values["sure_from"]),
                flower=Logistic.from_dict(values["flower"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise CheckpointError(
                f"The checkpoint's calibration cannot be used ({error}). Make it again: python -m classifier calibrate."
            ) from error


def signals(logits: Floats, embeddings: Floats, index: Index, *, similarities: Floats, temperature: float) -> Floats:
    """What `SIGNALS` names, for N photos: logits (N, C), embeddings (N, D), similarities (N, n) → (N, len(SIGNALS))."""
    best = logits.argmax(axis=1)
    shares = softmax(logits, temperature=temperature).max(axis=1)
    two = np.partition(logits, -2, axis=1)[:, -2:] if logits.shape[1] > 1 else np.repeat(logits, 2, axis=1)
    voters = min(VOTERS, similarities.shape[1])
    nearest = np.argpartition(-similarities, voters - 1, axis=1)[:, :voters]
    values = -np.sort(-np.take_along_axis(similarities, nearest, axis=1), axis=1)
    own = np.where(index.positions[None] == best[:, None], similarities, -1).max(axis=1)
    lengths = np.linalg.norm(embeddings, axis=1)
    columns = (
        np.log(np.maximum(shares, 1e-6) / np.maximum(1 - shares, 1e-6)),
        two[:, 1] - two[:, 0],
        log_sum_exp(logits),
        values[:, 0],
        values[:, :NEAREST].mean(axis=1),
        own,
        (index.positions[nearest] == best[:, None]).mean(axis=1),
        np.linalg.norm(index.project(embeddings), axis=1),
        np.log(np.maximum(lengths, 1e-6)),
    )
    return np.nan_to_num(np.stack(columns, axis=1)).astype(np.float32)


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
