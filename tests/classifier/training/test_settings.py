import pytest

from classifier.errors import SettingError
from classifier.training.settings import TrainingSettings, recommended


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("epochs", 0),
        ("head_epochs", 13),
        ("batch_size", 1),
        ("accumulate", 0),
        ("learning_rate", 0.0),
        ("learning_rate", float("nan")),
        ("sizes", ()),
        ("sizes", (160, 16)),
        ("eval_size", 5),
        ("mix", 1.5),
        ("freeze", -0.1),
        ("ema_decay", 1.0),
        ("dropout", 1.0),
        ("label_smoothing", -1.0),
        ("patience", -1),
        ("workers", -1),
        ("seed", -5),
        ("seed", 2**32),
        ("precision", "8"),
        ("also_weight", 0),
        ("strangers_share", 1.0),
        ("exposure", "entropy"),
        ("exposure_weight", 0),
        ("energy_known", -4.0),
        ("energy_strangers", float("nan")),
    ],
)
def test_values_that_make_no_sense_are_named(name: str, value: object) -> None:
    with pytest.raises(SettingError, match=f"^--{name.replace('_', '-')} is "):
        TrainingSettings(**{name: value})  # type: ignore[arg-type]


def test_a_strangers_loss_has_a_factor_that_suits_its_kind() -> None:
    assert TrainingSettings().exposure_factor == 0.5
    assert TrainingSettings(exposure="energy").exposure_factor == 0.1
    assert TrainingSettings(exposure="energy", exposure_weight=0.3).exposure_factor == 0.3


def test_without_valid_photos_nothing_tells_when_to_stop() -> None:
    with pytest.raises(SettingError, match="--patience stops by the valid photos, and --train-on-valid"):
        TrainingSettings(patience=2, train_on_valid=True)


def test_mixed_strangers_have_no_side_of_an_energy_margin() -> None:
    with pytest.raises(SettingError, match="--mix-strangers goes with --exposure uniform"):
        TrainingSettings(mix_strangers=0.5, exposure="energy")
    assert TrainingSettings(mix_strangers=0.5).exposure == "uniform"
    assert TrainingSettings(exposure="energy").mix_strangers == 0


def test_sizes_grow_over_the_epochs_and_photos_are_used_larger_than_trained() -> None:
    settings = TrainingSettings(epochs=7, head_epochs=1, sizes=(128, 160, 192))
    assert [settings.size_at(epoch) for epoch in range(7)] == [128, 128, 128, 160, 160, 192, 192]
    assert settings.use_size == 224
    assert TrainingSettings(eval_size=100).use_size == 100


@pytest.mark.parametrize(
    ("photos", "classes", "epochs", "batch_size"),
    [(20, 2, 30, 8), (300, 3, 30, 16), (1700, 2, 11, 32), (3150, 5, 6, 32), (6552, 102, 10, 32), (10**6, 1000, 5, 32)],
)
def test_small_sets_are_shown_more_often(photos: int, classes: int, epochs: int, batch_size: int) -> None:
    settings = recommended(photos, classes, accelerated=False)
    assert (settings.epochs, settings.batch_size, settings.backbone) == (epochs, batch_size, "efficientnet_lite0")
    assert 0 <= settings.ema_decay <= 0.998


@pytest.mark.parametrize(
    ("cores", "accelerated", "workers"), [(1, False, 0), (2, False, 0), (4, False, 2), (2, True, 2), (64, True, 16)]
)
def test_photos_are_read_by_other_processes_where_cores_are_left_for_them(
    monkeypatch: pytest.MonkeyPatch, cores: int, accelerated: bool, workers: int
) -> None:
    monkeypatch.setattr("classifier.training.settings.usable_cores", lambda: cores)
    assert recommended(1000, 2, accelerated=accelerated).workers == workers


def test_what_is_given_stays_and_the_rest_follows_from_it() -> None:
    settings = recommended(1000, 2, accelerated=True, epochs=1, sizes=(64,), mix=0.5)
    assert (settings.epochs, settings.head_epochs, settings.sizes, settings.mix) == (1, 0, (64,), 0.5)
    assert settings.backbone == "efficientnet_lite2"
    assert settings.ema_decay == pytest.approx(1 - 20 / 31, abs=1e-3)


def test_only_a_new_head_gets_epochs_of_its_own() -> None:
    heads = [recommended(1000, 2, accelerated=False, new_head=new_head).head_epochs for new_head in (True, False)]
    assert heads == [1, 0]
