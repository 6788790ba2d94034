"""The network: a backbone and a linear head, giving logits, embedding and feature map in one pass."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from classifier.checkpoint import Checkpoint
from classifier.errors import BackboneError, CheckpointError
from classifier.networks.backbones import build_features, find_backbone


class Output(NamedTuple):
    """What one pass gives: logits (N, classes), embedding (N, D), feature map (N, C, h, w); float tensors."""

    logits: torch.Tensor
    embedding: torch.Tensor
    feature_map: torch.Tensor


class Network(nn.Module):
    """Images (N, 3, H, W), normalised → `Output`. Static shapes, no branching on values: it can be exported.

    Raises:
        BackboneError: an unknown backbone, or pretrained weights that cannot be fetched.
    """

    def __init__(self, backbone: str, class_count: int, *, pretrained: bool = False, dropout: float = 0.0) -> None:
        super().__init__()
        self.features = build_features(find_backbone(backbone), pretrained=pretrained)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(int(self.features.embedding_size), class_count)  # type: ignore[arg-type]
        nn.init.normal_(self.head.weight, std=0.01)
        nn.init.zeros_(self.head.bias)

    def forward(self, images: torch.Tensor) -> Output:
        feature_map, embedding = self.features(images)
        return Output(self.head(self.dropout(embedding)), embedding, feature_map)


def build_network(checkpoint: Checkpoint) -> Network:
    """The network with a checkpoint's weights, in evaluation mode.

    Raises:
        CheckpointError: the weights do not fit the architecture that the metadata names.
    """
    name, classes = checkpoint.metadata.backbone, len(checkpoint.classes)
    try:
        network = Network(name, classes)
        network.load_state_dict(to_tensors(checkpoint.state))
    except BackboneError as error:
        raise CheckpointError(f"The checkpoint wants a backbone that is not here. {error}") from error
    except RuntimeError as error:
        raise CheckpointError(
            f"The checkpoint's weights do not fit {name} with {classes} classes: "
            f"{str(error).splitlines()[-1].strip()} Train it again, or use the version that wrote it."
        ) from error
    return network.eval()


def to_tensors(state: Mapping[str, NDArray[Any]]) -> dict[str, torch.Tensor]:
    """Weights of a checkpoint file → those of a network, in single precision."""
    return {
        name: torch.from_numpy(np.array(values, dtype=np.float32 if values.dtype == np.float16 else None))
        for name, values in state.items()
    }


def to_arrays(state: Mapping[str, torch.Tensor]) -> dict[str, NDArray[Any]]:
    """Weights of a network → those of a checkpoint file."""
    return {name: tensor.detach().cpu().contiguous().numpy() for name, tensor in state.items()}
