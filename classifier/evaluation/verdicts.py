"""Measuring of verdicts, on photos whose class is known and on pictures that show none of the classes."""

import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from classifier.data.folder_tree import reason_of
from classifier.errors import CheckpointError, DatasetError, PhotoError, SettingError, UnreadableFile
from classifier.evaluation.metrics import Outcome, calibration_error
from classifier.inference.batch import open_all
from classifier.inference.classifier import Classifier
from classifier.inference.embedding import embed
from classifier.outputs.names import readable_name
from classifier.photos.streaming import Progress, ignore
from classifier.predictions.neighbours import Index
from classifier.predictions.values import Reason, Verdict
from classifier.predictions.verdicts import Calibration, signals, softmax
from classifier.reports.verdict_report import REASONS, VERDICTS, Group, VerdictReport

Floats = NDArray[np.floating[Any]]
FAMILIARITY_BINS = 24


@dataclass(frozen=True)
class Judged:
    """Judgements of N photos; all arrays are (N,).

    Attributes:
        best: the class position of the answer.
        positions: the right class position, −1 for none of them.
        confidence: the probability of the answer.
        covered: whether the coverage set holds the right class.
        set_sizes: how many classes the coverage set has.
        verdicts: one a photo.
        reasons: None but for “unknown”.
        familiarity: in log-odds; below 0 is “unknown”.
    """

    best: NDArray[np.int64]
    positions: NDArray[np.int64]
    confidence: Floats
    covered: NDArray[np.bool_]
    set_sizes: NDArray[np.int64]
    verdicts: tuple[Verdict, ...]
    reasons: tuple[Reason | None, ...]
    familiarity: Floats

    def are(self, verdict: Verdict) -> NDArray[np.bool_]:
        """(N,): which photos have this verdict."""
        return np.array([said == verdict for said in self.verdicts], dtype=bool)

    def select(self, among: NDArray[np.bool_]) -> "Judged":
        """Judgements of the photos of `among`, (N,)."""
        return Judged(
            best=self.best[among],
            positions=self.positions[among],
            confidence=self.confidence[among],
            covered=self.covered[among],
            set_sizes=self.set_sizes[among],
            verdicts=tuple(compress(self.verdicts, among)),
            reasons=tuple(compress(self.reasons, among)),
            familiarity=self.familiarity[among],
        )

    @property
    def right(self) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = self.best == self.positions
        return found


def require_calibration(classifier: Classifier, checkpoint: Path | None = None) -> tuple[Calibration, Index]:
    """Calibration and index of a classifier, which verdicts are made with.

    Args:
        classifier: that should have both.
        checkpoint: its file, which the error names.

    Raises:
        CheckpointError: the checkpoint is not calibrated, or has no index that fits.
    """
    calibration, index = classifier.postprocessor.calibration, classifier.postprocessor.index
    if calibration is None or index is None:
        reason = classifier.warnings[0] if classifier.warnings else "The checkpoint is not calibrated."
        option = f" --checkpoint {shlex.quote(str(checkpoint))}" if checkpoint else ""
        raise CheckpointError(f"{reason} For verdicts, run: python -m classifier calibrate{option}")
    return calibration, index


def judge(
    classifier: Classifier,
    *,
    logits: Floats,
    embeddings: Floats,
    positions: NDArray[np.int64],
    shares: Floats | None = None,
) -> Judged:
    """Judge N pictures that the network has seen.

    Args:
        classifier: calibrated.
        logits: (N, C).
        embeddings: (N, D).
        positions: (N,) the right class positions, −1 for none of them.
        shares: (N, C) probabilities, where they come from more than the logits (a second look).

    Raises:
        CheckpointError: it is not calibrated, or has no index that fits.
    """
    calibration, index = require_calibration(classifier)
    if shares is None:
        shares = softmax(logits, temperature=calibration.temperature)
    columns = signals(logits, embeddings, index, temperature=calibration.temperature)
    verdicts, reasons = zip(*calibration.judge(columns), strict=True)
    sets = calibration.coverage_sets(shares, verdicts)
    return Judged(
        best=shares.argmax(axis=1),
        positions=positions,
        confidence=shares.max(axis=1),
        covered=np.array([own in listed for own, listed in zip(positions, sets, strict=True)], dtype=bool),
        set_sizes=np.array([len(listed) for listed in sets]),
        verdicts=verdicts,
        reasons=reasons,
        familiarity=calibration.familiarity(columns),
    )


def create_verdict_report(
    known: Judged, unknown: Mapping[str, Judged] | None = None, *, promised: float
) -> VerdictReport:
    """Create the report on verdicts: count them, with what was right.

    Args:
        known: judgements of photos of the classes.
        unknown: judgements of pictures of other things, by what these show.
        promised: how often the coverage sets were fitted to hold the right class, 0 to 1.
    """
    groups = unknown or {}
    confidence, right = torch.as_tensor(known.confidence, dtype=torch.float32), torch.as_tensor(known.right)
    edges = familiarity_edges(np.concatenate([known.familiarity, *(group.familiarity for group in groups.values())]))
    strangers = [group.familiarity for group in groups.values()]
    return VerdictReport(
        ece=round(calibration_error(confidence, right), 5),
        known=_count("", known, edges),
        covered=int(known.covered.sum()),
        promised=promised,
        set_sizes=tuple(np.bincount(known.set_sizes).tolist()),
        edges=tuple(edges.tolist()),
        unknown=tuple(
            _count(name, group, edges, auroc=round(area(known.familiarity, group.familiarity), 5))
            for name, group in groups.items()
        ),
        auroc=round(area(known.familiarity, np.concatenate(strangers)), 5) if strangers else None,
    )


