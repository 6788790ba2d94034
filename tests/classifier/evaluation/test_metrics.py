import math

import pytest
import torch

from classifier.evaluation.metrics import (
    Outcome,
    calibration_error,
    class_figures,
    confusion_matrix,
    summarise,
)
from tests.classifier.evaluation.test_evaluate import OUTCOME, PROBABILITIES, bins_of


def test_an_outcome_has_an_entry_for_every_photo():
    with pytest.raises(ValueError, match="one entry a photo"):
        Outcome(PROBABILITIES, torch.tensor([1]), (5,))


def test_the_summary_is_that_of_the_hand_calculation():
    figures = summarise(OUTCOME)
    assert figures["n"] == 4
    assert figures["top1"] == 0.75
    assert figures["top5"] == 1  # of three classes, one is always among the first five
    assert figures["mean_class"] == pytest.approx((1 + 0.5 + 1) / 3, abs=1e-5)
    assert figures["nll"] == pytest.approx(-sum(map(math.log, (0.8, 0.1, 0.9, 0.4))) / 4, abs=1e-5)
    assert figures["brier"] == pytest.approx((0.06 + 1.34 + 0.015 + 0.54) / 4, abs=1e-5)
    assert figures["top1_interval"] == pytest.approx([0.30064, 0.95441], abs=1e-4)


def test_answers_that_are_wholly_certain_share_the_last_bin():
    confidence = torch.tensor([1.0] * 10 + [0.94] * 10)
    hits = torch.tensor([False] + [True] * 19)
    assert calibration_error(confidence, hits) == pytest.approx(abs(19 / 20 - 0.97), abs=1e-5)


def test_the_calibration_error_is_that_of_the_bins():
    n = len(OUTCOME.targets)
    gaps = [each.n / n * abs(each.right / each.n - each.confidence) for each in bins_of(OUTCOME)]
    assert summarise(OUTCOME)["ece"] == pytest.approx(sum(gaps), abs=1e-5)


def test_bins_hold_their_upper_edge_and_leave_none_out():
    outcome = Outcome(torch.tensor([[0.5, 0.5], [1.0, 0.0], [0.75, 0.25]]), torch.tensor([0, 0, 1]), (1, 2, 3))
    bins = bins_of(outcome, bins=4)
    assert [(each.low, each.high, each.n, each.right) for each in bins] == [
        (0.25, 0.5, 1, 1), (0.5, 0.75, 1, 0), (0.75, 1.0, 1, 1)
    ]  # fmt: skip


def test_rows_of_the_matrix_are_what_photos_show():
    assert confusion_matrix(OUTCOME).tolist() == [[1, 0, 0], [0, 1, 1], [0, 0, 1]]
    figures = class_figures(OUTCOME, [10, 20, 30])
    assert [(each.class_id, each.n, each.called, each.right) for each in figures] == [
        (10, 1, 1, 1), (20, 2, 1, 1), (30, 1, 2, 1)
    ]  # fmt: skip


def test_a_probability_of_zero_leaves_the_loss_finite():
    outcome = Outcome(torch.tensor([[0.0, 1.0]]), torch.tensor([0]), (1,))
    assert summarise(outcome)["nll"] == pytest.approx(27.63, abs=0.01)
