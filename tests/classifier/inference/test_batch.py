from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from classifier.errors import NotAnImage, PhotoError
from classifier.inference.batch import look_at_views, open_all, predict_many
from classifier.inference.classifier import Classifier
from classifier.locations import DEFAULT_CHECKPOINT
from classifier.photos.crops import tta_views
from tests.making.pictures import drawn_flowers


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier.load(DEFAULT_CHECKPOINT, device="cpu")


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Five drawn flowers as PNGs, and a text among them."""
    folder = tmp_path_factory.mktemp("photos")
    paths = [folder / f"{number}.png" for number in range(6)]
    for path, picture in zip(paths, drawn_flowers(), strict=True):
        picture.save(path)
    paths[2].write_text("no picture")
    return paths


def test_photos_come_back_in_order_with_predictions_or_errors(classifier: Classifier, photos: list[Path]) -> None:
    answered = list(predict_many(classifier, iter(photos), top_k=3, batch_size=2))
    assert [photo for photo, _ in answered] == photos
    assert isinstance(answered[2][1], NotAnImage)
    alone = [
        prediction
        for photo in photos
        if photo != photos[2]
        for prediction in classifier.predict([photo.read_bytes()], top_k=3)
    ]
    together = [prediction for _, prediction in answered if not isinstance(prediction, PhotoError)]
    for one, other in zip(alone, together, strict=True):
        assert [candidate.class_id for candidate in one.candidates] == [each.class_id for each in other.candidates]
        assert one.best.probability == pytest.approx(other.best.probability, abs=1e-4)
        assert one.verdict == other.verdict


def test_averaged_views_keep_the_verdict_and_the_similar_photos(classifier: Classifier, photos: list[Path]) -> None:
    (_, plain), (_, averaged) = (
        next(predict_many(classifier, photos[:1])),
        next(predict_many(classifier, photos[:1], tta=True)),
    )
    assert not isinstance(plain, PhotoError)
    assert not isinstance(averaged, PhotoError)
    assert (averaged.verdict, averaged.reason) == (plain.verdict, plain.reason)
    assert averaged.verdict
    assert averaged.neighbours
    assert plain.neighbours
    assert averaged.neighbours.overall == plain.neighbours.overall
    # By class they are those of the classes that are named, which may be others once views are averaged.
    for class_id in averaged.neighbours.by_class.keys() & plain.neighbours.by_class.keys():
        assert averaged.neighbours.by_class[class_id] == plain.neighbours.by_class[class_id]
    assert averaged.best.probability != plain.best.probability


def test_the_mean_is_over_all_views(classifier: Classifier) -> None:
    pictures = list(drawn_flowers())[:2]
    output, assessment = look_at_views(classifier, pictures)
    by_hand = np.mean([classifier.probabilities(tta_views(picture)) for picture in pictures], axis=1)
    assert assessment.probabilities == pytest.approx(by_hand, abs=1e-4)
    assert output.logits == pytest.approx(classifier.forward(pictures).logits, abs=1e-3)


def test_nothing_to_predict(classifier: Classifier) -> None:
    assert list(predict_many(classifier, [])) == []


def test_photos_are_opened_no_larger_than_needed(classifier: Classifier, tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    Image.new("RGB", (3000, 2400), "red").save(path)
    ((item, picture),) = open_all(classifier, [("large", path)], path_of=lambda pair: pair[1])
    assert item == ("large", path)
    assert not isinstance(picture, PhotoError)
    assert 3 * classifier.input_size <= min(picture.size) < 2400
