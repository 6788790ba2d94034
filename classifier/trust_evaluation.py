"""How well trust is founded: on photos whose class is known, and on pictures that show none of the classes."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from classifier.answers import Verdict
from classifier.datasets import Sample
from classifier.embedding import Seen, look_at
from classifier.errors import CheckpointError, PhotoError
from classifier.prediction import Classifier
from classifier.retrieval import Index
from classifier.streaming import read_ahead, shrink
from classifier.trust import Trust, signals, softmax

Floats = NDArray[np.floating[Any]]
CALIBRATION_BINS = 15  # equal in width, as in https://arxiv.org/abs/1706.04599


@dataclass(frozen=True)
class Judged:
    """What was said of N photos. best, positions: the answer's and the right class position (−1: none of them);
    covered: is the right one in the coverage set? set_sizes: (N,); familiarity: below 0 is “unknown”."""

    best: NDArray[np.int64]
    positions: NDArray[np.int64]
    confidence: Floats
    covered: NDArray[np.bool_]
    set_sizes: NDArray[np.int64]
    verdicts: tuple[Verdict, ...]
    familiarity: Floats

    def are(self, verdict: Verdict) -> NDArray[np.bool_]:
        """(N,): which photos have this verdict."""
        return np.array([said == verdict for said in self.verdicts], dtype=bool)

    @property
    def right(self) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = self.best == self.positions
        return found


def require_trust(classifier: Classifier) -> tuple[Trust, Index]:
    """What the verdicts are made with.

    Raises:
        CheckpointError: the checkpoint is not calibrated, or has no index that fits.
    """
    trust, index = classifier.answerer.trust, classifier.answerer.index
    if trust is None or index is None:
        reason = classifier.warnings[0] if classifier.warnings else "The checkpoint is not calibrated."
        raise CheckpointError(f"{reason} For verdicts, run: python -m classifier calibrate")
    return trust, index


def judge(classifier: Classifier, seen: Seen) -> Judged:
    """What the classifier says of pictures that were looked at.

    Raises:
        CheckpointError: it is not calibrated, or has no index that fits.
    """
    trust, index = require_trust(classifier)
    shares = softmax(seen.logits, temperature=trust.temperature)
    columns = signals(
        seen.logits,
        seen.embeddings,
        index,
        similarities=index.similarities(seen.embeddings),
        temperature=trust.temperature,
    )
    verdicts = tuple(verdict for verdict, _ in trust.judge(columns))
    sets = trust.coverage_sets(shares, verdicts)
    return Judged(
        best=shares.argmax(axis=1),
        positions=seen.positions,
        confidence=shares.max(axis=1),
        covered=np.array([own in listed for own, listed in zip(seen.positions, sets, strict=True)], dtype=bool),
        set_sizes=np.array([len(listed) for listed in sets]),
        verdicts=verdicts,
        familiarity=trust.familiarity(columns),
    )


def summarise_trust(known: Judged, unknown: Judged | None = None) -> dict[str, float | int | None]:
    """The figures of `evaluate --trust`, shares from 0 to 1; those about unknown pictures are None without any.

    ece: expected calibration error. confident_share, confident_precision: of confident answers, how many there are and
    are right. coverage, set_size: how often the coverage set holds the right class, and its mean size (an “unknown”
    photo's is empty). known_kept: photos not turned away. unknown_rejected: unknown pictures turned away. auroc: how
    often a known photo is more familiar than an unknown picture.
    """
    confident = known.are("confident")
    figures: dict[str, float | int | None] = {
        "n": len(known.best),
        "ece": calibration_error(known.confidence, known.right),
        "confident_share": float(confident.mean()),
        "confident_precision": float(known.right[confident].mean()) if confident.any() else None,
        "coverage": float(known.covered.mean()),
        "set_size": float(known.set_sizes.mean()),
        "known_kept": float(1 - known.are("unknown").mean()),
        "unknown_n": len(unknown.best) if unknown else 0,
        "unknown_rejected": float(unknown.are("unknown").mean()) if unknown else None,
        "auroc": area(known.familiarity, unknown.familiarity) if unknown else None,
    }
    return {name: round(value, 5) if isinstance(value, float) else value for name, value in figures.items()}


def calibration_error(confidence: Floats, right: NDArray[np.bool_]) -> float:
    """Mean distance of confidence from the share that is right, over `CALIBRATION_BINS` bins, weighed by their size."""
    bins = np.clip(np.ceil(confidence * CALIBRATION_BINS).astype(int) - 1, 0, CALIBRATION_BINS - 1)
    gaps = np.bincount(bins, weights=confidence - right, minlength=CALIBRATION_BINS)
    return float(np.abs(gaps).sum() / len(confidence))


def area(above: Floats, below: Floats) -> float:
    """Area under the ROC curve: how often one of `above` is greater than one of `below`; ties count half."""
    ordered = np.sort(below)
    wins = np.searchsorted(ordered, above, side="left") + np.searchsorted(ordered, above, side="right")
    return float(wins.mean() / 2 / len(below))


def look_at_samples(
    classifier: Classifier, samples: Sequence[Sample], *, step: Callable[[int], object] = int
) -> tuple[Seen, list[str]]:
    """Photos whose class is known, and sentences about those that cannot be read."""
    unreadable: list[str] = []
    pairs = _readable(classifier, [(sample.path, sample.target) for sample in samples], unreadable)
    return look_at(classifier, pairs, step=step), unreadable


def look_at_files(
    classifier: Classifier, files: Sequence[Path], *, step: Callable[[int], object] = int
) -> tuple[Seen, list[str]]:
    """Pictures that show none of the classes, and sentences about those that cannot be read."""
    unreadable: list[str] = []
    return look_at(classifier, _readable(classifier, [(path, -1) for path in files], unreadable), step=step), unreadable


def _readable(
    classifier: Classifier, items: Sequence[tuple[Path, int]], unreadable: list[str]
) -> Iterable[tuple[Image.Image, int]]:
    side = int(classifier.metadata["input_size"])
    for (path, target), picture in read_ahead(lambda item: shrink(classifier.open(item[0]), side=side), items):
        if isinstance(picture, PhotoError):
            unreadable.append(f"{path}: {picture}")
        else:
            yield picture, target
