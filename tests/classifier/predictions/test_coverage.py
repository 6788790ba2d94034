import numpy as np
import pytest

from classifier.predictions.coverage import CoverageSets, conformal_threshold
from classifier.predictions.verdicts import softmax


def test_coverage_holds_and_sets_are_never_empty():
    chance = np.random.default_rng(2)
    logits = chance.normal(0, 1.5, (8000, 20))
    probabilities = softmax(logits)
    draws = chance.random(len(logits))
    positions = (probabilities.cumsum(axis=1) < draws[:, None]).sum(axis=1).clip(max=19)
    sets = CoverageSets(0.9, 0.0)
    own = sets.scores(probabilities)[np.arange(len(positions)), positions]
    sets = CoverageSets(0.9, conformal_threshold(own[:4000], 0.9))
    listed = sets.sets(probabilities[4000:])
    covered = np.mean([position in row for position, row in zip(positions[4000:], listed, strict=True)])
    assert covered == pytest.approx(0.9, abs=0.02)
    assert min(map(len, listed)) >= 1
    assert all(row[0] == best for row, best in zip(listed, probabilities[4000:].argmax(axis=1), strict=True))


@pytest.mark.parametrize(("n", "coverage", "rank"), [(9, 0.9, 9), (8, 0.9, None), (99, 0.95, 95)])
def test_conformal_threshold(n, coverage, rank):
    assert conformal_threshold(np.arange(1.0, n + 1), coverage) == (rank or float("inf"))
