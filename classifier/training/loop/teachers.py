"""Teachers: networks whose answers a training follows beside the labels (distillation)."""

from collections.abc import Sequence
from typing import NamedTuple

import torch

from classifier.networks.backbones import find_backbone
from classifier.networks.network import Network, build_network
from classifier.training.start import StartingPoint


class _Teacher(NamedTuple):
    network: Network
    # Its pictures are the student's times the scale plus the shift, (3, 1, 1) each: backbones normalise differently.
    scale: torch.Tensor
    shift: torch.Tensor


class Teachers:
    """Networks whose mean answer is learnt from (https://arxiv.org/abs/1503.02531).

    They see each picture just as it is learnt from, whatever has been changed by chance
    (https://arxiv.org/abs/2106.05237). No part of the trained module: its states stay free of them.

    Args:
        checkpoints: of the same classes, in the same order.
        backbone: of the network that learns; pictures come normalised for it.

    Raises:
        CheckpointError: the weights of one do not fit its architecture.
    """

    def __init__(self, checkpoints: Sequence[StartingPoint], *, backbone: str) -> None:
        student = find_backbone(backbone)
        mean, std = _column(student.mean), _column(student.std)
        self._teachers = []
        for point in checkpoints:
            preprocessing = point.checkpoint.metadata.preprocessing
            own_mean, own_std = _column(preprocessing.mean), _column(preprocessing.std)
            network = build_network(point.checkpoint).to(memory_format=torch.channels_last).requires_grad_(False)
            self._teachers.append(_Teacher(network, std / own_std, (mean - own_mean) / own_std))

    def to(self, device: torch.device) -> None:
        """Move them to a device."""
        self._teachers = [
            _Teacher(teacher.network.to(device), teacher.scale.to(device), teacher.shift.to(device))
            for teacher in self._teachers
        ]

    @torch.no_grad()
    def probabilities(self, images: torch.Tensor) -> torch.Tensor:
        """Mean of their probabilities, (N, classes), for (N, 3, H, W) pictures as the student sees them."""
        answers = [
            torch.softmax(teacher.network(images * teacher.scale + teacher.shift).logits.float(), 1)
            for teacher in self._teachers
        ]
        return torch.stack(answers).mean(0)


def _column(values: Sequence[float]) -> torch.Tensor:
    return torch.tensor(values).view(3, 1, 1)
