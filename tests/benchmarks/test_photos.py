import io
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from benchmarks.photos import LOOKS, SQUARE_PX, WIDE_PX, choose_photos, draw_photo
from classifier.inference.classifier import Classifier
from classifier.locations import DEFAULT_CHECKPOINT
from tests.making.tiny import plant_checkpoint

TINY_PX = (96, 96)


class Judging(Classifier):
    """A classifier whose verdicts are given by a function of the photo's bytes."""

    judge = staticmethod(lambda photo: None)

    def predict(self, images, **options):
        return tuple(replace(one, verdict=self.judge(images[0])) for one in super().predict(images, **options))


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return plant_checkpoint(tmp_path_factory.mktemp("photos"))[0]


@pytest.fixture
def classifier(checkpoint: Path) -> Judging:
    return Judging.load(checkpoint, device="cpu", threads=1)


def test_the_photo_is_a_jpeg_that_weighs_what_a_phones_does():
    content = draw_photo((800, 600))
    with Image.open(io.BytesIO(content)) as image:
        assert (image.format, image.size, image.mode) == ("JPEG", (800, 600), "RGB")
    assert 0.15 < len(content) / (800 * 600) < 0.6


def test_it_is_the_same_everywhere_and_each_look_is_another():
    drawn = {draw_photo(TINY_PX, number) for number in range(len(LOOKS))}
    assert len(drawn) == len(LOOKS)
    assert draw_photo(TINY_PX, 3) in drawn


def test_drawn_photos_with_the_verdict_come_first(classifier: Judging, checkpoint: Path):
    wanted = [draw_photo(TINY_PX, number) for number in (4, 5, 9)]
    classifier.judge = lambda photo: "confident" if photo in wanted else "unknown"
    found = choose_photos(classifier, checkpoint, "confident", size=TINY_PX, count=2)
    assert found.jpegs == tuple(wanted[:2])
    assert found.note == ""
    assert len(choose_photos(classifier, checkpoint, "confident", size=TINY_PX, count=9).jpegs) == 3


def test_training_photos_stand_for_drawn_ones_and_that_is_said(
    classifier: Judging, checkpoint: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(Judging, "is_calibrated", True)
    drawn = [draw_photo(TINY_PX, number) for number in range(len(LOOKS))]
    classifier.judge = lambda photo: "unknown" if photo in drawn else "confident"
    found = choose_photos(classifier, checkpoint, "confident", size=TINY_PX, count=3)
    assert [Image.open(io.BytesIO(photo)).size for photo in found.jpegs] == [TINY_PX] * 3
    assert "training photos stand for it" in found.note


def test_without_any_the_surest_drawn_ones_come_and_that_is_said(classifier: Judging, checkpoint: Path):
    classifier.judge = lambda photo: "unknown"
    found = choose_photos(classifier, checkpoint, "confident", size=TINY_PX, count=3)
    assert len(set(found.jpegs)) == 3
    assert found.note.endswith("stand for it (unknown).")
    classifier.judge = lambda photo: None
    assert "(no verdict)" in choose_photos(classifier, checkpoint, "unsure", size=TINY_PX, count=1).note


@pytest.mark.skipif(not DEFAULT_CHECKPOINT.is_file(), reason="NO CHECKPOINT")
@pytest.mark.parametrize(("verdict", "size", "looks"), [("confident", SQUARE_PX, 1), ("unsure", WIDE_PX, 2)])
def test_the_shipped_checkpoint_gives_the_answers_and_looks_that_are_wanted(verdict, size, looks):
    classifier = Classifier.load(DEFAULT_CHECKPOINT, device="cpu", threads=1)
    found = choose_photos(classifier, DEFAULT_CHECKPOINT, verdict, size=size, count=1)
    (prediction,) = classifier.predict(found.jpegs)
    assert 1 + prediction.whole_photo_seen == looks
    assert prediction.neighbours
    assert prediction.verdict == verdict or found.note
