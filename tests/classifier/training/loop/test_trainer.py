from pathlib import Path

import pytest
from lightning.pytorch.callbacks import EarlyStopping, EMAWeightAveraging, ModelCheckpoint

from classifier.checkpoint import Metadata, Preprocessing
from classifier.data.labels import LabelClass
from classifier.training.loop.callbacks import KeepBest, KeepLast, ShowProgress
from classifier.training.loop.trainer import make_callbacks, pick_precision
from classifier.training.runs.folder import RunFolder
from classifier.training.settings import TrainingSettings

METADATA = Metadata("test_efficientnet", (LabelClass(1, "a"),), Preprocessing(32, (0, 0, 0), (1, 1, 1)))


def test_the_best_is_kept_before_the_averaged_weights_are_swapped_out_and_the_last_after_they_are_saved() -> None:
    run, settings = RunFolder.of(Path("runs/best.safetensors")), TrainingSettings(patience=2)
    best, last = KeepBest(run, METADATA, valid_photos=4), KeepLast(run, METADATA)
    assert [type(each) for each in make_callbacks(settings, best)] == [
        KeepBest, EMAWeightAveraging, ShowProgress, EarlyStopping, ModelCheckpoint,
    ]  # fmt: skip
    without = TrainingSettings(train_on_valid=True)
    assert [type(each) for each in make_callbacks(without, last)] == [
        EMAWeightAveraging, KeepLast, ShowProgress, ModelCheckpoint,
    ]  # fmt: skip
    assert EMAWeightAveraging not in map(type, make_callbacks(TrainingSettings(ema_decay=0.0), best))


@pytest.mark.parametrize(
    ("name", "accelerator", "expected"),
    [("auto", "cpu", "32-true"), ("bf16", "cpu", "bf16-mixed"), ("16", "cuda", "16-mixed"), ("auto", "mps", "32-true")],
)
def test_precision_by_name(name: str, accelerator: str, expected: str) -> None:
    assert pick_precision(name, accelerator) == expected
