from pathlib import Path

import numpy as np
import pytest

from classifier.calibration.index import index_photos
from classifier.data.samples import Sample, samples_of
from classifier.errors import DatasetError
from classifier.inference.classifier import Classifier
from tests.making.tiny import plant_checkpoint


def test_photos_that_cannot_be_read_are_left_out_of_the_index(tmp_path: Path) -> None:
    path, garden = plant_checkpoint(tmp_path)
    classifier = Classifier.load(path, device="cpu", plain=True)
    samples = samples_of(garden, split_name="home", split="train")
    broken = Sample(tmp_path / "broken.jpg", 0, 999)
    broken.path.write_text("not a picture")
    steps: list[tuple[int, int]] = []
    sentences: list[str] = []
    index = index_photos(
        classifier,
        [samples[0], broken, *samples[1:]],
        batch_size=5,
        progress=lambda name, done, total: steps.append((done, total)),
        warn=sentences.append,
    )
    assert list(index.image_ids) == [sample.image_id for sample in samples]
    assert list(index.positions) == [sample.target for sample in samples]
    assert index.weights_digest == classifier.weights.digest
    assert steps[-1] == (len(samples), len(samples) + 1)
    (sentence,) = sentences
    assert "broken.jpg" in sentence
    assert "not a picture" in sentence
    # A photo of the index is most similar to itself.
    few = classifier.forward([classifier.open(sample.path) for sample in samples[:3]])
    assert np.argmax(index.similarities(few.embeddings), axis=1).tolist() == [0, 1, 2]


def test_without_a_readable_photo_there_is_no_index(tmp_path: Path) -> None:
    path, _ = plant_checkpoint(tmp_path)
    classifier = Classifier.load(path, device="cpu", plain=True)
    with pytest.raises(DatasetError):
        index_photos(classifier, [Sample(tmp_path / "missing.jpg", 0, 1)])
