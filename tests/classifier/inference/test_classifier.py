import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from threadpoolctl import threadpool_info, threadpool_limits

from classifier.__main__ import main
from classifier.calibration import examples
from classifier.calibration.fit import COVERAGE, NEVER
from classifier.checkpoint import load_checkpoint, save_checkpoint
from classifier.errors import CheckpointError, TooSmall
from classifier.files import HEADER_KEY, save_tensors
from classifier.inference.classifier import Classifier
from classifier.locations import DEFAULT_CHECKPOINT
from classifier.photos.crops import whole_in_square
from classifier.predictions.neighbours import index_path
from classifier.predictions.verdicts import Calibration, softmax
from tests.making.fakes import draw_flower
from tests.making.pictures import drawn_flowers
from tests.making.tiny import plant_checkpoint

RECORDED = json.loads(Path(__file__).with_name("recorded.json").read_text(encoding="utf-8"))


def test_the_checkpoint_that_ships_answers_as_recorded() -> None:
    """Recorded with the PyTorch network when these weights came."""
    classifier = Classifier.load(DEFAULT_CHECKPOINT, device="cpu")
    predictions = classifier.predict(list(drawn_flowers()))
    for prediction, recorded in zip(predictions, RECORDED, strict=True):
        assert (prediction.verdict, prediction.reason) == (recorded["verdict"], recorded["reason"])
        assert [candidate.class_id for candidate in prediction.candidates] == [row[0] for row in recorded["candidates"]]
        probabilities = [candidate.probability for candidate in prediction.candidates]
        assert probabilities == pytest.approx([row[1] for row in recorded["candidates"]], abs=1e-5)
        assert prediction.neighbours
        nearest = prediction.neighbours.overall[: len(recorded["neighbours"])]
        assert [photo.image_id for photo in nearest] == [row[0] for row in recorded["neighbours"]]
        assert [photo.similarity for photo in nearest] == pytest.approx(
            [row[1] for row in recorded["neighbours"]], abs=2e-4
        )


