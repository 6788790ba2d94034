from pathlib import Path

import numpy as np
import pytest

from classifier.calibration import examples
from classifier.calibration.examples import CROPS_A_PHOTO, CalibrationExamples, collect_examples
from classifier.data.samples import Sample, samples_of
from classifier.errors import DatasetError
from classifier.inference.classifier import Classifier
from tests.making.fakes import draw_flower
from tests.making.tiny import plant_checkpoint


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Classifier, list[Sample]]:
    path, garden = plant_checkpoint(tmp_path_factory.mktemp("tiny"))
    return Classifier.load(path, device="cpu", plain=True), samples_of(garden, split_name="home", split="valid")


@pytest.fixture(autouse=True)
def _few_outliers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examples, "DRAWN", 9)
    monkeypatch.setattr(examples, "sample_files", list)


def sizes(found: CalibrationExamples) -> list[int]:
    groups = (found.plain, found.changed, found.drawn, found.photos, found.corners)
    return [len(group) if group else 0 for group in groups]


def test_every_group_has_its_pictures(planted: tuple[Classifier, list[Sample]], tmp_path: Path) -> None:
    classifier, samples = planted
    shoe, text = tmp_path / "shoe.png", tmp_path / "text.png"
    draw_flower((0, 0, 0)).save(shoe)
    text.write_text("not a picture")
    n = len(samples)
    assert sizes(collect_examples(classifier, samples)) == [n, n, 9, 0, n]
    found = collect_examples(classifier, samples, unknown=[shoe, text])
    assert sizes(found) == [n, n, 9, CROPS_A_PHOTO, n]
    assert found.plain.positions.tolist() == found.changed.positions.tolist() == [each.target for each in samples]
    assert set(found.drawn.positions) == set(found.corners.positions) == {-1}


def test_photos_are_changed_the_same_way_every_time(planted: tuple[Classifier, list[Sample]]) -> None:
    first, second = (collect_examples(*planted) for _ in range(2))
    assert np.array_equal(first.changed.hashes, second.changed.hashes)
    assert not np.array_equal(first.changed.hashes, first.plain.hashes)


def test_a_damaged_photo_is_left_out(planted: tuple[Classifier, list[Sample]], tmp_path: Path) -> None:
    classifier, samples = planted
    broken = Sample(tmp_path / "broken.jpg", 0, 99)
    broken.path.write_text("not a picture")
    assert sizes(collect_examples(classifier, [*samples, broken]))[:2] == [len(samples)] * 2
    with pytest.raises(DatasetError):
        collect_examples(classifier, [broken])
