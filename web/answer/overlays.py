"""Activation maps as they go to the browser; `assets/js/31-overlays.js` paints them. Pure: no Dash, no request."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from classifier.predictions.values import ActivationMap, Candidate

# What the strongest evidence of an answer becomes. Four digits: the difference of two maps that are nearly alike, which
# the browser computes, still has a hundred steps.
STRONGEST = 9999


def with_maps(candidates: Sequence[Candidate], maps: Mapping[int, ActivationMap]) -> list[Candidate]:
    """The candidates whose evidence can be shown, in the same order."""
    return [candidate for candidate in candidates if candidate.class_id in maps]


def with_contrasts(candidates: Sequence[Candidate], maps: Mapping[int, ActivationMap]) -> list[Candidate]:
    """The runners-up whose evidence can be compared with that of the best candidate, in the same order."""
    best, *others = candidates
    return with_maps(others, maps) if best.class_id in maps else []


def create_overlay_maps(candidates: Sequence[Candidate], maps: Mapping[int, ActivationMap]) -> dict[str, Any]:
    """The maps of an answer's candidates as small whole numbers, on one scale, so that they can be subtracted.

    Args:
        candidates: best first.
        maps: class id → activation map; all of them have as many rows and columns.

    Returns:
        `best`, the class id of the best candidate, and `maps`, class id → rows of numbers from -STRONGEST to STRONGEST.
        Class ids are strings, as JSON's keys are. A number that is not finite is no evidence, and becomes 0.
    """
    shown = [(str(candidate.class_id), maps[candidate.class_id].values) for candidate in with_maps(candidates, maps)]
    sizes = [abs(value) for _, rows in shown for row in rows for value in row if math.isfinite(value)]
    strongest = max(sizes, default=0) or 1

    def whole(value: float) -> int:
        return round(STRONGEST * (value / strongest)) if math.isfinite(value) else 0

    return {
        "best": str(candidates[0].class_id),
        "maps": {class_id: [[whole(value) for value in row] for row in rows] for class_id, rows in shown},
    }
