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
    features: Floats,
    targets: NDArray[Any],
    *,
    weights: Floats | None = None,
    decay: float = 1.0,
    increasing: bool = False,
) -> Logistic:
    """The penalised maximum of the likelihood (decay × |w|² / 2; the bias is free).

    targets: (N,) true or false; weights: (N,) how much each row counts. increasing: no weight is below 0, for features
    that are meant to speak for the target. Features that say nearly the same would otherwise be set against each other,
    which fits the rows at hand and fails on rows of another kind.
    """
    from scipy.optimize import minimize

    mean, scale = features.mean(axis=0), features.std(axis=0) + 1e-6
    rows = np.hstack([np.clip((features - mean) / scale, -4, 4), np.ones((len(features), 1))]).astype(np.float64)
    counts = np.ones(len(rows)) if weights is None else np.asarray(weights, dtype=float)
    sign = 2.0 * np.asarray(targets, dtype=float) - 1
    penalty = np.array([decay] * features.shape[1] + [1e-6])

    def loss(solution: Floats) -> tuple[float, Floats]:
        margins = sign * (rows @ solution)
        slope = -rows.T @ (counts * sign / (1 + np.exp(np.clip(margins, -500, 500)))) + penalty * solution
        return float(counts @ np.logaddexp(0, -margins) + (penalty * solution**2).sum() / 2), slope

    bounds = [(0.0 if increasing else None, None)] * features.shape[1] + [(None, None)]
    solution = minimize(loss, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B", bounds=bounds).x
    *fitted, bias = (round(float(value), 6) for value in solution)
    return Logistic(
        tuple(round(float(value), 6) for value in mean),
        tuple(round(float(value), 6) for value in scale),
        tuple(fitted),
        bias,
    )
