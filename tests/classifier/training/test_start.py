from pathlib import Path

import pytest
import torch

from classifier.data.folders import read_folder
from classifier.errors import CheckpointError
from classifier.training.settings import TrainingSettings
from classifier.training.start import StartingPoint, initial_network
from tests.making.photo_folders import plant
from tests.making.runs import plant_run


def test_a_start_knows_what_its_checkpoint_is_good_for(tmp_path: Path) -> None:
    start = StartingPoint.read(plant_run(tmp_path / "run"))
    same = read_folder(plant(tmp_path / "same", {"green & <b>": 3, "red": 3, "蓝色": 3})).collection
    assert start.backbone == "test_efficientnet"
    assert start.new_head_reason(same) == "The checkpoint knows “red” where same has “green & <b>”."
    assert start.earlier(same) is None
    start.check_backbone("test_efficientnet")
    with pytest.raises(CheckpointError, match="has the backbone test_efficientnet, and this run would train resnet50"):
        start.check_backbone("resnet50")
    with pytest.raises(CheckpointError, match="There is no checkpoint at"):
        StartingPoint.read(tmp_path / "none.safetensors")


def test_a_network_without_weights_is_drawn_by_the_seed(tmp_path: Path) -> None:
    collection = read_folder(plant(tmp_path / "two", {"a": 3, "b": 3})).collection
    settings = TrainingSettings(backbone="test_efficientnet", sizes=(32,))  # pretrained, which would need a network
    networks = []
    for _ in range(2):
        torch.manual_seed(1)
        networks.append(initial_network(collection, settings, weights=False).state_dict())
    assert all(torch.equal(networks[1][name], value) for name, value in networks[0].items())
    assert networks[0]["head.weight"].shape[0] == 2
