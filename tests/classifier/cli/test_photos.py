"""Which photos --data and --split name, and warnings about those that a checkpoint has learnt from."""

from dataclasses import replace
from pathlib import Path

import pytest

from classifier.cli.photos import own_photos, parse_split, photos_of, trained_split, warn_of_known
from classifier.data.samples import samples_of
from classifier.inference.classifier import Classifier
from tests.making.fakes import plant_garden
from tests.making.tiny import plant_checkpoint


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return plant_checkpoint(tmp_path_factory.mktemp("tiny"))[0]


@pytest.fixture(scope="module")
def classifier(checkpoint: Path) -> Classifier:
    return Classifier.load(checkpoint, device="cpu", plain=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("test", ("home", "test")), ("away-test", ("away", "test")), ("two-words-valid", ("two-words", "valid"))],
)
def test_a_split_by_its_name_or_the_one_of_the_training(
    classifier: Classifier, tmp_path: Path, text: str, expected: tuple[str, str]
) -> None:
    assert parse_split(text, plant_garden(tmp_path, with_photos=False), classifier) == expected


def test_without_a_split_of_the_training_the_default_counts(classifier: Classifier, tmp_path: Path) -> None:
    garden = replace(plant_garden(tmp_path, with_photos=False), default_split="away")
    dataset = replace(classifier.metadata.dataset, split=None)
    other = Classifier(classifier.engine, replace(classifier.metadata, dataset=dataset), classifier.weights)
    assert parse_split("test", garden, other) == ("away", "test")
    assert trained_split(other, garden) == "away"
    assert trained_split(classifier, garden) == "home"


def test_without_data_the_photos_of_the_training(classifier: Classifier, checkpoint: Path) -> None:
    own = own_photos(classifier, checkpoint)
    assert photos_of(None, classifier=classifier, checkpoint=checkpoint) == own
    assert own.name == "garden"


@pytest.mark.parametrize(
    ("split", "before", "words"),
    [
        ("train", {}, "was trained on"),
        ("test", {"test": 4}, "had learnt from 4 of these photos"),
        ("test", {"valid": 4}, ""),
        ("test", {}, ""),
    ],
)
def test_known_photos_are_warned_of(
    classifier: Classifier,
    checkpoint: Path,
    capsys: pytest.CaptureFixture[str],
    split: str,
    before: dict[str, int],
    words: str,
) -> None:
    collection = own_photos(classifier, checkpoint)
    samples = samples_of(collection, split_name="home", split=split)
    dataset = replace(classifier.metadata.dataset, learnt_before=before)
    some = Classifier(classifier.engine, replace(classifier.metadata, dataset=dataset), classifier.weights)
    warn_of_known(some, checkpoint, collection=collection, samples=samples)
    out, err = capsys.readouterr()
    assert out == ""
    assert words in err
    assert ("WARNING" in err) == bool(words)
