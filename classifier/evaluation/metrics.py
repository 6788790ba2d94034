"""Metrics of a classifier on photos whose class is known: accuracy, losses, confusion, calibration error."""

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
        # A softmax in 32 bits can give exactly 0, whose logarithm would make the mean infinite.
        return -own.clamp_min(LEAST_PROBABILITY).log()


def summarise(outcome: Outcome) -> dict[str, Any]:
    """Summarise an outcome: the figures of the whole, rounded to 5 places.

    Returns:
        n: photos.
        top1, top5: shares (0 to 1) of photos whose right class is the likeliest, or among the five likeliest.
        mean_class: top1 of each class, mean over the classes that have photos.
        nll: negative log-likelihood, in nats.
        brier: mean squared distance of the probabilities from the truth, 0 to 2.
        ece: expected calibration error, 0 to 1.
        top1_interval: both ends of the 95 % Wilson interval of top1.
    """
    probabilities, targets = outcome.probabilities, outcome.targets
    classes = probabilities.shape[1]
    hits = outcome.answers == targets
    # Classes without a photo have no accuracy: the mean is over those that are there.
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
    """Confusion matrix: (C, C) counts, a row for the photo's class, a column for what the classifier said."""
    return multiclass_confusion_matrix(outcome.answers, outcome.targets, outcome.probabilities.shape[1])


def class_figures(outcome: Outcome, class_ids: Sequence[int]) -> tuple[ClassFigures, ...]:
    """Precision, recall and F1 of every class.

    Args:
        outcome: to count.
        class_ids: C of them, in the order of the logits, which is that of the result.
    """
    matrix = confusion_matrix(outcome)
    return tuple(
        ClassFigures.count(class_id, n=int(n), called=int(called), right=int(right))
        for class_id, n, called, right in zip(class_ids, matrix.sum(1), matrix.sum(0), matrix.diag(), strict=True)
    )


def reliability(confidence: torch.Tensor, hits: torch.Tensor, *, bins: int = CALIBRATION_BINS) -> tuple[Bin, ...]:
    """Reliability diagram: how many answers are right, by how probable they were said to be.

    Args:
        confidence: (N,) the probability of each answer, 0 to 1.
        hits: (N,) whether it is right.
        bins: how many, of equal width.

    Returns:
        The bins from low to high; empty ones are left out.
    """
    # The upper edge belongs to a bin, the lower one to the bin below, as in the paper; 0 belongs to the first.
    places = (confidence * bins).ceil().long().clamp(1, bins) - 1
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
    """Expected calibration error (https://arxiv.org/abs/1706.04599), 0 to 1.

    The gap between confidence and accuracy in the bins of `reliability`, weighted by their photos.

    Args:
        confidence: (N,) the probability of each answer.
        hits: (N,) whether it is right.
    """
    gaps = (each.n * abs(each.right / each.n - each.confidence) for each in reliability(confidence, hits))
    return sum(gaps) / len(hits)
