"""Fitting trust: temperature, verdicts and coverage sets, on valid photos and on stand-ins for what is unknown.

No test photo is looked at. Valid photos are used twice: as they are, and changed by the “wild” augmentation, since
visitors' photos are less like the training photos than valid ones are.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.calibration.examples import CalibrationExamples
from classifier.inference.embedding import Embedded
from classifier.predictions.coverage import CoverageSets, conformal_threshold
from classifier.predictions.logistic import Logistic, fit_logistic
from classifier.predictions.neighbours import Index
from classifier.predictions.verdicts import SIGNALS, Calibration, log_sum_exp, signals, softmax

Floats = NDArray[np.floating[Any]]
COVERAGE = 0.95
# Parts of the known photos that may be turned away, of valid ones as they are and as visitors might send them: as no
# flower, and in all.
NO_FLOWER = (0.01, 0.04)
TURNED_AWAY = (0.035, 0.12)
# Of confident answers so many must be right: of valid photos as they are, and of those changed as visitors send them.
CONFIDENT_RIGHT = (0.995, 0.99)
# With fewer valid photos nothing is called confident: even where none of 100 is wrong, 3 in 100 may be (rule of three,
# https://doi.org/10.1001/jama.1983.03330370053031).
FEWEST_FOR_CONFIDENT = 100
NEVER = 2.0  # no probability is that high
FOLDS = 5  # of classes, each left out in turn


def fit_temperature(logits: Floats, positions: NDArray[Any]) -> float:
    """The temperature with the least negative log-likelihood (https://arxiv.org/abs/1706.04599), 0.05 to 20."""
    from scipy.optimize import minimize_scalar

    own = logits[np.arange(len(logits)), positions].astype(np.float64)

    def loss(log_temperature: float) -> float:
        temperature = np.exp(log_temperature)
        return float((log_sum_exp(logits.astype(np.float64) / temperature) - own / temperature).mean())

    best = minimize_scalar(loss, bounds=(np.log(0.05), np.log(20)), method="bounded")
    return round(float(np.exp(best.x)), 4)


def fit_calibration(examples: CalibrationExamples, index: Index) -> Calibration:
    """All of `Calibration`."""
    plain, changed = examples.plain, examples.changed
    temperature = fit_temperature(plain.logits, plain.positions)

    def see(seen: Embedded) -> Floats:
        return signals(seen.logits, seen.embeddings, index, temperature=temperature)

    known = [see(plain), see(changed)]
    right = [hits(seen) for seen in (plain, changed)]
    strange = [held_out_classes(seen, index, temperature=temperature) for seen in (plain, changed)]
    others = [see(seen) for seen in (examples.drawn, examples.photos, examples.corners) if seen is not None]
    rest = [0] * len(strange), [0] * len(others)
    flower = _fit([*known, *strange, *others], [1, 1, *[1] * len(strange), *rest[1]])
    is_known = _fit([*known, *strange], [1, 1, *rest[0]])
    is_sure = _fit([*known, *strange, *others], [*right, *rest[0], *rest[1]])
    flower_from = _threshold([flower(rows) for rows in known], NO_FLOWER)
    kept = [flower(rows) >= flower_from for rows in known]
    known_from = _threshold(
        [np.where(k, is_known(rows), -1.0) for k, rows in zip(kept, known, strict=True)], TURNED_AWAY
    )
    enough = len(plain) >= FEWEST_FOR_CONFIDENT
    sure_from = sure_threshold([is_sure(rows) for rows in known], right) if enough else NEVER
    unsure = [
        fits & (is_known(rows) >= known_from) & (is_sure(rows) < sure_from)
        for fits, rows in zip(kept, known, strict=True)
    ]
    coverage = fit_coverage((plain, changed), chosen=unsure, temperature=temperature)
    return Calibration(temperature, coverage, flower, flower_from, is_known, known_from, is_sure, sure_from)


def held_out_classes(seen: Embedded, index: Index, *, temperature: float, seed: int = 1) -> Floats:
    """Signals of flowers that are none of ours, for want of such: each photo as if its class, and the others of its
    fold, were known to nobody.

    The network has learnt to set them apart, so they are easier than strangers are. What separates them still is what
    separated the 22 classes that a network of its own had never seen (docs/trust.md).
    """
    chance = np.random.default_rng(seed)
    classes = seen.logits.shape[1]
    fold_of = chance.permutation(classes) % min(FOLDS, classes)
    left_out = []
    for fold in np.unique(fold_of):
        hidden = fold_of == fold
        own = hidden[seen.positions]
        if own.any() and not hidden.all():
            left_out.append(
                signals(seen.logits[own], seen.embeddings[own], index, temperature=temperature, hidden=hidden)
            )
    return np.concatenate([np.zeros((0, len(SIGNALS)), dtype=np.float32), *left_out])


def hits(seen: Embedded) -> NDArray[np.bool_]:
    """(N,): is the likeliest class the right one?"""
    found: NDArray[np.bool_] = seen.logits.argmax(axis=1) == seen.positions
    return found


def _threshold(scores: Sequence[Floats], shares: Sequence[float]) -> float:
    """The highest threshold below which no group has more than its share of scores; 0 if there are more anyway."""
    return max(0.0, float(min(np.quantile(group, share) for group, share in zip(scores, shares, strict=True))))


def sure_threshold(scores: Sequence[Floats], right: Sequence[NDArray[np.bool_]]) -> float:
    """The lowest threshold above which enough answers are right, in each group of photos."""
    return max(_lowest(*group) for group in zip(scores, right, CONFIDENT_RIGHT, strict=True))


def _lowest(scores: Floats, right: NDArray[np.bool_], share: float) -> float:
    order = np.argsort(-scores, kind="stable")
    precision = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(precision >= share)
    return float(scores[order][enough[-1]]) if len(enough) else 1.0


def fit_coverage(
    groups: Sequence[Embedded], *, chosen: Sequence[NDArray[np.bool_]], temperature: float
) -> CoverageSets:
    """Sets that hold the right class `COVERAGE` of the time, for the chosen photos of each group.

    They are fitted on unsure answers alone: over all photos, one class each would do, and the unsure answers, for which
    a list is of use, would be the ones that pay. (Conformal prediction within categories: Vovk, Gammerman and Shafer,
    "Algorithmic Learning in a Random World", 2005, section 4.5.)
    """
    sets = CoverageSets(COVERAGE, 0.0)
    own = []
    for seen, rows in zip(groups, chosen, strict=True):
        scores = sets.scores(softmax(seen.logits, temperature=temperature))
        own.append(scores[np.arange(len(scores)), seen.positions][rows])
    # With too few photos less than all classes promises nothing. Both groups show the same photos: the larger counts.
    enough = np.isfinite(conformal_threshold(max(own, key=len), COVERAGE))
    threshold = conformal_threshold(np.concatenate(own), COVERAGE) if enough else np.inf
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
    return fit_logistic(np.concatenate([rows for rows, _ in kept]), values, weights=weights, increasing=True)
