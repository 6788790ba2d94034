"""Engines: what runs the network. Each is one module, and only it may import its runtime; `choosing` has them all."""

import sys
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from classifier.machine import usable_cores

Floats = NDArray[np.float32]

# OpenVINO reports to Google Analytics that it was imported, and writes a random id into the home folder, unless this
# package of its is missing. Nothing leaves the machine here.
sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]  # how a missing package is marked


def passes_at_once(threads: int | None) -> int:
    """How many passes of so many threads the cores have room for, at least 1; None stands for all cores."""
    return max(1, usable_cores() // threads) if threads else 1


class EngineOutput(NamedTuple):
    """Output of one pass over N pictures: logits (N, C), embeddings (N, D), feature maps (N, K, h, w); float32."""

    logits: Floats
    embeddings: Floats
    feature_maps: Floats


class Engine(Protocol):
    """Engine: a network in some runtime. Safe to call from many threads."""

    @property
    def name(self) -> str:
        """What it is called, a key of `choosing.ENGINES`."""
        ...

    @property
    def device(self) -> str:
        """Where it computes: "cpu", "cuda" or "mps"."""
        ...

    def run(self, batch: Floats) -> EngineOutput:
        """One pass over prepared pictures (N, 3, S, S), see `photos.preparing`."""
        ...
