"""The network: a backbone and a linear head, giving logits, embedding and feature map in one pass."""

from typing import NamedTuple

import torch
from torch import nn

from classifier.networks.backbones import build_features, find_backbone


class Output(NamedTuple):
    """What one pass gives: logits (N, classes), embedding (N, D), feature map (N, C, h, w); float tensors."""

    logits: torch.Tensor
    embedding: torch.Tensor
    feature_map: torch.Tensor


class Network(nn.Module):
    """Images (N, 3, H, W), normalised → `Output`. Static shapes, no branching on values: it can be exported.

    Raises:
        BackboneError: an unknown backbone, or pretrained weights that cannot be had.
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
