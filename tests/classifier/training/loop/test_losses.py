import math

import pytest
import torch
from torch import nn

from classifier.training.loop.losses import TrainingLoss, is_right, known_among, soft_targets
from classifier.training.settings import TrainingSettings

LOGITS = torch.tensor([[2.0, 0.0, -1.0], [0.5, 1.5, 0.0], [3.0, -3.0, 0.0], [0.0, 0.0, 0.0]])
TARGETS = soft_targets([(0,), (1, 2), (), ()], 3)


def test_answers_become_probabilities() -> None:
    assert soft_targets([(0,), (1, 2), ()], 3).tolist() == [[1, 0, 0], [0, 0.5, 0.5], [0, 0, 0]]
    assert known_among(TARGETS).tolist() == [True, True, False, False]


def test_positions_give_plain_cross_entropy() -> None:
    classes, weight = torch.tensor([0, 1, 2, 0]), torch.tensor([1.0, 2.0, 3.0])
    loss = TrainingLoss(TrainingSettings(label_smoothing=0.1), weight=weight)
    total, known, exposure = loss.parts(LOGITS, classes)
    assert torch.equal(total, nn.functional.cross_entropy(LOGITS, classes, weight=weight, label_smoothing=0.1))
    assert total is known
    assert exposure is None
    assert list(loss.state_dict()) == ["weight"]  # as PyTorch's own has it: states of earlier versions fit


def test_strangers_are_drawn_towards_equal_probabilities() -> None:
    total, known, exposure = TrainingLoss(TrainingSettings(label_smoothing=0.1)).parts(LOGITS, TARGETS)
    log_p = torch.log_softmax(LOGITS, 1)
    smoothed = 0.9 * TARGETS[:2] + 0.1 / 3
    assert known.item() == pytest.approx(-(smoothed * log_p[:2]).sum(1).mean().item())
    assert exposure is not None
    assert exposure.item() == pytest.approx(-(log_p[2].mean() + log_p[3].mean()).item() / 2)
    assert total.item() == pytest.approx(known.item() + 0.5 * exposure.item())
    least = TrainingLoss(TrainingSettings()).parts(torch.zeros(2, 3), soft_targets([(0,), ()], 3)).exposure
    assert least is not None
    assert least.item() == pytest.approx(math.log(3))  # the lowest there is


def test_energies_are_kept_apart_by_a_margin() -> None:
    settings = TrainingSettings(exposure="energy", energy_known=3.0, energy_strangers=1.0)
    total, known, exposure = TrainingLoss(settings).parts(LOGITS, TARGETS)
    energies = torch.logsumexp(LOGITS, 1)
    below, above = (3.0 - energies[:2]).clamp(min=0), (energies[2:] - 1.0).clamp(min=0)
    assert exposure is not None
    assert exposure.item() == pytest.approx((below.square().mean() + above.square().mean()).item())
    assert total.item() == pytest.approx(known.item() + 0.1 * exposure.item())
    apart = torch.tensor([[9.0, 0.0, 0.0], [-9.0, -9.0, -9.0]])
    none = TrainingLoss(settings).parts(apart, soft_targets([(0,), ()], 3)).exposure
    assert none is not None
    assert none.item() == 0


def test_a_weight_of_ones_own_and_half_precision() -> None:
    settings = TrainingSettings(exposure_weight=2.0)
    total, known, exposure = TrainingLoss(settings).parts(LOGITS.bfloat16(), TARGETS)
    assert exposure is not None
    assert exposure.dtype == torch.float32
    assert total.item() == pytest.approx(known.item() + 2 * exposure.item(), rel=1e-2)


def test_class_weights_count_for_known_photos_alone() -> None:
    weight = torch.tensor([1.0, 5.0, 1.0])
    plain, weighted = (TrainingLoss(TrainingSettings(), weight=each).parts(LOGITS, TARGETS) for each in (None, weight))
    assert weighted.exposure is not None
    assert plain.exposure is not None
    assert weighted.exposure.item() == plain.exposure.item()
    assert weighted.known > plain.known


def test_any_of_several_classes_is_right() -> None:
    assert is_right(LOGITS, torch.tensor([0, 0, 0, 1])).tolist() == [True, False, True, False]
    assert is_right(LOGITS, TARGETS).tolist() == [True, True]
    assert is_right(LOGITS, soft_targets([(1,), (0, 2), (0,), ()], 3)).tolist() == [False, False, True]


def test_a_share_of_the_loss_follows_the_teachers() -> None:
    loss = TrainingLoss(TrainingSettings(teacher_weight=0.3))
    by_labels = loss.parts(LOGITS, TARGETS)
    taught = torch.softmax(torch.randn(4, 3), 1)
    parts = loss.parts(LOGITS, TARGETS, taught)
    imitation = -(taught * torch.log_softmax(LOGITS, 1)).sum(1).mean()
    assert parts.total.item() == pytest.approx(0.7 * by_labels.total.item() + 0.3 * imitation.item())
    assert (parts.known, parts.exposure) == (by_labels.known, by_labels.exposure)
