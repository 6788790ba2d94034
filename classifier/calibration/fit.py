"""Fitting of a calibration: temperature, verdicts and coverage sets, on valid photos and on outliers.

No test photo is used. Valid photos are used twice: as they are, and changed by the “wild” augmentation, since
visitors' photos are less like the training photos than valid ones are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
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
# With 0.95, lists are twice as long: of the last twentieth, the network takes the photos for something else altogether.
COVERAGE = 0.9


@dataclass(frozen=True)
class Promise:
    """Promise about known photos of one group, which the thresholds keep on those that they are fitted on.

    not_the_subject, turned_away: largest shares that are turned away, as not the subject and for either reason.
    confident_right: least share of the confident answers that are right.
    """

    not_the_subject: float
    turned_away: float
    confident_right: float


# Of valid photos as they are, of changed ones, of photos from elsewhere. What other shares give: docs/trust.md.
PLAIN, CHANGED, ELSEWHERE = Promise(0.01, 0.035, 0.995), Promise(0.04, 0.12, 0.99), Promise(0.04, 0.20, 0.97)
# Largest share of strangers from elsewhere that get a confident name.
STRANGERS_NAMED = 0.03
# With fewer valid photos nothing is called confident: even where none of 100 is wrong, 3 in 100 may be (rule of three,
# https://doi.org/10.1001/jama.1983.03330370053031).
FEWEST_FOR_CONFIDENT = 100
NEVER = 2.0  # a threshold that no probability reaches
FOLDS = 5  # of classes, each held out in turn
# Sum of the weights on either side of a regression. The penalty on the coefficients is fixed, so this says how strong
# it is: as if there were 500 positives and 500 negatives, whatever the number of photos.
WEIGHT_OF_A_SIDE = 500
# A threshold in JSON must be finite, and no score is anywhere near as large.
LARGEST_THRESHOLD = 1e6


@dataclass(frozen=True)
class ExampleGroup:
    """Group of examples: their signals, and what is true of them. Three regressions read one column each.

    Attributes:
        signals: (N, len(SIGNALS)), N may be 0.
        shows_subject: whether they show the subject (a flower), of whatever kind; None where some do and some do not.
        is_known: whether they are of one of the classes.
        is_right: (N,), whether the likeliest class is the right one; False for a group that has no right class.
        stands_in: whether they only stand in for strangers of which there are real ones, too.
    """

    signals: Floats
    shows_subject: bool | None
    is_known: bool
    is_right: NDArray[np.bool_] | bool
    stands_in: bool = False


def fit_temperature(logits: Floats, positions: NDArray[Any]) -> float:
    """Fit the temperature with the least negative log-likelihood (https://arxiv.org/abs/1706.04599).

    Args:
        logits: (N, C).
        positions: (N,) the right classes.

    Returns:
        A number from 0.05 to 20, above 1 for a network that is too sure of itself.
    """
    from scipy.optimize import minimize_scalar

    own = logits[np.arange(len(logits)), positions].astype(np.float64)

    # By its logarithm: halving and doubling are steps of the same size, and it cannot become negative.
    def loss(log_temperature: float) -> float:
        temperature = np.exp(log_temperature)
        return float((log_sum_exp(logits.astype(np.float64) / temperature) - own / temperature).mean())

    best = minimize_scalar(loss, bounds=(np.log(0.05), np.log(20)), method="bounded")
    return round(float(np.exp(best.x)), 4)


def fit_calibration(examples: CalibrationExamples, index: Index) -> Calibration:
    """Fit a calibration: all of its values but `fitted_on`.

    Args:
        examples: photos of the classes and pictures of other things, embedded.
        index: of the training photos.
    """
    known_photos = [(examples.plain, PLAIN), (examples.changed, CHANGED)]
    if examples.elsewhere:
        known_photos.append((examples.elsewhere, ELSEWHERE))
    promises = [promise for _, promise in known_photos]
    # Of the photos as they are alone. With those from elsewhere the probabilities were no nearer to what is right of
    # other people's photos, and lists were longer (docs/experiments.md).
    temperature = fit_temperature(examples.plain.logits, examples.plain.positions)
    groups = group_examples(examples, index, temperature=temperature)
    of_either = [group for group in groups if group.shows_subject is not None]
    subject = _fit(of_either, [bool(group.shows_subject) for group in of_either])
    # Two questions, two regressions: distances tell that the subject is missing and say little of other kinds of it;
    # logits are the other way round. One regression for both gave up the first for the second (docs/trust.md).
    of_subject = [group for group in groups if group.shows_subject is not False and not group.stands_in]
    known = _fit(of_subject, [group.is_known for group in of_subject])
    sure = _fit(groups, [group.is_right for group in groups])

    # Verdicts ask “the subject?” first, then “a known class?”: the second threshold depends on the first.
    photos = [group.signals for group in groups if group.is_known]
    subject_from = _threshold([subject(rows) for rows in photos], [promise.not_the_subject for promise in promises])
    passed = [subject(rows) >= subject_from for rows in photos]
    # Photos already turned away count with the lowest score: `turned_away` is the share of both reasons together.
    scores = [np.where(through, known(rows), -1.0) for through, rows in zip(passed, photos, strict=True)]
    known_from = _threshold(scores, [promise.turned_away for promise in promises])
    sure_from = NEVER
    if len(examples.plain) >= FEWEST_FOR_CONFIDENT:
        sure_from = sure_threshold(
            [sure(rows) for rows in photos],
            [correct(group) for group, _ in known_photos],
            [promise.confident_right for promise in promises],
        )
        of_other_kinds = [group.signals for group in groups if group.shows_subject is None]
        named_from = [float(np.quantile(sure(rows), 1 - STRANGERS_NAMED)) for rows in of_other_kinds]
        sure_from = max([sure_from, *named_from])
    unsure = [
        through & (known(rows) >= known_from) & (sure(rows) < sure_from)
        for through, rows in zip(passed, photos, strict=True)
    ]
    coverage = fit_coverage([group for group, _ in known_photos], chosen=unsure, temperature=temperature)
    return Calibration(temperature, coverage, subject, subject_from, known, known_from, sure, sure_from)


def group_examples(examples: CalibrationExamples, index: Index, *, temperature: float) -> list[ExampleGroup]:
    """Table of the examples that a calibration is fitted on, a row each group.

    Args:
        examples: embedded.
        index: of the training photos.
        temperature: that the logits are divided by.

    Returns:
        The known photos first: as they are, changed, from elsewhere where there are such.
    """

    def see(embedded: Embedded) -> Floats:
        return signals(embedded.logits, embedded.embeddings, index, temperature=temperature)

    def hold_out(embedded: Embedded) -> Floats:
        return held_out_classes(embedded, index, temperature=temperature)

    plain, changed, elsewhere = examples.plain, examples.changed, examples.elsewhere
    of_others = [examples.drawn, examples.photos, examples.corners, examples.other_things]
    return [
        # Columns: signals, shows_subject, is_known, is_right.
        ExampleGroup(see(plain), True, True, correct(plain)),
        ExampleGroup(see(changed), True, True, correct(changed)),
        *([ExampleGroup(see(elsewhere), True, True, correct(elsewhere))] if elsewhere else []),
        ExampleGroup(hold_out(plain), True, False, False, stands_in=examples.other_kinds is not None),
        ExampleGroup(hold_out(changed), True, False, False, stands_in=examples.other_kinds is not None),
        *(ExampleGroup(see(group), False, False, False) for group in of_others if group),
        *([ExampleGroup(see(examples.other_kinds), None, False, False)] if examples.other_kinds else []),
    ]


def held_out_classes(embedded: Embedded, index: Index, *, temperature: float, seed: int = 1) -> Floats:
    """Signals of known photos as if their classes were unknown: they stand in for other kinds of the subject.

    The classes are dealt into `FOLDS` folds; each photo is seen as if the classes of its fold were neither in the
    network nor in the index. The network has learnt to set them apart, so they are easier than real strangers are.
    Which signals separate them is the same as for the 22 classes that a network of its own had never seen
    (docs/trust.md).

    Args:
        embedded: N known photos.
        index: of the training photos.
        temperature: that the logits are divided by.
        seed: of the folds.

    Returns:
        (N or fewer, len(SIGNALS)), fold after fold; with one class nothing is left to compare with, and no row.
    """
    chance = np.random.default_rng(seed)
    classes = embedded.logits.shape[1]
    # Whole classes, never single photos: a class is unknown only if nothing of it is left to compare with.
    fold_of = chance.permutation(classes) % min(FOLDS, classes)
    held_out = []
    for fold in np.unique(fold_of):
        hidden = fold_of == fold
        own = hidden[embedded.positions]
        if own.any() and not hidden.all():
            held_out.append(
                signals(embedded.logits[own], embedded.embeddings[own], index, temperature=temperature, hidden=hidden)
            )
    # An empty table in front: concatenate needs one where no fold gave any.
    return np.concatenate([np.zeros((0, len(SIGNALS)), dtype=np.float32), *held_out])


def correct(embedded: Embedded) -> NDArray[np.bool_]:
    """(N,), whether the likeliest class is the right one."""
    found: NDArray[np.bool_] = embedded.logits.argmax(axis=1) == embedded.positions
    return found


def _threshold(scores: Sequence[Floats], shares: Sequence[float]) -> float:
    """Highest threshold below which no group has more than its share of scores; 0 where there is none."""
    # The strictest group decides; a quantile of −1 (photos turned away before) would be no probability.
    return max(0.0, float(min(np.quantile(group, share) for group, share in zip(scores, shares, strict=True))))


def sure_threshold(scores: Sequence[Floats], right: Sequence[NDArray[np.bool_]], shares: Sequence[float]) -> float:
    """Lowest threshold from which on enough of the answers are right, in each group of photos.

    Args:
        scores: (N,) probabilities that the answers are right, of each group.
        right: (N,) whether they are.
        shares: how many shall be right, 0 to 1, of each group.
    """
    return max(_lowest(*group) for group in zip(scores, right, shares, strict=True))


def _lowest(scores: Floats, right: NDArray[np.bool_], share: float) -> float:
    # Mistakes among the n best scores, for every n. Their share goes up and down; the last n that is good enough
    # counts, since only the precision of all that is called confident was promised. Stable, so that ties fall the same
    # everywhere.
    order = np.argsort(-scores, kind="stable")
    wrong = np.cumsum(~right[order])
    # One mistake more than was seen, among one photo more (conformal risk control, https://arxiv.org/abs/2208.02814):
    # the threshold is the best of many on these photos, and others are answered a little worse. Without any mistake,
    # nothing speaks against n.
    enough = np.flatnonzero(wrong + (wrong > 0) <= (1 - share) * np.arange(2, len(order) + 2))
    return float(scores[order][enough[-1]]) if len(enough) else 1.0


def fit_coverage(
    groups: Sequence[Embedded], *, chosen: Sequence[NDArray[np.bool_]], temperature: float
) -> CoverageSets:
    """Fit sets that hold the right class `COVERAGE` of the time, for the chosen photos of each group.

    They are fitted on unsure answers alone: over all photos, one class each would do, and the unsure answers, for which
    a list is of use, would be the ones that pay. (Conformal prediction within categories: Vovk, Gammerman and Shafer,
    "Algorithmic Learning in a Random World", 2005, section 4.5.)

    Args:
        groups: N photos each whose class is known.
        chosen: (N,) which photos of each group to fit on.
        temperature: that the logits are divided by.
    """
    sets = CoverageSets(COVERAGE, 0.0)
    own = []
    for group, rows in zip(groups, chosen, strict=True):
        # Unsure answers come from a second look, too.
        logits = group.logits if group.merged is None else group.merged
        scores = sets.scores(softmax(logits, temperature=temperature))
        own.append(scores[np.arange(len(scores)), group.positions][rows])
    # With too few photos less than all classes promises nothing. Groups may show the same photos: two scores of one
    # photo are not independent, so it is the largest group that must be large enough, not all together.
    enough = np.isfinite(conformal_threshold(max(own, key=len), COVERAGE))
    threshold = conformal_threshold(np.concatenate(own), COVERAGE) if enough else np.inf
    return CoverageSets(COVERAGE, round(min(threshold, LARGEST_THRESHOLD), 6))


def _fit(groups: Sequence[ExampleGroup], column: Sequence[NDArray[np.bool_] | bool]) -> Logistic:
    """Logistic regression from signals to a column of the table.

    The groups of either side count the same together, however many rows they have.
    """
    filled = [(group.signals, target) for group, target in zip(groups, column, strict=True) if len(group.signals)]
    features = np.concatenate([rows for rows, _ in filled])
    targets = np.concatenate([np.broadcast_to(target, len(rows)) for rows, target in filled]).astype(float)
    # The groups differ in size by chance (270 drawn pictures, any number of photos), not in what they have to say.
    weights = np.concatenate([np.full(len(rows), 1 / len(rows)) for rows, _ in filled])
    for side in (0, 1):
        of_side = targets == side
        if of_side.any():
            weights[of_side] *= WEIGHT_OF_A_SIDE / weights[of_side].sum()
    # Every signal is larger for more familiar photos. With negative coefficients allowed, signals that say nearly the
    # same are set against each other, which fits the outliers at hand and no others (docs/trust.md).
    return fit_logistic(features, targets, weights=weights, increasing=True)
