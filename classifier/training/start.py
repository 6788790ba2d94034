"""Start of a training: the checkpoint that it starts from, if any, and the network that it begins with."""

from dataclasses import dataclass, field
from pathlib import Path

from classifier.checkpoint import Checkpoint, TrainingInfo, load_checkpoint
from classifier.data.collection import Collection
from classifier.data.samples import differing_classes, with_classes
from classifier.errors import CheckpointError, DatasetError
from classifier.networks.network import Network, to_tensors
from classifier.training.settings import TrainingSettings

HEAD = "head."  # what the names of the head's weights begin with


@dataclass(frozen=True)
class StartingPoint:
    """Checkpoint that a training starts from, read once: its metadata, its weights, and what they are good for.

    Attributes:
        path: where it was read.
        checkpoint: its metadata and weights.
    """

    path: Path
    checkpoint: Checkpoint = field(repr=False)

    @classmethod
    def read(cls, path: Path) -> "StartingPoint":
        """Starting point from a checkpoint file.

        Raises:
            CheckpointError: the file is missing or damaged.
        """
        return cls(path, load_checkpoint(path))

    @property
    def backbone(self) -> str:
        """Name of the checkpoint's backbone."""
        return self.checkpoint.metadata.backbone

    def new_head_reason(self, collection: Collection) -> str | None:
        """Reason in a sentence why the head cannot be taken over, since the classes differ; None if it can."""
        return differing_classes(collection, self.checkpoint.classes)

    def with_classes(self, collection: Collection) -> Collection:
        """Collection with its classes as the checkpoint has them, or as it is if they are others."""
        try:
            return with_classes(collection, self.checkpoint.classes)
        except DatasetError:
            return collection

    def earlier(self, collection: Collection) -> TrainingInfo | None:
        """Training that the new run's curves go on from; None with a new head, which begins another task."""
        return None if self.new_head_reason(collection) else self.checkpoint.metadata.training

    def check_backbone(self, name: str) -> None:
        """Raises CheckpointError if another backbone than the checkpoint's is to be trained."""
        if name != self.backbone:
            raise CheckpointError(
                f"{self.path} has the backbone {self.backbone}, and this run would train {name}. Leave --backbone out "
                "to take the checkpoint's."
            )


def initial_network(
    collection: Collection, settings: TrainingSettings, *, start: StartingPoint | None = None, weights: bool = True
) -> Network:
    """Network that a training begins with, for the collection's classes.

    Its weights are those of `start`, the head's too if it knows the same classes; else the pretrained ones if the
    settings say so, else drawn by PyTorch's generator, as a new head always is.

    Args:
        collection: the classes.
        settings: of the training.
        start: the checkpoint to start from.
        weights: False leaves the weights as drawn, since others are loaded later: those of a run that goes on.

    Raises:
        BackboneError: an unknown backbone, or pretrained weights that cannot be found.
        CheckpointError: `start` has another backbone.
    """
    if start:
        start.check_backbone(settings.backbone)
    pretrained = settings.pretrained and weights and start is None
    network = Network(settings.backbone, len(collection.classes), pretrained=pretrained, dropout=settings.dropout)
    if start and weights:
        state = to_tensors(start.checkpoint.state)
        if start.new_head_reason(collection):
            own = network.state_dict()
            state = {name: own[name] if name.startswith(HEAD) else value for name, value in state.items()}
        network.load_state_dict(state)
    return network
