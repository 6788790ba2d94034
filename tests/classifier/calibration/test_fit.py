"""Thresholds, coverage sets and classes held out, on numbers."""

from dataclasses import replace

import numpy as np
import pytest

from classifier.calibration.examples import CalibrationExamples
from classifier.calibration.fit import (
    COVERAGE,
    ELSEWHERE,
    FEWEST_FOR_CONFIDENT,
    NEVER,
    STRANGERS_NAMED,
    correct,
    fit_calibration,
    fit_coverage,
    fit_temperature,
    group_examples,
    held_out_classes,
    sure_threshold,
)
from classifier.inference.embedding import Embedded
from classifier.predictions.coverage import CoverageSets, conformal_threshold
from classifier.predictions.neighbours import Index, build_index
from classifier.predictions.verdicts import SIGNALS, Calibration, signals, softmax

CLASSES, SIZE = 6, 30
CENTRES = np.random.default_rng(1).normal(size=(CLASSES, SIZE))


def see(n: int, *, spread: float = 0.3, seed: int = 2) -> Embedded:
    """n photos, class after class: embeddings around the centre of each, and a head that knows the centres."""
    chance = np.random.default_rng(seed)
    positions = np.arange(n) % CLASSES
    embeddings = (CENTRES[positions] + spread * chance.normal(size=(n, SIZE))).astype(np.float32)
    logits = (embeddings @ CENTRES.T / 3).astype(np.float32)
    return Embedded(logits, embeddings, np.zeros((n, 32), dtype=np.uint8), positions)


def index_of(seen: Embedded) -> Index:
    return build_index(
        seen.embeddings,
        image_ids=range(len(seen)),
        positions=seen.positions.tolist(),
        hashes=seen.hashes,
        weights_digest="x",
    )


def examples(n: int) -> CalibrationExamples:
    noise = np.random.default_rng(3).normal(size=(60, SIZE)).astype(np.float32)
    nothing = Embedded(noise @ CENTRES.T.astype(np.float32) / 9, noise, np.zeros((60, 32), np.uint8), np.full(60, -1))
    return CalibrationExamples(see(n), see(n, spread=0.6, seed=4), nothing, None, nothing)


@pytest.mark.parametrize(("photos", "some"), [(FEWEST_FOR_CONFIDENT, True), (FEWEST_FOR_CONFIDENT - 1, False)])
def test_nothing_is_called_confident_on_the_word_of_few_photos(photos: int, some: bool):
    index = index_of(see(300, seed=5))
    calibration = fit_calibration(examples(photos), index)
    seen = see(200, seed=6)
    verdicts = [
        v
        for v, _ in calibration.judge(signals(seen.logits, seen.embeddings, index, temperature=calibration.temperature))
    ]
    assert ("confident" in verdicts) == some
    assert (calibration.sure_from == NEVER) != some


@pytest.mark.parametrize("photos", [True, False])
def test_the_table_of_examples(photos: bool):
    some = examples(60)
    some = replace(some, photos=some.drawn) if photos else some
    groups = group_examples(some, index_of(see(300, seed=5)), temperature=1.0)
    assert [(group.shows_subject, group.is_known) for group in groups] == [
        (True, True), (True, True), (True, False), (True, False), *[(False, False)] * (2 + photos)
    ]  # fmt: skip
    assert [len(group.signals) for group in groups] == [60] * len(groups)
    assert all(group.is_known or group.is_right is False for group in groups)
    assert groups[0].is_right == pytest.approx(correct(some.plain))
    assert groups[1].is_right == pytest.approx(correct(some.changed))


def strange(n: int, seed: int, *, near: float) -> Embedded:
    """n strangers: embeddings between the centres of two classes, nearer to the first by `near`."""
    seen = see(n, seed=seed)
    mixed = near * seen.embeddings + (1 - near) * np.roll(seen.embeddings, 1, axis=0)
    return Embedded((mixed @ CENTRES.T / 3).astype(np.float32), mixed.astype(np.float32), seen.hashes, np.full(n, -1))


def verdicts_on(calibration: Calibration, seen: Embedded, index: Index) -> list[str]:
    found = signals(seen.logits, seen.embeddings, index, temperature=calibration.temperature)
    return [verdict for verdict, _ in calibration.judge(found)]


