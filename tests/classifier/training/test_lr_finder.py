import os
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from classifier.data.folders import read_folder
from classifier.errors import TrainingError
from classifier.training.curves import write_lr_html, write_lr_png
from classifier.training.lr_finder import RangeTest, range_test, smoothed, suggest
from classifier.training.plan import plan_training
from classifier.training.settings import TrainingSettings
from tests.making.photo_folders import plant

RATES = list(np.geomspace(1e-5, 1, 60))


def test_the_suggestion_keeps_away_from_the_lowest_point() -> None:
    losses = [2.0] * 38 + [1.0, 0.5] + [3.0] * 20
    assert suggest(RATES, losses) == pytest.approx(RATES[39] / 3, rel=0.05)


def test_a_bump_of_noise_at_the_beginning_is_no_suggestion() -> None:
    losses = [2.0, 2.5, 2.6, 2.0, 2.0] + [2.0 - 0.02 * step for step in range(40)] + [3.0] * 15
    assert suggest(RATES, losses) == pytest.approx(RATES[44] / 3, rel=0.05)


@pytest.mark.parametrize("losses", [[], [1.0], [1.0 + index for index in range(60)]])
def test_no_fall_no_suggestion(losses: list[float]) -> None:
    assert suggest(RATES, losses) is None
    with pytest.raises(TrainingError, match=r"did not fall.*--steps"):
        RangeTest(tuple(RATES), (), None).rate  # noqa: B018


def test_smoothing_has_no_bias_at_the_start() -> None:
    assert smoothed([2.0] * 5) == pytest.approx([2.0] * 5)
    assert smoothed([1.0, 3.0])[1] == pytest.approx((0.9 * 1 + 3) / 1.9)


def test_a_real_test_draws_a_curve(tmp_path: Path) -> None:
    collection = read_folder(plant(tmp_path / "garden", {"blue": 12, "red": 12})).collection
    settings = TrainingSettings(backbone="test_efficientnet", pretrained=False, sizes=(32,), batch_size=8, workers=0)
    found = range_test(plan_training(collection, device="cpu", **asdict(settings)), steps=25)
    assert len(found.rates) == len(found.losses) <= 25
    assert 1e-5 < found.suggestion < 1
    write_lr_png(tmp_path / "x.png", found.rates, found.losses, suggestion=found.suggestion)
    with Image.open(tmp_path / "x.png") as picture:
        assert picture.size == (1280, 800)
    write_lr_html(tmp_path / "x.html", found.rates, found.losses, suggestion=found.suggestion)
    assert "suggested" in (tmp_path / "x.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("workers", [0, 1])
def test_a_photo_that_is_broken_is_left_out_and_a_folder_that_is_gone_is_told(tmp_path: Path, workers: int) -> None:
    collection = read_folder(plant(tmp_path / "garden", {"blue": 12, "red": 12})).collection
    settings = TrainingSettings(
        backbone="test_efficientnet", pretrained=False, sizes=(32,), batch_size=8, workers=workers
    )
    plan = plan_training(collection, device="cpu", **asdict(settings))
    said: list[str] = []
    plan.train[3].path.unlink()
    assert len(range_test(plan, steps=10, warn=said.append).rates) > 2
    assert said == [f"left out: {plan.train[3].path}: It cannot be read: No such file or directory."]
    (tmp_path / "garden").rename(tmp_path / "away")
    with pytest.raises(TrainingError, match=r"of the 20 training photos can no longer be read, .*and try again\.$"):
        range_test(plan, steps=10)


def test_a_lost_reading_process_ends_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    collection = read_folder(plant(tmp_path / "garden", {"blue": 12, "red": 12})).collection
    settings = TrainingSettings(backbone="test_efficientnet", pretrained=False, sizes=(32,), batch_size=8, workers=1)
    monkeypatch.setattr("classifier.training.loop.loaders.open_image", lambda *_, **__: os.kill(os.getpid(), 9))
    with pytest.raises(TrainingError, match=r"ended from outside.* Try again with fewer --workers"):
        range_test(plan_training(collection, device="cpu", **asdict(settings)), steps=10)
