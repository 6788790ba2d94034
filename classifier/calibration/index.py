"""The index of training photos: made from their embeddings, and written beside the checkpoint."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from classifier.cli.photos import learnt_from_valid
from classifier.cli.terminal import progress_bar
from classifier.data.samples import Sample
from classifier.errors import PhotoError
from classifier.inference.classifier import Classifier
from classifier.inference.embedding import Step, embed
from classifier.photos.streaming import read_ahead, shrink
from classifier.predictions.neighbours import Index, build_index

if TYPE_CHECKING:
    from classifier.inference.classifier import Classifier
    from classifier.predictions.neighbours import Index


def index_photos(
    classifier: Classifier, samples: Sequence[Sample], *, batch_size: int = 16, step: Step = int
) -> tuple[Index, list[str]]:
    """The index of these photos, and sentences about those that cannot be read (they are left out).

    Raises:
        DatasetError: not one can be read.
    """
    side = classifier.input_size
    kept: list[Sample] = []
    unreadable: list[str] = []

    def readable() -> Iterable[tuple[Image.Image, int]]:
        for sample, picture in read_ahead(lambda sample: shrink(classifier.open(sample.path), side=side), samples):
            if isinstance(picture, PhotoError):
                unreadable.append(f"{sample.path}: {picture}")
            else:
                kept.append(sample)
                yield picture, sample.target

    seen = embed(classifier, readable(), batch_size=batch_size, step=step)
    index = build_index(
        seen.embeddings,
        image_ids=[sample.image_id for sample in kept],
        positions=[sample.target for sample in kept],
        hashes=seen.hashes,
        weights_digest=classifier.engine.weights_digest,
    )
    return index, unreadable


def make_index(classifier: "Classifier", checkpoint: Path, *, data: str | None) -> "Index":
    """Look at the training photos and write the index beside the checkpoint."""
    from classifier.cli.photos import photos_of
    from classifier.data.samples import check_classes, training_samples
    from classifier.predictions.neighbours import index_path, save_index

    collection = photos_of(data, classifier=classifier, checkpoint=checkpoint)
    check_classes(collection, classifier.classes)
    split_name = classifier.metadata.dataset.split or collection.default_split
    samples = training_samples(collection, split_name=split_name, with_valid=learnt_from_valid(classifier))
    with progress_bar("indexing the training photos") as bar:
        index, unreadable = index_photos(
            classifier,
            samples,
            step=lambda done: bar(done, len(samples)),
        )
    for sentence in unreadable:
        print(f"left out: {sentence}", file=sys.stderr)
    save_index(index_path(checkpoint), index)
    return index