def test_photos_from_elsewhere_join_the_table():
    some = replace(examples(60), elsewhere=see(30, seed=8), other_kinds=strange(20, 9, near=0.5))
    some = replace(some, other_things=replace(some.drawn))
    groups = group_examples(some, index_of(see(300, seed=5)), temperature=1.0)
    assert [(len(group.signals), group.shows_subject, group.is_known) for group in groups] == [
        (60, True, True), (60, True, True), (30, True, True), (60, True, False), (60, True, False),
        *[(60, False, False)] * 3, (20, None, False),
    ]  # fmt: skip


def test_strangers_from_elsewhere_lower_what_is_named_and_known_ones_what_is_turned_away():
    index = index_of(see(300, seed=5))
    plain = examples(FEWEST_FOR_CONFIDENT)
    others, far = strange(400, 9, near=0.75), see(400, spread=0.8, seed=10)
    before = fit_calibration(plain, index)
    after = fit_calibration(replace(plain, other_kinds=others), index)
    named = [verdicts_on(each, others, index).count("confident") / 400 for each in (before, after)]
    assert named[1] <= STRANGERS_NAMED + 0.01 < named[0]
    after = fit_calibration(replace(plain, elsewhere=far), index)
    turned_away = [verdicts_on(each, far, index).count("unknown") / 400 for each in (before, after)]
    assert turned_away[1] <= ELSEWHERE.turned_away + 0.01 < turned_away[0]


def test_with_one_class_there_is_none_to_hold_out():
    seen = see(20)
    one = Embedded(seen.logits[:, :1], seen.embeddings, seen.hashes, np.zeros(20, dtype=int))
    assert held_out_classes(one, index_of(one), temperature=1.0).shape == (0, len(SIGNALS))


def test_a_class_that_is_hidden_looks_strange():
    index, seen = index_of(see(300, seed=5)), see(120)
    known = signals(seen.logits, seen.embeddings, index, temperature=1.0)
    strange = held_out_classes(seen, index, temperature=1.0)
    assert strange.shape == known.shape
    for name in ("log_odds", "class_cosine", "relative_distance"):
        column = SIGNALS.index(name)
        assert strange[:, column].mean() < known[:, column].mean(), name


def test_lists_are_fitted_on_the_unsure_answers_alone():
    seen = see(400, spread=2.5)
    unsure = np.zeros(400, dtype=bool)
    unsure[np.argsort(softmax(seen.logits).max(axis=1))[:80]] = True
    scores = CoverageSets(COVERAGE, 0.0).scores(softmax(seen.logits))[np.arange(400), seen.positions]
    fitted = fit_coverage((seen, seen), chosen=(unsure, unsure), temperature=1.0)
    assert fitted.threshold == pytest.approx(conformal_threshold(np.tile(scores[unsure], 2), COVERAGE), abs=1e-5)
    assert fitted.threshold > conformal_threshold(scores, COVERAGE)


@pytest.mark.parametrize(("unsure", "all_classes"), [(0, True), (8, True), (9, False)])
def test_of_few_unsure_answers_lists_hold_every_class(unsure: int, all_classes: bool):
    seen = see(60)
    chosen = np.arange(60) < unsure
    sets = fit_coverage((seen, seen), chosen=(chosen, chosen), temperature=1.0)
    longest = max(map(len, sets.sets(softmax(seen.logits))))
    assert (longest == CLASSES) == all_classes


@pytest.mark.parametrize("truth", [0.4, 1.0, 2.5])
def test_the_temperature_is_found_again(truth):
    chance = np.random.default_rng(1)
    logits = chance.normal(0, 2, (20_000, 5))
    draws = chance.random(len(logits))
    positions = (softmax(logits).cumsum(axis=1) < draws[:, None]).sum(axis=1).clip(max=4)
    assert fit_temperature(logits * truth, positions) == pytest.approx(truth, rel=0.05)


def test_thresholds():
    even = np.linspace(0, 1, 1001)
    right = even > 0.5
    assert sure_threshold([even, even], [right, right], [0.995, 0.99]) == pytest.approx(0.5, abs=0.02)
    assert sure_threshold([even, even], [right & False, right], [0.995, 0.99]) == 1.0


def test_a_mistake_counts_twice_unless_there_is_none():
    scores = np.linspace(1, 0.01, 100)
    right = np.ones(100, dtype=bool)
    assert sure_threshold([scores], [right], [0.99]) == pytest.approx(0.01)
    right[-1] = False
    # One mistake among 100 is 1 %; one more among one more is too much.
    assert sure_threshold([scores], [right], [0.99]) == pytest.approx(0.02)
    assert sure_threshold([scores], [right], [0.98]) == pytest.approx(0.01)
