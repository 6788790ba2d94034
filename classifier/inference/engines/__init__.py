"""Engines: what runs the network. Each is one module, and only it may import its runtime."""

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


class EngineOutput(NamedTuple):
    """Output of one pass over N pictures: logits (N, C), embeddings (N, D), feature maps (N, K, h, w); float32."""

    logits: Floats
    embeddings: Floats
    feature_maps: Floats


class Engine(Protocol):
    """Engine: a network in some runtime. Safe to call from one thread at a time."""

    @property
    def head(self) -> Floats:
        """(C, D): the weights of the logits."""
        ...

    @property
    def parameters(self) -> int:
        """How many numbers the network has learnt."""
        ...

    @property
    def weights_digest(self) -> str:
        """`checkpoint.weights_digest` of the weights."""
        ...

    def run(self, batch: Floats) -> EngineOutput:
        """One pass over prepared pictures (N, 3, S, S), see `photos.preparing`."""
        ...
