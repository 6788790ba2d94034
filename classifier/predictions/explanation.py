"""Where in the photo an answer comes from, and which part of the photo the network saw. NumPy and Pillow only."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from classifier.predictions.values import ActivationMap

Floats = NDArray[np.floating[Any]]
# Evidence is painted from amber to red, evidence against in blue (colours that colour-blind people tell apart).
_FOR = np.array([[255, 200, 60], [240, 90, 30], [180, 10, 40]], dtype=float)
_AGAINST = np.array([[120, 180, 230], [50, 110, 200], [20, 50, 150]], dtype=float)
_MOST_OPAQUE = 200  # of 255: the photo stays visible


def activation_maps(feature_map: Floats, embedding: Floats, head: Floats) -> list[ActivationMap] | None:
    """Class activation maps (https://arxiv.org/abs/1512.04150).

    feature_map: (C, h, w); embedding: (C,), its mean over the places; head: (k, C), the weights of k classes' logits.
    None when the embedding is not that mean (another kind of pooling): a map would then not be what was decided on.
    """
    places = feature_map.reshape(len(feature_map), -1)
    if places.shape[0] != embedding.shape[0] or not np.allclose(places.mean(axis=1), embedding, rtol=1e-2, atol=1e-3):
        return None
    height, width = feature_map.shape[1:]
    maps = (head @ places).reshape(-1, height, width)
    return [ActivationMap(tuple(tuple(round(float(value), 4) for value in row) for row in values)) for values in maps]


def contrast(one: ActivationMap, other: ActivationMap) -> ActivationMap:
    """Why one class and not the other: above 0 where the photo speaks for `one`, below 0 where for `other`."""
    difference = np.array(one.values) - np.array(other.values)
    return ActivationMap(tuple(tuple(float(value) for value in row) for row in difference))


def paint(activation: ActivationMap, *, size: tuple[int, int], diverging: bool = False) -> Image.Image:
    """An RGBA picture of `size` (width, height in px) to lay over the crop that the network saw.

    Transparent where there is no evidence. `diverging` paints what speaks against, too: for a `contrast`.
    """
    values = np.array(activation.values, dtype=np.float32)
    strongest = float(np.abs(values).max() if diverging else values.max())
    if strongest <= 0:
        return Image.new("RGBA", size)
    scaled = Image.fromarray(values / strongest).resize(size, Image.Resampling.BICUBIC)
    strength = np.clip(np.asarray(scaled), -1 if diverging else 0, 1)
    colours = np.where((strength >= 0)[..., None], _ramp(_FOR, strength), _ramp(_AGAINST, -strength))
    opacity = _MOST_OPAQUE * np.abs(strength)
    return Image.fromarray(np.concatenate([colours, opacity[..., None]], axis=2).astype(np.uint8))


def _ramp(stops: Floats, strength: Floats) -> Floats:
    """Strengths (h, w) in 0..1 → colours (h, w, 3) between the stops."""
    at = np.linspace(0, 1, len(stops))
    return np.stack([np.interp(strength, at, stops[:, channel]) for channel in range(3)], axis=2)
