import argparse

import pytest

from classifier.cli.training_options import add_recipe, given
from classifier.setting_fields import declarations
from classifier.training.augmentation import AUGMENTATIONS
from classifier.training.settings import AUGMENTATION_LEVELS, TrainingSettings


@pytest.fixture
def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    add_recipe(parser)
    return parser


def test_every_setting_is_an_option_and_nothing_is_given_by_default(parser: argparse.ArgumentParser) -> None:
    assert given(parser.parse_args([])) == {}
    text = parser.format_help()
    assert all(f"  {each.option}" in text for each in declarations(TrainingSettings))
    assert "(default: medium)" in text
    assert "(default: on)" in text


def test_options_become_settings(parser: argparse.ArgumentParser) -> None:
    line = "--lr 0.01 --sizes 64 96 --epochs 2 --no-freeze-norm --start-from a.safetensors --precision 32"
    values = given(parser.parse_args(line.split()))
    assert values == {
        "learning_rate": 0.01, "sizes": (64, 96), "epochs": 2, "freeze_norm": False, "start_from": "a.safetensors",
        "precision": "32",
    }  # fmt: skip
    assert TrainingSettings(**values).learning_rate == 0.01
    assert given(parser.parse_args(["--teachers", "a.safetensors", "b"])) == {"teachers": ("a.safetensors", "b")}
    assert given(parser.parse_args(["--learning-rate", "auto"])) == {"learning_rate": "auto"}


def test_a_rate_that_is_neither_a_number_nor_auto_is_refused(
    parser: argparse.ArgumentParser, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        parser.parse_args(["--lr", "fast"])
    assert "a number such as 0.001, or auto; got “fast”" in capsys.readouterr().err


def test_every_level_of_augmentation_that_may_be_chosen_exists() -> None:
    assert tuple(AUGMENTATIONS) == AUGMENTATION_LEVELS
