"""Activation maps → small pictures that lie over the visitor's own photo. Pure: no Dash, no request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from classifier.photos.thumbnails import data_url
from classifier.predictions.explanation import contrast, paint
from classifier.predictions.values import ActivationMap, Candidate

# The browser smooths a picture that it enlarges; more pixels would only make the answer heavier.
SIDE_PX = 64


def create_overlay(activation: ActivationMap, *, diverging: bool = False) -> str:
    """A data URL of a transparent PNG, to be stretched over the square that the model saw."""
    return data_url(paint(activation, size=(SIDE_PX, SIDE_PX), diverging=diverging), "PNG", optimize=True)


def create_heatmaps(candidates: Sequence[Candidate], maps: Mapping[int, ActivationMap]) -> dict[str, str]:
    """Class id → where the evidence for it lies; as strings, which JSON's keys are."""
    return {str(c.class_id): create_overlay(maps[c.class_id]) for c in candidates if c.class_id in maps}


def create_contrasts(candidates: Sequence[Candidate], maps: Mapping[int, ActivationMap]) -> dict[str, str]:
    """Class id of each runner-up → where the evidence for the best class outweighs its own, and the reverse."""
    best, *others = candidates
    if best.class_id not in maps:
        return {}
    return {
        str(other.class_id): create_overlay(contrast(maps[best.class_id], maps[other.class_id]), diverging=True)
        for other in others
        if other.class_id in maps
    }
