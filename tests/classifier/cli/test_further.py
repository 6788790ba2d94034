import argparse
from pathlib import Path

import pytest

from classifier.cli.further import add_further_options, check_further_options, further_in_sentences, open_further
from classifier.data.folders import read_folder
from classifier.errors import SettingError
from classifier.training.plan import plan_training
from tests.making.photo_folders import photo, plant


def parse(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_further_options(parser)
    return parser.parse_args(words)


def test_settings_go_with_their_photos(tmp_path: Path) -> None:
    check_further_options(parse(), {"epochs": 3})
    check_further_options(parse("--strangers", str(tmp_path)), {"strangers_share": 0.5})
    for words, settings, message in (
        ((), {"also_weight": 2}, "--also-weight says something of --also, which is not given"),
        (("--also", str(tmp_path)), {"exposure": "energy"}, "--exposure says something of --strangers"),
        (("--strangers", str(tmp_path)), {"energy_known": 1}, "--energy-known goes with --exposure energy"),
        (("--strangers", "nowhere"), {}, "There is no nowhere. --strangers takes a .csv or a folder of photos"),
    ):
        with pytest.raises(SettingError) as caught:
            check_further_options(parse(*words), settings)
        assert message in str(caught.value)


def test_photos_are_read_and_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    collection = read_folder(plant(tmp_path / "garden", {"blue": 16, "red": 16})).collection
    plant(tmp_path / "also", {"red": 3}, seed=500)
    (tmp_path / "others").mkdir()
    (tmp_path / "others" / "text.jpg").write_text("no photo")
    photo(900, size=(96, 80)).save(tmp_path / "others" / "1.png")
    args = parse("--also", str(tmp_path / "also"), "--strangers", str(tmp_path / "others"))
    found = open_further(args, collection, split_name=None, settings={})
    assert f"{tmp_path}/others/text.jpg: This file is not a picture" in capsys.readouterr().err
    choices = {"backbone": "test_efficientnet", "epochs": 1, "sizes": (32,), "also_weight": 2.5}
    plan = plan_training(collection, device="cpu", further=found, **choices)
    assert further_in_sentences(plan) == (
        "Besides, 3 photos of --also, each shown 2.5 times an epoch on average. 1 photo of --strangers: each batch has "
        "6 known photos and 2 strangers; exposure uniform, weight 0.5. Some of the strangers are shrunk to a short "
        "side of 40 px, so that sharpness does not tell them apart."
    )
    assert further_in_sentences(plan_training(collection, device="cpu", **choices)) == ""
