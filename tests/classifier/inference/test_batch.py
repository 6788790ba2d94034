import threading
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from classifier.errors import NotAnImage, PhotoError
from classifier.inference.batch import look_at_all, look_at_views, open_all, predict_many
from classifier.inference.classifier import Classifier
from classifier.locations import DEFAULT_CHECKPOINT
from classifier.photos.crops import tta_views
from classifier.photos.streaming import THREADS
from tests.making.fakes import draw_flower
from tests.making.pictures import drawn_flowers, encode
from tests.making.tiny import plant_checkpoint


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


@pytest.fixture
def tiny(tmp_path: Path) -> Classifier:
    """A small classifier, whose methods a test may replace."""
    return Classifier.load(plant_checkpoint(tmp_path)[0], device="cpu", plain=True, threads=1)


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


@pytest.mark.parametrize("batch_size", [None, 1, 7])
def test_answers_do_not_depend_on_batches_and_threads(tiny: Classifier, tmp_path: Path, batch_size: int | None) -> None:
    paths = [tmp_path / f"{number}.jpg" for number in range(12)]
    for number, path in enumerate(paths):
        draw_flower((20 * number, 200, 90), size=(300 + 40 * (number % 3), 240)).save(path)
    looks = list(look_at_all(tiny, paths, path_of=lambda path: path, batch_size=batch_size))
    assert [path for looked in looks for path in looked.seen] == paths
    assert not any(looked.refused for looked in looks)
    outputs = [looked.output for looked in looks if looked.output]
    expected = tiny.forward([tiny.open(path) for path in paths])
    assert np.concatenate([output.logits for output in outputs]) == pytest.approx(expected.logits, abs=1e-3)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "HEIF"])
def test_one_cut_photo_stops_no_other(tiny: Classifier, tmp_path: Path, format: str) -> None:
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (96, 128, 3), dtype=np.uint8))
    data = encode(noise, format)
    paths = [tmp_path / f"{number}" for number in range(5)]
    for path in paths:
        path.write_bytes(data)
    paths[1].write_bytes(data[: len(data) // 2])
    paths[3].unlink()
    answered = list(predict_many(tiny, paths))
    assert [path for path, _ in answered] == paths
    assert [isinstance(answer, PhotoError) for _, answer in answered] == [False, True, False, True, False]


@pytest.mark.parametrize("batch_size", [None, 2, 16])
def test_the_pictures_in_memory_do_not_grow_with_their_number(tiny: Classifier, batch_size: int | None) -> None:
    held, most, lock = 0, 0, threading.Lock()

    def let_go() -> None:
        nonlocal held
        with lock:
            held -= 1

    def read(_: Any) -> Image.Image:
        nonlocal held, most
        picture = Image.new("RGB", (96, 96), "red")
        weakref.finalize(picture, let_go)
        with lock:
            held += 1
            most = max(most, held)
        return picture

    tiny.open = read  # type: ignore[method-assign]
    for number, (_, answer) in enumerate(predict_many(tiny, [Path("any.jpg")] * 400, batch_size=batch_size)):
        assert not isinstance(answer, PhotoError)
        if number == 200:
            threading.Event().wait(0.2)  # who uses the answers is slow: nobody reads on and on meanwhile
    # Read and not used yet; in the batches that wait or are looked at; in the one that is filled.
    size = batch_size or 1
    assert most <= 2 * THREADS + max(2 * THREADS, 2 * size) + 2 * size
    assert held == 0


def test_an_unforeseen_error_ends_the_stream_in_its_place(tiny: Classifier) -> None:
    def read(path: Path) -> Image.Image:
        if path.name == "3":
            raise MemoryError("no room for this one")
        return draw_flower(size=(96, 96))

    tiny.open = read  # type: ignore[method-assign, assignment]
    answered: list[str] = []
    stream = predict_many(tiny, [Path(str(number)) for number in range(50)])
    with pytest.raises(MemoryError, match="no room for this one"):
        answered.extend(path.name for path, _ in stream)
    assert answered == ["0", "1", "2"]


def test_ctrl_c_reads_no_further(tiny: Classifier) -> None:
    opened = []

    def read(path: Path) -> Image.Image:
        opened.append(path)
        return draw_flower(size=(96, 96))

    tiny.open = read  # type: ignore[method-assign, assignment]
    stream = predict_many(tiny, [Path(str(number)) for number in range(1000)])
    next(stream)
    with pytest.raises(KeyboardInterrupt):
        stream.throw(KeyboardInterrupt)  # type: ignore[attr-defined]
    del stream
    assert len(opened) <= 4 * THREADS + 2
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("photos")]
