"""Indexing of training photos: from files to the `predictions.neighbours.Index` of their embeddings."""

from collections.abc import Callable, Iterator, Sequence

from PIL import Image

from classifier.data.folder_tree import left_out_sentence
from classifier.data.samples import Sample
from classifier.errors import PhotoError
from classifier.inference.batch import open_all
from classifier.inference.classifier import Classifier
from classifier.inference.embedding import embed
from classifier.photos.streaming import Progress, ignore
from classifier.predictions.neighbours import Index, build_index


def index_photos(
    classifier: Classifier,
    samples: Sequence[Sample],
    *,
    batch_size: int | None = None,
    progress: Progress = ignore,
    warn: Callable[[str], object] = ignore,
) -> Index:
    """Index training photos; `predictions.neighbours.save_index` writes the index next to the checkpoint.

    Args:
        classifier: whose weights the index belongs to.
        samples: the photos that it learnt from, see `data.samples.training_samples`.
        batch_size: photos a pass; by default what suits the device.
        progress: is called with what is done, and how many of how many.
        warn: is called with a sentence about each photo that cannot be read; these are left out.

    Raises:
        DatasetError: not one can be read.
    """
    kept: list[Sample] = []

    def readable() -> Iterator[tuple[Image.Image, int]]:
        for sample, picture in open_all(classifier, samples, path_of=lambda sample: sample.path):
            if isinstance(picture, PhotoError):
                warn(left_out_sentence(sample.path, picture))
            else:
                kept.append(sample)
                yield picture, sample.target

    embedded = embed(
        classifier,
        readable(),
        batch_size=batch_size,
        step=lambda done: progress("indexing the training photos", done, len(samples)),
    )
    return build_index(
        embedded.embeddings,
        image_ids=[sample.image_id for sample in kept],
        positions=[sample.target for sample in kept],
        hashes=embedded.hashes,
        weights_digest=classifier.weights.digest,
    )
