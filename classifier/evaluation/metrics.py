"""Metrics: how right a classifier is on photos whose class is known, counted from its probabilities."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torchmetrics.functional.classification import (
    multiclass_accuracy,
    multiclass_confusion_matrix,
)

from classifier.reports.intervals import wilson_interval
from classifier.reports.report import LEAST_PROBABILITY, Bin, ClassFigures

Floats = NDArray[np.float32]
# Equal in width, as in the paper that the calibration error comes from: https://arxiv.org/abs/1706.04599
CALIBRATION_BINS = 15


@dataclass(frozen=True)
class Outcome:
    """Outcome: what the classifier said of N photos whose class is known.

    Attributes:
        probabilities: (N, C), rows sum to 1.
        targets: (N,) class positions.
        image_ids: N of them.
        unreadable: (image id, why) of the photos that could not be read; they are not among the N.
        logits: (N, C), of the photos as they are, whatever views the probabilities average; None where not kept.
        embeddings: (N, D), the same.
    """

    probabilities: torch.Tensor
    targets: torch.Tensor
    image_ids: tuple[int, ...]
    unreadable: tuple[tuple[int, str], ...] = field(default=())
    logits: Floats | None = None
    embeddings: Floats | None = None

    def __post_init__(self) -> None:
        if not len(self.probabilities) == len(self.targets) == len(self.image_ids) > 0:
            raise ValueError("probabilities, targets and image_ids have one entry a photo, and there is a photo")

    @property
    def answers(self) -> torch.Tensor:
        """(N,) positions of the likeliest classes."""
        return self.probabilities.argmax(1)

    @property
    def losses(self) -> torch.Tensor:
        """(N,) negative log-likelihoods of the right classes, in nats."""
        own = self.probabilities.gather(1, self.targets[:, None])[:, 0]
        return -own.clamp_min(LEAST_PROBABILITY).log()


def summarise(outcome: Outcome) -> dict[str, Any]:
    """The figures of the whole: n, top1, top5, mean_class (top-1, mean over the classes present), nll (nats), brier
    (mean squared distance of the probabilities from the truth, 0 to 2), ece (expected calibration error, 0 to 1), and
    the 95 % Wilson interval of top1.
    """
    probabilities, targets = outcome.probabilities, outcome.targets
    classes = probabilities.shape[1]
    hits = outcome.answers == targets
    per_class = [hits[targets == position].float().mean() for position in targets.unique()]
    truth = torch.nn.functional.one_hot(targets, classes)
    figures: dict[str, Any] = {
        "top1": hits.float().mean(),
        "top5": multiclass_accuracy(probabilities, targets, classes, average="micro", top_k=min(5, classes)),
        "mean_class": torch.stack(per_class).mean(),
        "nll": outcome.losses.mean(),
        "brier": (probabilities - truth).square().sum(1).mean(),
        "ece": calibration_error(probabilities.max(1).values, hits),
    }
    interval = wilson_interval(int(hits.sum()), len(targets))
    return {
        "n": len(targets),
        **{name: round(float(value), 5) for name, value in figures.items()},
        "top1_interval": [round(end, 5) for end in interval],
    }


def confusion_matrix(outcome: Outcome) -> torch.Tensor:
    """(C, C) counts: row = the photo's class, column = what the classifier said."""
    return multiclass_confusion_matrix(outcome.answers, outcome.targets, outcome.probabilities.shape[1])


def class_figures(outcome: Outcome, class_ids: Sequence[int]) -> tuple[ClassFigures, ...]:
    """Precision, recall and F1 of every class, in the order of the logits."""
    matrix = confusion_matrix(outcome)
    return tuple(
        ClassFigures.count(class_id, n=int(n), called=int(called), right=int(right))
        for class_id, n, called, right in zip(class_ids, matrix.sum(1), matrix.sum(0), matrix.diag(), strict=True)
    )


def reliability(confidence: torch.Tensor, hits: torch.Tensor, *, bins: int = CALIBRATION_BINS) -> tuple[Bin, ...]:
    """(N,) the probability of each answer, and whether it is right → `bins` equally wide bins, low to high; empty ones
    are left out."""
    places = (confidence * bins).ceil().long().clamp(1, bins) - 1  # the upper edge belongs to a bin
    found = []
    for place in places.unique().tolist():
        inside = places == place
        found.append(
            Bin(
                low=place / bins,
                high=(place + 1) / bins,
                n=int(inside.sum()),
                right=int(hits[inside].sum()),
                confidence=round(float(confidence[inside].mean()), 5),
            )
        )
    return tuple(found)


def calibration_error(confidence: torch.Tensor, hits: torch.Tensor) -> float:
    """The expected calibration error (https://arxiv.org/abs/1706.04599): the gap between confidence and accuracy in the
    bins of `reliability`, weighted by their photos; 0 to 1."""
    gaps = (each.n * abs(each.right / each.n - each.confidence) for each in reliability(confidence, hits))
    return sum(gaps) / len(hits)
