"""A small trained-like checkpoint: a random network whose head knows the mean embedding of each class of a garden."""

from pathlib import Path

import torch

from classifier.checkpoint import Checkpoint, DatasetInfo, Metadata, Preprocessing, save_checkpoint
from classifier.data.collection import Collection
from classifier.data.manifest import manifest_of, write_manifest
from classifier.data.samples import samples_of
from classifier.inference.classifier import Classifier
from classifier.inference.engines.pytorch import PyTorchEngine
from classifier.networks.network import Network, to_arrays
from tests.making.fakes import plant_garden

BACKBONE = "test_efficientnet"
SIDE = 96


def plant_checkpoint(folder: Path, *, seed: int = 1) -> tuple[Path, Collection]:
    """`folder`/tiny.safetensors with its manifest, and the collection of drawn flowers that it knows."""
    garden = plant_garden(folder / "photos")
    torch.manual_seed(seed)
    network = Network(BACKBONE, len(garden.classes)).eval()
    metadata = Metadata(
        backbone=BACKBONE,
        classes=garden.classes,
        preprocessing=Preprocessing(SIDE, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
        dataset=DatasetInfo(name="garden", split="home", root=str(garden.root)),
    )
    plain = Classifier(PyTorchEngine(network), metadata, Checkpoint(to_arrays(network.state_dict()), metadata).weights)
    train = samples_of(garden, split_name="home", split="train")
    embeddings = torch.from_numpy(plain.forward([plain.open(sample.path) for sample in train]).embeddings)
    targets = torch.tensor([sample.target for sample in train])
    middle = embeddings.mean(dim=0)
    with torch.no_grad():
        for position in range(len(garden.classes)):
            mean = embeddings[targets == position].mean(dim=0) - middle
            network.head.weight[position] = mean * 8 / mean.square().sum()
            network.head.bias[position] = -4 - network.head.weight[position] @ middle
    path = folder / "tiny.safetensors"
    save_checkpoint(path, to_arrays(network.state_dict()), metadata)
    write_manifest(manifest_of(path), garden.photos)
    return path, garden
