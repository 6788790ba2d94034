from collections.abc import Sequence
from pathlib import Path

import torch

from classifier.checkpoint import Metadata, Preprocessing, save_checkpoint
from classifier.data.labels import LabelClass
from classifier.networks.backbones import find_backbone
from classifier.networks.network import Network, build_network, to_arrays
from classifier.training.loop.module import FineTuning
from classifier.training.loop.teachers import Teachers
from classifier.training.settings import TrainingSettings
from classifier.training.start import StartingPoint

CLASSES = (LabelClass(1, "blue"), LabelClass(2, "red"), LabelClass(3, "white"))


BACKBONE = find_backbone("test_efficientnet")


def teacher(
    folder: Path, name: str, *, mean: Sequence[float] = BACKBONE.mean, std: Sequence[float] = BACKBONE.std
) -> StartingPoint:
    network = Network("test_efficientnet", 3)
    torch.nn.init.normal_(network.head.weight)  # a new head hardly tells pictures apart
    metadata = Metadata("test_efficientnet", CLASSES, Preprocessing(32, tuple(mean), tuple(std)))
    path = folder / f"{name}.safetensors"
    save_checkpoint(path, to_arrays(network.state_dict()), metadata)
    return StartingPoint.read(path)


def test_they_answer_together(tmp_path: Path) -> None:
    points = [teacher(tmp_path, "one"), teacher(tmp_path, "two")]
    images = torch.randn(4, 3, 32, 32)
    with torch.no_grad():
        answers = [torch.softmax(build_network(point.checkpoint)(images).logits, 1) for point in points]
    mean = Teachers(points, backbone="test_efficientnet").probabilities(images)
    assert torch.allclose(mean, (answers[0] + answers[1]) / 2, atol=1e-6)
    assert not torch.allclose(answers[0], answers[1], atol=1e-3)
    assert not mean.requires_grad


def test_pictures_are_normalised_as_each_has_learnt_them(tmp_path: Path) -> None:
    mean, std = (0.4, 0.5, 0.6), (0.2, 0.3, 0.4)
    point = teacher(tmp_path, "one", mean=mean, std=std)
    pixels = torch.rand(2, 3, 32, 32)

    def normalised(mean: Sequence[float], std: Sequence[float]) -> torch.Tensor:
        return (pixels - torch.tensor(mean).view(3, 1, 1)) / torch.tensor(std).view(3, 1, 1)

    with torch.no_grad():
        expected = torch.softmax(build_network(point.checkpoint)(normalised(mean, std)).logits, 1)
    answered = Teachers([point], backbone="test_efficientnet").probabilities(normalised(BACKBONE.mean, BACKBONE.std))
    assert torch.allclose(answered, expected, atol=1e-5)


def test_a_student_comes_closer_to_them_than_to_its_labels(tmp_path: Path) -> None:
    teachers = Teachers([teacher(tmp_path, "one")], backbone="test_efficientnet")
    torch.manual_seed(1)
    images = torch.randn(8, 3, 32, 32)
    taught = teachers.probabilities(images)
    targets = taught.argmin(1)  # the labels say the opposite
    settings = TrainingSettings(epochs=1, head_epochs=0, teachers=("one",), teacher_weight=1.0, learning_rate=0.01)
    module = FineTuning(Network("test_efficientnet", 3), settings, class_count=3, steps_per_epoch=1, teachers=teachers)
    assert not any("teacher" in name for name in module.state_dict())
    optimizer = torch.optim.AdamW(module.network.parameters(), lr=0.01)

    def distance() -> float:
        with torch.no_grad():
            logits = module.network(images).logits
        return float(torch.nn.functional.kl_div(torch.log_softmax(logits, 1), taught, reduction="batchmean"))

    module.network.eval()
    before = distance()
    for index in range(20):
        optimizer.zero_grad()
        module.training_step((images, targets), index).backward()
        optimizer.step()
    assert distance() < before / 2
