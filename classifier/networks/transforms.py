"""From an upright RGB picture to the network's input: for training (with augmentation) and for everything else."""

from collections.abc import Sequence

import torch
from torchvision.transforms import v2

# Pretrained weights were made with bicubic resizing (timm's pretrained_cfg says so for the EfficientNet-Lite family).
INTERPOLATION = v2.InterpolationMode.BICUBIC


def eval_transform(*, size: int, mean: Sequence[float], std: Sequence[float]) -> v2.Transform:
    """PIL RGB → float tensor (3, size, size), normalised: short side to `size` pixels, then the central square."""
    return v2.Compose([v2.Resize(size, INTERPOLATION), v2.CenterCrop(size), *_normalise(mean, std)])


def _normalise(mean: Sequence[float], std: Sequence[float]) -> list[v2.Transform]:
    return [v2.ToImage(), v2.ToDtype(torch.float32, scale=True), v2.Normalize(list(mean), list(std)), v2.ToPureTensor()]
