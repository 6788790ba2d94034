"""The network that a training begins with."""

from pathlib import Path

from classifier.checkpoint import load_checkpoint
from classifier.collection import Collection
from classifier.datasets import check_classes
from classifier.errors import CheckpointError
from classifier.network import Network
from classifier.settings import TrainingSettings


def initial_network(collection: Collection, settings: TrainingSettings, *, resumed: bool = False) -> Network:
    """A network for the collection's classes: with pretrained weights, or with those of `settings.start_from`.

    resumed: the weights come from the run's state later on, so none are looked for.

    Raises:
        BackboneError: an unknown backbone, or pretrained weights that cannot be had.
        CheckpointError: `start_from` is missing, damaged, or of another backbone.
        DatasetError: `start_from` knows other classes.
    """
    start_from = None if resumed or not settings.start_from else Path(settings.start_from)
    checkpoint = load_checkpoint(start_from) if start_from else None
    if checkpoint:
        check_classes(collection, checkpoint.classes)
        if checkpoint.metadata["backbone"] != settings.backbone:
            raise CheckpointError(
                f"{start_from} has the backbone {checkpoint.metadata['backbone']}, and this run would train "
                f"{settings.backbone}. Leave --backbone out to take the checkpoint's."
            )
    network = Network(
        settings.backbone,
        len(collection.classes),
        pretrained=settings.pretrained and not (resumed or checkpoint),
        dropout=settings.dropout,
    )
    if checkpoint:
        network.load_state_dict(dict(checkpoint.state))
    return network
