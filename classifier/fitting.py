"""Fitting trust: temperature, verdicts and coverage sets, on valid photos and on stand-ins for what is unknown.

No test photo is looked at. Valid photos are used twice: as they are, and changed by the “wild” augmentation, since
visitors' photos are less like the training photos than valid ones are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.conformal import CoverageSets, conformal_threshold
from classifier.embedding import Seen
from classifier.logistic import Logistic, fit_logistic
from classifier.retrieval import Index
from classifier.trust import Trust, log_sum_exp, signals, softmax

Floats = NDArray[np.floating[Any]]
COVERAGE = 0.95
# Parts of the known photos that may be turned away: of valid ones as they are, and as visitors might send them.
MOST_TURNED_AWAY = 0.035
MOST_CHANGED_TURNED_AWAY = 0.15
# Of confident answers so many must be right: of valid photos as they are, and of all photos here taken together.
CONFIDENT_RIGHT = 0.995
CONFIDENT_RIGHT_OF_ALL = 0.97
FOLDS = 5  # of classes, each left out in turn
HIDDEN = -1e4  # the logit of a class that is left out


@dataclass(frozen=True)
class Material:
    """What trust is fitted on: known photos as they are and as visitors send them, and pictures of nothing known."""

    plain: Seen
    changed: Seen
    drawn: Seen
    photos: Seen | None
    corners: Seen


def fit_temperature(logits: Floats, positions: NDArray[Any]) -> float:
    """The temperature with the least negative log-likelihood (https://arxiv.org/abs/1706.04599), 0.05 to 20."""
    from scipy.optimize import minimize_scalar

    own = logits[np.arange(len(logits)), positions].astype(np.float64)

    def loss(log_temperature: float) -> float:
        temperature = np.exp(log_temperature)
        return float((log_sum_exp(logits.astype(np.float64) / temperature) - own / temperature).mean())

    best = minimize_scalar(loss, bounds=(np.log(0.05), np.log(20)), method="bounded")
    return round(float(np.exp(best.x)), 4)


def fit_trust(material: Material, index: Index) -> Trust:
    """All of `Trust`."""
    plain, changed = material.plain, material.changed
    temperature = fit_temperature(plain.logits, plain.positions)

    def see(seen: Seen) -> Floats:
        return signals_of(seen, index, temperature=temperature)

    known = [see(plain), see(changed)]
    strange_flowers = np.concatenate(
        [leave_classes_out(seen, index, temperature=temperature) for seen in (plain, changed)]
    )
    others = [see(seen) for seen in (material.drawn, material.photos, material.corners) if seen is not None]
    is_known = _fit([*known, strange_flowers, *others], [1, 1, 0, *[0] * len(others)])
    right = [hits(seen) for seen in (plain, changed)]
    is_sure = _fit([*known, strange_flowers, *others], [*right, 0, *[0] * len(others)])
    flower = _fit([strange_flowers, *others], [1, *[0] * len(others)])
    known_from = known_threshold(is_known(known[0]), is_known(known[1]))
    sure_from = sure_threshold(
        [is_sure(rows) for rows in (*known, strange_flowers)], [*right, np.zeros(len(strange_flowers), dtype=bool)]
    )
    coverage = fit_coverage(changed, kept=is_known(known[1]) >= known_from, temperature=temperature)
    return Trust(temperature, coverage, is_known, known_from, is_sure, sure_from, flower)


def signals_of(seen: Seen, index: Index, *, temperature: float) -> Floats:
    """The signals of pictures that were looked at."""
    return signals(
        seen.logits,
        seen.embeddings,
        index,
        similarities=index.similarities(seen.embeddings),
        temperature=temperature,
    )


def leave_classes_out(seen: Seen, index: Index, *, temperature: float, seed: int = 1) -> Floats:
    """The signals that each photo would have if its class were unknown: without the class's logit and neighbours, and
    without those of the other classes of its fold. Photos of flowers that are none of ours, for want of such."""
    classes = seen.logits.shape[1]
    fold_of = np.random.default_rng(seed).permutation(classes) % min(FOLDS, classes)
    rows = []
    for fold in np.unique(fold_of):
        hidden = fold_of == fold
        own = hidden[seen.positions]
        if not own.any() or hidden.all():
            continue
        logits = seen.logits[own].copy()
        logits[:, hidden] = HIDDEN
        similarities = index.similarities(seen.embeddings[own])
        similarities[:, hidden[index.positions]] = -1.0
        rows.append(signals(logits, seen.embeddings[own], index, similarities=similarities, temperature=temperature))
    return np.concatenate(rows) if rows else np.zeros((0, 0), dtype=np.float32)


def hits(seen: Seen) -> NDArray[np.bool_]:
    """(N,): is the likeliest class the right one?"""
    found: NDArray[np.bool_] = seen.logits.argmax(axis=1) == seen.positions
    return found


def known_threshold(plain: Floats, changed: Floats) -> float:
    """The highest threshold that turns away neither too many valid photos nor too many changed ones."""
    return float(min(np.quantile(plain, MOST_TURNED_AWAY), np.quantile(changed, MOST_CHANGED_TURNED_AWAY)))


def sure_threshold(scores: Sequence[Floats], right: Sequence[NDArray[np.bool_]]) -> float:
    """The lowest threshold above which enough answers are right: of the first group, and of all groups together."""
    allowed = [
        _lowest(scores[0], right[0], CONFIDENT_RIGHT),
        _lowest(np.concatenate(list(scores)), np.concatenate(list(right)), CONFIDENT_RIGHT_OF_ALL),
    ]
    return max(allowed)


def _lowest(scores: Floats, right: NDArray[np.bool_], share: float) -> float:
    order = np.argsort(-scores, kind="stable")
    precision = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(precision >= share)
    return float(scores[order][enough[-1]]) if len(enough) else 1.0


def fit_coverage(seen: Seen, *, kept: NDArray[np.bool_], temperature: float) -> CoverageSets:
    """Sets that hold the right class `COVERAGE` of the time for the photos that are not turned away."""
    sets = CoverageSets(COVERAGE, 0.0)
    scores = sets.scores(softmax(seen.logits, temperature=temperature))
    own = scores[np.arange(len(scores)), seen.positions][kept]
    threshold = conformal_threshold(own, COVERAGE) if len(own) else 1.0
    return CoverageSets(COVERAGE, round(min(threshold, 1e6), 6))


def _fit(groups: Sequence[Floats], targets: Sequence[Any]) -> Logistic:
    """A logistic regression; the groups of either side count the same together, however many rows they have."""
    kept = [
        (rows, np.broadcast_to(target, len(rows))) for rows, target in zip(groups, targets, strict=True) if len(rows)
    ]
    values = np.concatenate([target for _, target in kept]).astype(float)
    weights = np.concatenate([np.full(len(rows), 1 / len(rows)) for rows, _ in kept])
    for side in (0, 1):
        of_side = values == side
        if of_side.any():
            weights[of_side] *= 500 / weights[of_side].sum()
    return fit_logistic(np.concatenate([rows for rows, _ in kept]), values, weights=weights)
