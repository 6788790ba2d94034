import pytest
import torch
from torch import nn

from classifier.errors import TrainingError
from classifier.networks.network import Network
from classifier.training.loop.losses import soft_targets
from classifier.training.loop.module import FineTuning, parameter_groups, set_trainable
from classifier.training.settings import TrainingSettings


@pytest.fixture(scope="module")
def network() -> Network:
    return Network("test_efficientnet", 3)


def norms(network: Network) -> list[nn.Module]:
    return [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]


@pytest.mark.parametrize("freeze_norm", [True, False])
def test_what_learns_in_each_phase(network: Network, freeze_norm: bool) -> None:
    set_trainable(network, freeze=1.0, freeze_norm=freeze_norm)
    assert {name for name, value in network.named_parameters() if value.requires_grad} == {"head.weight", "head.bias"}
    assert not any(norm.training for norm in norms(network))
    set_trainable(network, freeze=0.0, freeze_norm=freeze_norm)
    assert all(value.requires_grad for value in network.parameters())
    assert {norm.training for norm in norms(network)} == {not freeze_norm}
    assert network.dropout.training
    set_trainable(network, freeze=0.5, freeze_norm=freeze_norm)
    flags = [value.requires_grad for value in network.features.parameters()]
    assert flags == sorted(flags)  # the first ones are frozen
    assert 0.3 < sum(flags) / len(flags) < 0.7
    assert not norms(network)[0].training


def test_rates_grow_towards_the_head_and_norms_do_not_decay(network: Network) -> None:
    settings = TrainingSettings(learning_rate=1e-3, backbone_lr_ratio=0.1, weight_decay=0.05)
    groups = list(parameter_groups(network, settings))
    rates = [group["lr"] for group in groups]
    assert rates == sorted(rates)
    assert (rates[0], rates[-1]) == (pytest.approx(1e-4), 1e-3)
    for group in groups:
        assert {value.ndim > 1 for value in group["params"]} == {group["weight_decay"] > 0}
    assert sum(len(group["params"]) for group in groups) == len(list(network.parameters()))


def test_the_schedule_is_level_for_the_head_and_one_cycle_for_all(network: Network) -> None:
    settings = TrainingSettings(epochs=11, head_epochs=1)
    module = FineTuning(network, settings, class_count=3, steps_per_epoch=100)
    factors = [module._schedule(step) for step in range(1100)]
    assert factors[99] == 1
    assert factors[100] == pytest.approx(0.1)
    assert max(factors[100:]) == pytest.approx(1, abs=1e-3)
    assert factors[-1] < 0.01


def test_a_loss_that_is_no_number_stops_the_run(network: Network) -> None:
    module = FineTuning(network, TrainingSettings(epochs=1, head_epochs=0), class_count=3, steps_per_epoch=1)
    with pytest.raises(TrainingError, match=r"epoch 1 .* lower --learning-rate"):
        module.training_step((torch.full((2, 3, 32, 32), float("nan")), torch.tensor([0, 1])), 0)


def test_strangers_are_mixed_with_known_photos_and_their_answers_too(network: Network) -> None:
    settings = TrainingSettings(epochs=1, head_epochs=0, mix_strangers=1.0)
    module = FineTuning(network, settings, class_count=3, steps_per_epoch=1)
    targets = soft_targets([(0,), (0,), (0,), (), ()], 3)
    images = torch.stack([torch.full((3, 32, 32), float(1 if row.sum() else 0)) for row in targets])
    torch.manual_seed(1)
    mixed, answers = module._mix_strangers(images, targets)
    assert torch.equal(mixed[:3], images[:3])
    assert torch.equal(answers[:3], targets[:3])
    for picture, answer in zip(mixed[3:], answers[3:], strict=True):
        share = float(picture.mean())  # of the known photo
        assert 0 < share < 1
        assert answer.tolist() == pytest.approx([share + (1 - share) / 3, (1 - share) / 3, (1 - share) / 3], abs=1e-3)
    assert torch.equal(images[3:], torch.zeros(2, 3, 32, 32))  # those of the batch stay as they are


def test_only_some_strangers_are_mixed(network: Network) -> None:
    settings = TrainingSettings(epochs=1, head_epochs=0, mix_strangers=0.5)
    module = FineTuning(network, settings, class_count=3, steps_per_epoch=1)
    targets = soft_targets([(0,)] * 4 + [()] * 60, 3)
    torch.manual_seed(1)
    _, answers = module._mix_strangers(torch.zeros(64, 3, 32, 32), targets)
    assert 15 <= int((answers[4:].sum(1) > 0).sum()) <= 45
    nobody = soft_targets([(0,)] * 4, 3)
    assert module._mix_strangers(torch.zeros(4, 3, 32, 32), nobody)[1] is nobody
