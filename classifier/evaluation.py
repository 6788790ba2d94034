"""How right a classifier is on photos whose class is known."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torchmetrics.functional.classification import multiclass_accuracy, multiclass_calibration_error

from classifier.datasets import Sample
from classifier.prediction import Classifier


@dataclass(frozen=True)
class Outcome:
    """What the classifier said of N photos. probabilities: (N, C), rows sum to 1; targets: (N,) class positions."""

    probabilities: torch.Tensor
    targets: torch.Tensor
    image_ids: tuple[int, ...]

    def __post_init__(self) -> None:
        if not len(self.probabilities) == len(self.targets) == len(self.image_ids) > 0:
            raise ValueError("probabilities, targets and image_ids have one entry a photo, and there is a photo")


def collect(
    classifier: Classifier, samples: Sequence[Sample], *, batch_size: int = 32, step: Callable[[int], object] = int
) -> Outcome:
    """Run the classifier over the samples; `step` is told the number of photos done after each batch.

    Raises:
        PhotoError: a photo cannot be read.
    """
    rows, done = [], 0
    for start in range(0, len(samples), batch_size):
        batch = samples[start : start + batch_size]
        rows.append(classifier.probabilities([classifier.open(sample.path) for sample in batch]))
        done += len(batch)
        step(done)
    return Outcome(
        torch.cat(rows),
        torch.tensor([sample.target for sample in samples]),
        tuple(sample.image_id for sample in samples),
    )


def summarise(outcome: Outcome) -> dict[str, Any]:
    """The figures of the whole: n, top1, top5, mean_class (top-1, mean over the classes present), nll (nats), ece.

    ece: expected calibration error with 15 bins (https://arxiv.org/abs/1706.04599), 0 to 1.
    """
    probabilities, targets = outcome.probabilities, outcome.targets
    classes = probabilities.shape[1]
    hits = probabilities.argmax(1) == targets
    per_class = [hits[targets == position].float().mean() for position in targets.unique()]
    figures = {
        "top1": multiclass_accuracy(probabilities, targets, classes, average="micro"),
        "top5": multiclass_accuracy(probabilities, targets, classes, average="micro", top_k=min(5, classes)),
        "mean_class": torch.stack(per_class).mean(),
        "nll": torch.nn.functional.nll_loss(probabilities.clamp_min(1e-12).log(), targets),
        "ece": multiclass_calibration_error(probabilities, targets, classes, n_bins=15),
    }
    return {"n": len(targets), **{name: round(float(value), 5) for name, value in figures.items()}}
