"""Verdicts, coverage sets and temperatures on numbers; then the whole on a small checkpoint, with hostile pictures."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from classifier.__main__ import main
from classifier.calibration import examples
from classifier.calibration.fit import fit_temperature, sure_threshold
from classifier.checkpoint import load_checkpoint, read_metadata, save_checkpoint
from classifier.errors import CheckpointError, TooSmall
from classifier.files import HEADER_KEY, save_tensors
from classifier.inference.classifier import Classifier
from classifier.locations import DEFAULT_CHECKPOINT
from classifier.predictions.coverage import CoverageSets, conformal_threshold
from classifier.predictions.logistic import Logistic, fit_logistic
from classifier.predictions.neighbours import index_path
from classifier.predictions.verdicts import Calibration, log_sum_exp, softmax
from tests.making.tiny import plant_checkpoint


def test_softmax_and_log_sum_exp_stand_extreme_logits():
    logits = np.array([[1e4, -1e4, 0.0], [0.0, 0.0, 0.0]], dtype=np.float32)
    assert softmax(logits).sum(axis=1) == pytest.approx([1, 1])
    assert log_sum_exp(logits) == pytest.approx([1e4, np.log(3)])


@pytest.mark.parametrize("truth", [0.4, 1.0, 2.5])
def test_the_temperature_is_found_again(truth):
    chance = np.random.default_rng(1)
    logits = chance.normal(0, 2, (20_000, 5))
    draws = chance.random(len(logits))
    positions = (softmax(logits).cumsum(axis=1) < draws[:, None]).sum(axis=1).clip(max=4)
    assert fit_temperature(logits * truth, positions) == pytest.approx(truth, rel=0.05)


def test_coverage_holds_and_sets_are_never_empty():
    chance = np.random.default_rng(2)
    logits = chance.normal(0, 1.5, (8000, 20))
    probabilities = softmax(logits)
    draws = chance.random(len(logits))
    positions = (probabilities.cumsum(axis=1) < draws[:, None]).sum(axis=1).clip(max=19)
    sets = CoverageSets(0.9, 0.0)
    own = sets.scores(probabilities)[np.arange(len(positions)), positions]
    sets = CoverageSets(0.9, conformal_threshold(own[:4000], 0.9))
    listed = sets.sets(probabilities[4000:])
    covered = np.mean([position in row for position, row in zip(positions[4000:], listed, strict=True)])
    assert covered == pytest.approx(0.9, abs=0.02)
    assert min(map(len, listed)) >= 1
    assert all(row[0] == best for row, best in zip(listed, probabilities[4000:].argmax(axis=1), strict=True))


@pytest.mark.parametrize(("n", "coverage", "rank"), [(9, 0.9, 9), (8, 0.9, None), (99, 0.95, 95)])
def test_conformal_threshold(n, coverage, rank):
    assert conformal_threshold(np.arange(1.0, n + 1), coverage) == (rank or float("inf"))


def test_a_logistic_regression_is_found_again_and_survives_json():
    chance = np.random.default_rng(3)
    features = chance.normal(5, 3, (5000, 2))
    odds = 1.5 * (features[:, 0] - 5) / 3 - 0.5
    fitted = fit_logistic(features, chance.random(5000) < 1 / (1 + np.exp(-odds)))
    assert fitted.weights[0] == pytest.approx(1.5, abs=0.15)
    assert fitted.weights[1] == pytest.approx(0, abs=0.15)
    again = Logistic.from_dict(json.loads(json.dumps(fitted.to_dict())))
    assert np.array_equal(again(features), fitted(features))


def test_a_logistic_regression_of_separable_or_constant_columns_stays_finite():
    fitted = fit_logistic(np.array([[0.0, 7], [0, 7], [1, 7], [1, 7]]), np.array([0, 0, 1, 1]))
    assert np.isfinite(fitted.weights).all()
    against = fit_logistic(np.array([[3.0], [2], [1], [0]]), np.array([0, 0, 1, 1]), increasing=True)
    assert against.weights == (0.0,)
    assert 0 < fitted(np.array([[1e9, -1e9]]))[0] < 1


def test_thresholds():
    even = np.linspace(0, 1, 1001)
    right = even > 0.5
    assert sure_threshold([even, even], [right, right]) == pytest.approx(0.5, abs=0.02)
    assert sure_threshold([even, even], [right & False, right]) == 1.0


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
    assert prediction.coverage == 0.95
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
    (prediction,) = classifier.predict([picture])
    assert float(classifier.probabilities([picture]).max()) == pytest.approx(prediction.best.probability, abs=1e-5)


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


def test_an_unfitted_checkpoint_gives_plain_answers(tmp_path):
    path, _ = plant_checkpoint(tmp_path)
    classifier = Classifier.load(path, device="cpu")
    assert classifier.warnings == ()
    assert not classifier.is_calibrated
    assert not classifier.has_index
    (prediction,) = classifier.predict([photos_of(path)[0].read_bytes()])
    said = prediction.to_dict()
    assert len(said.pop("predictions")) == 5
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


def test_trust_survives_json(calibrated):
    calibration = read_metadata(calibrated).calibration
    assert Calibration.from_dict(json.loads(json.dumps(calibration.to_dict()))) == calibration


def test_the_verdict_is_unknown_where_familiarity_is_below_zero(calibrated):
    trust = read_metadata(calibrated).calibration
    seen = np.random.default_rng(5).normal(0, 50, (200, len(trust.known.weights))).astype(np.float32)
    unknown = [verdict == "unknown" for verdict, _ in trust.judge(seen)]
    assert (trust.familiarity(seen) < 0).tolist() == unknown
    assert all((reason is None) == (verdict != "unknown") for verdict, reason in trust.judge(seen))
