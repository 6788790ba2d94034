"""Losses of a training: of known photos, and of strangers (outlier exposure)."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import nn

from classifier.training.settings import TrainingSettings


class LossParts(NamedTuple):
    """Loss of a batch.

    total: what is minimised. known: cross-entropy of the known photos. exposure: of the strangers, before its weight;
    None if there are none.
    """

    total: torch.Tensor
    known: torch.Tensor
    exposure: torch.Tensor | None = None


class TrainingLoss(nn.CrossEntropyLoss):
    """Cross-entropy of known photos, and exposure to strangers.

    Strangers are drawn towards equal probabilities (https://arxiv.org/abs/1812.04606), or the log-sum-exp of the logits
    is kept above one margin for known photos and below another for strangers (https://arxiv.org/abs/2010.03759, where
    energy is its negative). Class weights count for known photos alone.

    A stranger that was mixed with a known photo has an answer that sums to 1 and counts as known photos do, class
    weights included. That fits uniform exposure alone; `settings.check_choices` refuses it with energy.

    Args:
        settings: of the training.
        weight: (classes,) factors of the loss; None for equal ones.
    """

    def __init__(self, settings: TrainingSettings, *, weight: torch.Tensor | None = None) -> None:
        super().__init__(weight=weight, label_smoothing=settings.label_smoothing)
        self.settings = settings

    def parts(self, logits: torch.Tensor, targets: torch.Tensor, taught: torch.Tensor | None = None) -> LossParts:
        """Loss of (N, classes) logits.

        Args:
            logits: of the network.
            targets: (N,) positions of the classes, or (N, classes) probabilities; all 0 for a stranger.
            taught: (N, classes) probabilities by the teachers, which the total follows by `teacher_weight`.
        """
        parts = self._by_labels(logits, targets)
        if taught is None:
            return parts
        weight = self.settings.teacher_weight
        imitation = nn.functional.cross_entropy(logits.float(), taught)
        return parts._replace(total=(1 - weight) * parts.total + weight * imitation)

    def _by_labels(self, logits: torch.Tensor, targets: torch.Tensor) -> LossParts:
        if targets.ndim == 1:
            loss = self(logits, targets)
            return LossParts(loss, loss)
        is_known = known_among(targets)
        known = self(logits[is_known], targets[is_known])
        if bool(is_known.all()):
            return LossParts(known, known)
        # Not in half precision, in which squares of energies would overflow.
        exposure = self._exposure(logits[is_known].float(), logits[~is_known].float())
        return LossParts(known + self.settings.exposure_factor * exposure, known, exposure)

    def _exposure(self, known: torch.Tensor, strangers: torch.Tensor) -> torch.Tensor:
        if self.settings.exposure == "uniform":
            return -nn.functional.log_softmax(strangers, 1).mean()
        below = (self.settings.energy_known - torch.logsumexp(known, 1)).clamp(min=0)
        above = (torch.logsumexp(strangers, 1) - self.settings.energy_strangers).clamp(min=0)
        return below.square().mean() + above.square().mean()


def soft_targets(answers: Sequence[Sequence[int]], class_count: int) -> torch.Tensor:
    """(answers, classes) probabilities: equal ones for all classes of an answer, all 0 for an answer of none."""
    table = torch.zeros(len(answers), class_count)
    for row, positions in zip(table, answers, strict=True):
        for position in positions:
            row[position] = 1 / len(positions)
    return table


def known_among(targets: torch.Tensor) -> torch.Tensor:
    """(N,) whether each of (N, classes) targets is of a known photo."""
    return targets.sum(1) > 0


def is_right(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Whether the likeliest class is a right one, for each known photo; targets as in `TrainingLoss.parts`."""
    if targets.ndim == 1:
        return logits.argmax(1) == targets
    known = known_among(targets)
    return targets[known].gather(1, logits[known].argmax(1, keepdim=True))[:, 0] > 0
