from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from classifier.calibration import examples
from classifier.calibration.examples import (
    CROPS_A_PHOTO,
    CalibrationExamples,
    collect_examples,
    common_side,
    embed_elsewhere,
)
from classifier.data.elsewhere.photo_set import KNOWN, SetPhoto
from classifier.data.samples import Sample, samples_of
from classifier.errors import DatasetError
from classifier.inference.classifier import Classifier
from classifier.photos.limits import ImageLimits
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


def plant(path: Path, side: int, colour: tuple[int, int, int] = (90, 20, 60)) -> Path:
    draw_flower(colour).resize((side, side * 3 // 2)).save(path)
    return path


def test_photos_from_elsewhere_are_told_by_what_they_show(
    planted: tuple[Classifier, list[Sample]], tmp_path: Path
) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_text("not a picture")
    photos = [
        SetPhoto(plant(tmp_path / "1.png", 60), KNOWN, (1,)),
        SetPhoto(plant(tmp_path / "2.png", 60), KNOWN, (0, 1)),
        SetPhoto(broken, KNOWN, (1,)),
        SetPhoto(plant(tmp_path / "3.png", 40), "other-plant"),
        *(SetPhoto(plant(tmp_path / f"{kind}.png", 40), kind) for kind in ("not-a-plant", "Nothing")),
    ]
    said: list[str] = []
    found = collect_examples(*planted, elsewhere=photos, warn=said.append)
    groups = (found.elsewhere, found.other_kinds, found.other_things)
    assert [len(group) if group else 0 for group in groups] == [2, 1, 2]
    assert found.elsewhere
    assert found.elsewhere.positions.tolist() == [1, found.elsewhere.logits[1, :2].argmax()]
    assert [text.split(": ")[:2] for text in said] == [["left out", str(broken)]]
    nothing = collect_examples(*planted)
    assert (nothing.elsewhere, nothing.other_kinds, nothing.other_things) == (None, None, None)
    assert embed_elsewhere(planted[0], [photos[2]], side=40) is None


def test_sharpness_does_not_tell_known_photos_from_strangers(
    planted: tuple[Classifier, list[Sample]], tmp_path: Path
) -> None:
    sharp, soft = plant(tmp_path / "sharp.png", 120), tmp_path / "soft.png"
    with Image.open(sharp) as picture:
        picture.resize((40, 60), Image.Resampling.BICUBIC).save(soft)
    photos = [SetPhoto(sharp, KNOWN, (0,)), SetPhoto(soft, "other-plant"), SetPhoto(tmp_path / "gone.png", KNOWN, (0,))]
    assert common_side(photos) == 40
    assert common_side([]) == 0
    assert common_side(photos, limits=ImageLimits(max_bytes=1)) == 0
    both = [embed_elsewhere(planted[0], [photo], side=40) for photo in photos[:2]]
    assert both[0]
    assert both[1]
    assert np.allclose(both[0].logits, both[1].logits, atol=1e-4)
