"""How right a classifier is on photos whose class is known."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torchmetrics.functional.classification import (
    multiclass_accuracy,
    multiclass_confusion_matrix,
)

from classifier.data.samples import Sample
from classifier.errors import DatasetError, PhotoError
from classifier.files import file_digest
from classifier.inference.classifier import Classifier
from classifier.photos.streaming import batches, read_ahead, shrink
from classifier.predictions.verdicts import softmax
from classifier.reports.intervals import wilson_interval
from classifier.reports.report import LEAST_PROBABILITY, Bin, ClassFigures, MeasuredPhoto, Report

# Equal in width, as in the paper that the calibration error comes from: https://arxiv.org/abs/1706.04599
CALIBRATION_BINS = 15
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Outcome:
    """What the classifier said of N photos. probabilities: (N, C), rows sum to 1; targets: (N,) class positions.

    looks: the logits (N, C) and embeddings (N, D) of the photos as they are, whatever views probabilities average.
    unreadable: (image id, why) of the photos that could not be read; they are not among the N.
    """

    probabilities: torch.Tensor
    targets: torch.Tensor
    image_ids: tuple[int, ...]
    unreadable: tuple[tuple[int, str], ...] = field(default=())
    looks: tuple[Floats, Floats] | None = None

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


def collect(
    classifier: Classifier,
    samples: Sequence[Sample],
    *,
    batch_size: int = 32,
    tta: bool = False,
    step: Callable[[int], object] = int,
) -> Outcome:
    """Run the classifier over the samples; `step` is told the number of photos done after each batch.

    tta: average over several views of each photo (test-time augmentation, `classifier.views`).

    Raises:
        DatasetError: not one of the photos can be read.
    """
    rows, logits, embeddings, seen, unreadable, done = [], [], [], [], [], 0

    def read(sample: Sample) -> Image.Image:
        return shrink(classifier.open(sample.path), side=classifier.input_size)

    for batch in batches(read_ahead(read, samples), batch_size):
        pictures = []
        for sample, picture in batch:
            if isinstance(picture, PhotoError):
                unreadable.append((sample.image_id, str(picture)))
            else:
                seen.append(sample)
                pictures.append(picture)
        if pictures:
            look = classifier.forward(pictures)
            logits.append(look.logits)
            embeddings.append(look.embeddings)
            plain = torch.from_numpy(softmax(look.logits, temperature=classifier.postprocessor.temperature))
            rows.append(torch.from_numpy(classifier.probabilities(pictures, tta=True)) if tta else plain)
        done += len(batch)
        step(done)
    if not seen:
        reason = f" The first: {unreadable[0][1]}" if unreadable else ""
        raise DatasetError(f"None of the {len(samples)} photos can be read.{reason}")
    return Outcome(
        torch.cat(rows),
        torch.tensor([sample.target for sample in seen]),
        tuple(sample.image_id for sample in seen),
        tuple(unreadable),
        (np.concatenate(logits), np.concatenate(embeddings)),
    )


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


def create_report(
    outcome: Outcome, *, classifier: Classifier, checkpoint: Path, split_name: str, split: str, tta: bool = False
) -> Report:
    """Everything about the checkpoint on this split. `classifier` was loaded from the file `checkpoint`."""
    metadata = classifier.metadata
    ids = [label.class_id for label in classifier.classes]
    confidences, places = outcome.probabilities.max(1)
    own = outcome.probabilities.gather(1, outcome.targets[:, None])[:, 0]
    answers = (
        MeasuredPhoto(image_id, ids[target], ids[place], float(f"{confidence:.4g}"), float(f"{right:.4g}"))
        for image_id, target, place, confidence, right in zip(
            outcome.image_ids,
            outcome.targets.tolist(),
            places.tolist(),
            confidences.tolist(),
            own.tolist(),
            strict=True,
        )
    )
    return Report(
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        tta=tta,
        checkpoint={
            "name": checkpoint.name,
            "fingerprint": file_digest(checkpoint),
            "bytes": checkpoint.stat().st_size,
            "parameters": classifier.engine.parameters,
            "backbone": metadata.backbone,
            "input_size": classifier.input_size,
        },
        data={
            "name": metadata.dataset.name,
            "subject": metadata.dataset.subject,
            "split_name": split_name,
            "split": split,
            "train_photos": metadata.dataset.train_photos,
            "unreadable": [image_id for image_id, _ in outcome.unreadable],
        },
        classes=classifier.classes,
        summary=summarise(outcome),
        per_class=class_figures(outcome, ids),
        calibration=reliability(confidences, outcome.answers == outcome.targets),
        answers=tuple(answers),
        training=metadata.training,
    )
