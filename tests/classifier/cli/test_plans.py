from pathlib import Path

import pytest

from classifier.cli.plans import plan_in_sentences, print_opening
from classifier.data.folders import read_folder
from classifier.training.plan import plan_training
from tests.making.photo_folders import plant


def test_a_plan_opens_with_a_table_and_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    collection = read_folder(plant(tmp_path / "garden", {"blue": 16, "red": 16})).collection
    plan = plan_training(collection, device="cpu", backbone="test_efficientnet", epochs=1, sizes=(32, 64))
    assert plan_in_sentences(plan) == (
        "2 classes, 26 photos to train on, 4 to validate on. test_efficientnet, 1 epoch at 32, 64 px, batches of 8, "
        "learning rate 0.0015."
    )
    print_opening(plan)
    said = capsys.readouterr()
    assert said.out == ""
    assert "32 photos, 2 classes" in said.err
    assert plan_in_sentences(plan) in said.err
