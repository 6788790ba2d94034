"""A logistic regression small enough to live in a checkpoint's JSON."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Logistic:
    """Features (N, F) → probabilities (N,). Each feature is brought to mean 0 and deviation 1, then weighed."""

    mean: tuple[float, ...]
    scale: tuple[float, ...]
    weights: tuple[float, ...]
    bias: float

    def __call__(self, features: Floats) -> Floats:
        standard = (features - np.array(self.mean)) / np.array(self.scale)
        # Beyond ±4 deviations a feature says no more: what lies outside all that was fitted on must not decide alone.
        scores = np.clip(standard, -4, 4) @ np.array(self.weights) + self.bias
        values: Floats = 1 / (1 + np.exp(-np.clip(scores, -30, 30)))
        return values

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Logistic":
        mean, scale, weights = (tuple(float(value) for value in values[name]) for name in ("mean", "scale", "weights"))
        if not len(mean) == len(scale) == len(weights):
            raise ValueError("mean, scale and weights have one value a feature")
        return cls(mean, scale, weights, float(values["bias"]))


def fit_logistic(
    features: Floats, targets: NDArray[Any], *, weights: Floats | None = None, decay: float = 1.0
) -> Logistic:
    """Newton's method on the penalised likelihood (decay × |w|² / 2; the bias is free).

    targets: (N,) true or false; weights: (N,) how much each row counts.
    """
    mean, scale = features.mean(axis=0), features.std(axis=0) + 1e-6
    standard = np.clip((features - mean) / scale, -4, 4)
    rows = np.hstack([standard, np.ones((len(standard), 1))])
    counts = np.ones(len(rows)) if weights is None else np.asarray(weights, dtype=float)
    penalty = np.diag([decay] * features.shape[1] + [1e-6])
    solution = np.zeros(rows.shape[1])
    for _ in range(50):
        said = 1 / (1 + np.exp(-np.clip(rows @ solution, -30, 30)))
        slope = rows.T @ (counts * (said - targets)) + penalty @ solution
        curvature = (rows * (counts * said * (1 - said))[:, None]).T @ rows + penalty
        step = np.linalg.solve(curvature, slope)
        # A step of Newton's may overshoot where nearly all is settled; a bounded one does not.
        solution -= step * min(1.0, 5.0 / (np.abs(step).max() + 1e-12))
        if np.abs(step).max() < 1e-6:
            break
    rounded = [round(float(value), 6) for value in solution]
    return Logistic(
        tuple(round(float(value), 6) for value in mean),
        tuple(round(float(value), 6) for value in scale),
        tuple(rounded[:-1]),
        rounded[-1],
    )
