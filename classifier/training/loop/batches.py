"""Batches of known photos and strangers: their order in an epoch, and making both alike in sharpness."""

from dataclasses import dataclass

import torch
from torchvision.transforms.v2 import functional as F

from classifier.training.mixture import BatchShape, Mixture

# Part of the sharper photos that are shrunk. Of all, the network would see none as sharp as those it is to be used on.
SHRUNK = 0.6


def mixed_order(
    known: int, batches: int, shape: BatchShape, *, generator: torch.Generator, rank: int = 0, world_size: int = 1
) -> list[int]:
    """Order of an epoch's samples for one process: batch after batch, known ones by chance and then strangers.

    Args:
        known: number of known samples, which come first; strangers come after them, already in their order.
        batches: of the epoch.
        shape: of a batch in each process.
        generator: the same in every process, so that each sample is shown by one.
        rank: which one of the processes this is.
        world_size: how many there are.
    """
    shuffled = torch.randperm(known, generator=generator)[rank::world_size]
    strangers = torch.arange(known, known + batches * shape.strangers * world_size)[rank::world_size]
    parts = [shuffled[: batches * shape.known].view(batches, -1), strangers.view(batches, -1)]
    return torch.cat(parts, dim=1).flatten().tolist()


@dataclass(frozen=True)
class Shrinking:
    """Shrinking of some of the sharper photos, so that sharpness alone tells no stranger.

    Where strangers were saved smaller than known photos, or the other way round, a network would learn that.

    Attributes:
        stranger: the number of the strangers' answer, see `Mixture`.
        known_to: the short side (px) that known photos are shrunk to; None for not at all.
        strangers_to: the same for strangers.
    """

    stranger: int
    known_to: int | None = None
    strangers_to: int | None = None

    @classmethod
    def of(cls, mixture: Mixture) -> "Shrinking | None":
        """Shrinking of the group with the larger photos to the median of the other; None without strangers."""
        known, strangers = mixture.known_side, mixture.strangers_side
        if not mixture.strangers or known is None or strangers is None or known == strangers:
            return None
        number = len(mixture.answers) - 1
        return cls(number, known_to=strangers) if known > strangers else cls(number, strangers_to=known)

    def __call__(self, picture: torch.Tensor, target: int) -> torch.Tensor:
        """Shrink a uint8 picture (3, H, W) by chance, from torch's generator."""
        side = self.strangers_to if target == self.stranger else self.known_to
        if side is None or min(picture.shape[-2:]) <= side or torch.rand(()) >= SHRUNK:
            return picture
        return F.resize(picture, [side], antialias=True)
