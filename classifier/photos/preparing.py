"""Preparing a picture for the network: resized, cut to its central square, normalised. Pillow and NumPy only."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def prepare(image: Image.Image, *, size: int, mean: Sequence[float], std: Sequence[float]) -> NDArray[np.float32]:
    """Prepare an upright RGB picture: short side to `size` px, then the central square, then normalise.

    Bicubic, since pretrained weights were made with it (timm's pretrained_cfg says so for the EfficientNet-Lite
    family). Gives, bit for bit, what torchvision's v2 transforms Resize, CenterCrop, ToDtype and Normalize give.

    Args:
        image: RGB, at least one pixel wide and high.
        size: side of the square in pixels.
        mean: of red, green and blue, scaled to 0..1.
        std: the same, above 0.

    Returns:
        (3, size, size) float32, channels first.
    """
    square = central_square(image, size)
    values = np.asarray(square, dtype=np.float32).transpose(2, 0, 1) * np.float32(1 / 255)
    means, deviations = (np.asarray(triple, dtype=np.float32)[:, None, None] for triple in (mean, std))
    return np.ascontiguousarray((values - means) / deviations)


def central_square(image: Image.Image, size: int) -> Image.Image:
    """The central square of a picture whose short side is brought to `size` pixels; (size, size), bicubic."""
    width, height = image.size
    # The long side is cut off, not rounded, and the margins are rounded half to even: as torchvision does it.
    short = min(width, height)
    resized = (int(size * width / short), int(size * height / short))
    if image.size != resized:
        image = image.resize(resized, Image.Resampling.BICUBIC)
    left, top = round((resized[0] - size) / 2), round((resized[1] - size) / 2)
    return image.crop((left, top, left + size, top + size))
