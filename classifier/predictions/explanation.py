"""Where in the photo an answer comes from. NumPy only."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.predictions.values import ActivationMap

Floats = NDArray[np.floating[Any]]


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
