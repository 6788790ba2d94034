"""The network that a training begins with."""

from pathlib import Path

from classifier.checkpoint import load_checkpoint, read_metadata
from classifier.data.collection import Collection
from classifier.data.samples import differing_classes
from classifier.errors import CheckpointError
from classifier.networks.network import Network, to_tensors
from classifier.training.settings import TrainingSettings

HEAD = "head."  # what the names of the head's weights begin with


def new_head_because(collection: Collection, start_from: str | None) -> str | None:
    """Why the head cannot be taken from a checkpoint, in a sentence; None if it can, or if there is no checkpoint.

    Raises:
        CheckpointError: `start_from` is missing or damaged.
    """
    if not start_from:
        return None
    return differing_classes(collection, read_metadata(Path(start_from)).classes)


def initial_network(collection: Collection, settings: TrainingSettings, *, resumed: bool = False) -> Network:
    """A network for the collection's classes: with pretrained weights, or with those of `settings.start_from`, whose
    head is taken too if it knows the same classes.

    resumed: the weights come from the run's state later on, so none are looked for.

    Raises:
        BackboneError: an unknown backbone, or pretrained weights that cannot be had.
        CheckpointError: `start_from` is missing, damaged, or of another backbone.
    """
    start_from = None if resumed or not settings.start_from else Path(settings.start_from)
    checkpoint = load_checkpoint(start_from) if start_from else None
    if checkpoint and checkpoint.metadata.backbone != settings.backbone:
        raise CheckpointError(
            f"{start_from} has the backbone {checkpoint.metadata.backbone}, and this run would train "
            f"{settings.backbone}. Leave --backbone out to take the checkpoint's."
        )
    network = Network(
        settings.backbone,
        len(collection.classes),
        pretrained=settings.pretrained and not (resumed or checkpoint),
        dropout=settings.dropout,
    )
    if checkpoint:
        state = to_tensors(checkpoint.state)
        if differing_classes(collection, checkpoint.classes):
            own = network.state_dict()
            state = {name: own[name] if name.startswith(HEAD) else value for name, value in state.items()}
        network.load_state_dict(state)
    return network