def familiarity_edges(values: Floats) -> Floats:
    """Edges of a histogram of familiarity: `FAMILIARITY_BINS` bins or one more, of equal width, with an edge at 0.

    They reach over all values but the outermost hundredth at either end, which count to the first and the last bin.

    Args:
        values: (N,) log-odds, at least one.
    """
    # 0, where “unknown” begins, is within the range even if all values are on one side of it.
    low, high = np.minimum(np.quantile(values, 0.01), 0), np.maximum(np.quantile(values, 0.99), 0)
    width = max(high - low, 1.0) / FAMILIARITY_BINS
    edges: Floats = np.round(np.arange(np.floor(low / width), np.ceil(high / width) + 0.5) * width, 4)
    return edges if len(edges) > 1 else np.array([0.0, width])


def _count(name: str, judged: Judged, edges: Floats, *, auroc: float | None = None) -> Group:
    inside = np.clip(judged.familiarity, edges[0], np.nextafter(edges[-1], -np.inf))
    return Group(
        name=name,
        verdicts={verdict: int(judged.are(verdict).sum()) for verdict in VERDICTS},
        right={verdict: int((judged.are(verdict) & judged.right).sum()) for verdict in VERDICTS},
        reasons={reason: judged.reasons.count(reason) for reason in REASONS},
        familiarity=tuple(np.histogram(inside, edges)[0].tolist()),
        auroc=auroc,
    )


def area(above: Floats, below: Floats) -> float:
    """Area under the ROC curve, 0 to 1: how often one of `above` is greater than one of `below`; ties count half.

    Args:
        above: (N,) scores of those that should be higher.
        below: (M,) scores of the others.
    """
    # For each of `above`: how many are smaller, and how many are smaller or equal. Their mean counts ties as a half
    # (the Mann-Whitney U statistic divided by N · M), in N log M steps.
    ordered = np.sort(below)
    wins = np.searchsorted(ordered, above, side="left") + np.searchsorted(ordered, above, side="right")
    return float(wins.mean() / 2 / len(below))


def judge_files(
    classifier: Classifier,
    files: Sequence[Path],
    *,
    name: str = "unknown pictures",
    progress: Progress = ignore,
    warn: Callable[[str], object] = ignore,
) -> Judged:
    """Judge pictures that show none of the classes.

    Args:
        classifier: calibrated.
        files: the pictures.
        name: what they show.
        progress: is called with the name, and how many of how many are done.
        warn: is called with a sentence about each file that cannot be read.

    Raises:
        CheckpointError: see `judge`.
        UnreadableFile: not one of them can be read.
    """
    unreadable: list[str] = []

    def readable() -> Iterator[tuple[Image.Image, int]]:
        for path, picture in open_all(classifier, files, path_of=lambda path: path):
            if isinstance(picture, PhotoError):
                unreadable.append(f"{readable_name(path)}: {reason_of(path, picture)}")
            else:
                yield picture, -1

    try:
        embedded = embed(classifier, readable(), step=lambda done: progress(name, done, len(files)))
    except DatasetError as error:
        raise UnreadableFile(f"None of {len(files)} unknown pictures can be read. {unreadable[0]}") from error
    for sentence in unreadable:
        warn(f"left out: {sentence}")
    return judge(classifier, logits=embedded.logits, embeddings=embedded.embeddings, positions=embedded.positions)


def measure_verdicts(
    classifier: Classifier,
    outcome: Outcome,
    *,
    unknown: Mapping[str, Sequence[Path]],
    strangers: Mapping[str, Judged] | None = None,
    progress: Progress = ignore,
    warn: Callable[[str], object] = ignore,
) -> VerdictReport:
    """Measure verdicts and coverage sets.

    Args:
        classifier: calibrated.
        outcome: of photos whose class is known.
        unknown: files of pictures that show none of the classes, by what they show.
        strangers: the same, judged already.
        progress: see `judge_files`.
        warn: see `judge_files`.

    Raises:
        CheckpointError: the checkpoint is not calibrated.
        UnreadableFile: no picture of a kind can be read.
        SettingError: two kinds have the same name.
    """
    twice = sorted(unknown.keys() & (strangers or {}).keys())
    if twice:
        raise SettingError(f"Two kinds of unknown pictures are called “{twice[0]}”; rename one, or leave it out.")
    calibration, _ = require_calibration(classifier)
    if outcome.logits is None or outcome.embeddings is None:
        raise ValueError("the outcome has neither logits nor embeddings; `collect` keeps them")
    positions = outcome.targets.numpy()
    known = judge(
        classifier,
        logits=outcome.logits,
        embeddings=outcome.embeddings,
        positions=positions,
        shares=outcome.probabilities.numpy(),
    )
    groups = dict(strangers or {}) | {
        name: judge_files(classifier, files, name=name, progress=progress, warn=warn) for name, files in unknown.items()
    }
    return create_verdict_report(known, groups, promised=calibration.coverage.coverage)