@pytest.fixture(scope="module")
def calibrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint trained on a folder, calibrated by the command."""
    folder = tmp_path_factory.mktemp("calibrated")
    path, _ = plant_checkpoint(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(examples, "DRAWN", 27)
        patch.setattr(examples, "sample_files", list)
        assert main(["calibrate", "--checkpoint", str(path)]) == 0
    return path


@pytest.fixture
def copy(calibrated: Path, tmp_path: Path) -> Path:
    for name in (calibrated.name, index_path(calibrated).name):
        shutil.copy(calibrated.with_name(name), tmp_path)
    return tmp_path / calibrated.name


@pytest.fixture(scope="module")
def classifier(calibrated: Path) -> Classifier:
    return Classifier.load(calibrated, device="cpu")


def photos_of(path: Path) -> list[Path]:
    return sorted((path.parent / "photos" / "photos").glob("*.jpg"))


def test_calibrating_leaves_the_weights_and_the_rest(calibrated, tmp_path):
    plain, _ = plant_checkpoint(tmp_path)
    before, after = load_checkpoint(plain), load_checkpoint(calibrated)
    assert all(np.array_equal(tensor, after.state[name]) for name, tensor in before.state.items())
    assert replace(after.metadata, calibration=None, dataset=before.metadata.dataset) == before.metadata
    assert after.metadata.calibration.fitted_on.photos > 0


def test_everything_is_said(classifier, calibrated):
    (prediction,) = classifier.predict([photos_of(calibrated)[0].read_bytes()], top_k=3)
    assert prediction.verdict in ("confident", "unsure", "unknown")
    assert prediction.coverage == COVERAGE
    assert prediction.verdict == "unknown" or prediction.coverage_set[0] == prediction.best
    assert set(prediction.neighbours.by_class) == {candidate.class_id for candidate in prediction.candidates}
    for class_id, found in prediction.neighbours.by_class.items():
        assert {neighbour.class_id for neighbour in found} == {class_id}
    overall = [neighbour.similarity for neighbour in prediction.neighbours.overall]
    assert overall == sorted(overall, reverse=True)
    assert prediction.similarity == overall[0] <= 1
    assert prediction.maps is None
    assert json.loads(json.dumps(prediction.to_dict()))["verdict"] == prediction.verdict


def test_probabilities_and_predictions_are_calibrated_alike(classifier, calibrated):
    picture = classifier.open(photos_of(calibrated)[0])
    (prediction,) = judging(classifier, sure_from=0.0).predict([picture])  # one look
    assert float(classifier.probabilities([picture]).max()) == pytest.approx(prediction.best.probability, abs=1e-5)


def judging(classifier: Classifier, *, sure_from: float) -> Classifier:
    """The same classifier, which calls an answer confident from another probability on, and turns none away."""
    calibration = classifier.postprocessor.calibration
    assert calibration
    own = replace(calibration, subject_from=0.0, known_from=0.0, sure_from=sure_from)
    postprocessor = replace(classifier.postprocessor, calibration=own)
    return Classifier(classifier.engine, classifier.metadata, classifier.weights, postprocessor=postprocessor)


def test_the_whole_of_a_wide_photo_is_looked_at_where_the_first_look_leaves_doubt(classifier):
    wide, square = draw_flower(size=(320, 200)), draw_flower(size=(200, 200))
    doubtful = judging(classifier, sure_from=NEVER)
    first, second = doubtful.predict([wide, square], top_k=len(doubtful.classes))
    assert (first.whole_photo_seen, second.whole_photo_seen) == (True, False)
    whole = whole_in_square(wide, doubtful.input_size)
    merged = doubtful.forward([wide, whole]).logits.mean(axis=0)
    shares = softmax(merged[None], temperature=doubtful.postprocessor.temperature)[0]
    assert [candidate.probability for candidate in first.candidates] == pytest.approx(sorted(shares)[::-1], abs=1e-4)
    (alone,) = classifier.postprocessor.predict(
        doubtful.forward([square]), doubtful.postprocessor.assess(doubtful.forward([square])), top_k=3
    )
    assert second.best.probability == pytest.approx(alone.best.probability, abs=1e-5)
    assert (first.verdict, second.verdict) == ("unsure", "unsure")


def test_a_confident_answer_needs_one_look(classifier):
    wide = draw_flower(size=(320, 200))
    (prediction,) = judging(classifier, sure_from=0.0).predict([wide])
    assert (prediction.verdict, prediction.whole_photo_seen) == ("confident", False)


def test_without_verdicts_there_is_one_look(calibrated):
    plain = Classifier.load(calibrated, device="cpu", plain=True)
    (prediction,) = plain.predict([draw_flower(size=(320, 200))])
    assert not prediction.whole_photo_seen


def hostile() -> dict[str, Image.Image]:
    text = Image.new("RGB", (400, 300), "white")
    for line in range(20):
        ImageDraw.Draw(text).text((10, 14 * line), "a screenshot of text, line after line", fill="black")
    noise = np.random.default_rng(4).integers(0, 256, (200, 300, 3), dtype=np.uint8)
    return {"black": Image.new("RGB", (300, 200)), "noise": Image.fromarray(noise), "text": text}


@pytest.mark.parametrize("name", ["black", "noise", "text"])
def test_hostile_pictures_get_an_answer_that_is_not_confident(classifier, name):
    (prediction,) = classifier.predict([hostile()[name]], maps=True)
    assert prediction.verdict in ("unknown", "unsure")
    json.dumps(prediction.to_dict(), allow_nan=False)


def test_hostile_pictures_are_no_flowers_to_the_checkpoint_that_ships():
    shipped = Classifier.load(DEFAULT_CHECKPOINT, device="cpu")
    for name, picture in hostile().items():
        (prediction,) = shipped.predict([picture])
        assert (prediction.verdict, prediction.reason) == ("unknown", "not_the_subject"), name


def test_a_panorama_of_1000_to_1_is_refused_by_the_limits(classifier):
    with pytest.raises(TooSmall, match="strip"):
        classifier.predict([Image.new("RGB", (4000, 4))])


def test_the_same_photo_twice_gets_the_same_answer(classifier, calibrated):
    photo = photos_of(calibrated)[0].read_bytes()
    first, second = classifier.predict([photo, photo])
    assert first == second


def test_numpy_takes_no_cores_from_the_network(calibrated):
    with threadpool_limits(2, user_api="blas"):
        Classifier.load(calibrated, device="cpu")
        assert {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"} == {1}


def test_an_unfitted_checkpoint_gives_plain_answers(tmp_path):
    path, _ = plant_checkpoint(tmp_path)
    classifier = Classifier.load(path, device="cpu")
    assert classifier.warnings == ()
    assert not classifier.is_calibrated
    assert not classifier.has_index
    (prediction,) = classifier.predict([photos_of(path)[0].read_bytes()])
    said = prediction.to_dict()
    assert len(said.pop("predictions")) == 5
    assert said.pop("whole_photo_seen") is False
    assert set(said.values()) == {None}


def test_an_index_of_other_weights_is_told_and_the_plain_answer_is_given(copy, calibrated, caplog):
    checkpoint = load_checkpoint(copy)
    save_checkpoint(copy, {**checkpoint.state, "head.bias": checkpoint.state["head.bias"] + 1}, checkpoint.metadata)
    classifier = Classifier.load(copy, device="cpu")
    assert "other weights" in classifier.warnings[0]
    assert "python -m classifier index" in caplog.text
    (prediction,) = classifier.predict([photos_of(calibrated)[0].read_bytes()])
    assert prediction.candidates
    assert prediction.verdict is prediction.neighbours is None


@pytest.mark.parametrize("damage", ["missing", "cut", "text"])
def test_a_missing_or_damaged_index(copy, calibrated, damage):
    index = index_path(copy)
    content = index.read_bytes()
    index.unlink()
    if damage != "missing":
        index.write_bytes(content[:1000] if damage == "cut" else b"hello")
    classifier = Classifier.load(copy, device="cpu")
    assert len(classifier.warnings) == 1
    assert classifier.predict([photos_of(calibrated)[0].read_bytes()])[0].verdict is None


@pytest.mark.parametrize("change", [{"format": 99}, {"temperature": "hot"}, {"known": {}}, {"coverage": None}])
def test_a_damaged_calibration(copy, calibrated, change):
    checkpoint = load_checkpoint(copy)
    values = checkpoint.metadata.to_dict()
    damaged = {**values["calibration"], **change}
    with pytest.raises(CheckpointError, match="python -m classifier calibrate"):
        Calibration.from_dict(damaged)
    save_tensors(copy, checkpoint.state, {HEADER_KEY: json.dumps({**values, "calibration": damaged})})
    classifier = Classifier.load(copy, device="cpu")
    assert "calibration" in classifier.warnings[0]
    assert classifier.predict([photos_of(calibrated)[0].read_bytes()])[0].verdict is None
