from collections import Counter
from pathlib import Path

import pytest

from classifier.data.further.reading import Further, FurtherPhoto
from classifier.data.samples import Sample
from classifier.errors import SettingError
from classifier.training.mixture import BatchShape, Mixture, balanced_weights, strangers_of_epoch
from classifier.training.settings import TrainingSettings

OWN = [Sample(Path(f"own {number}"), number % 3, number + 1) for number in range(9)]


def further(*targets: tuple[int, ...], strangers: int = 0) -> Further:
    return Further(
        tuple(FurtherPhoto(Path(f"also {number}"), "", targets=each) for number, each in enumerate(targets)),
        tuple(FurtherPhoto(Path(f"stranger {number}"), "", side=20) for number in range(strangers)),
        known_side=40 if strangers else None,
    )


def mixture(found: Further, **settings: float) -> Mixture:
    return Mixture.of(OWN, found, TrainingSettings(**settings), class_count=3)  # type: ignore[arg-type]


def test_targets_are_positions_as_long_as_these_say_it_all() -> None:
    plain = mixture(further((2,), (0,)))
    assert plain.answers == ()
    assert [sample.target for sample in plain.also] == [2, 0]
    assert plain.known(1) == [*OWN, *plain.also]
    assert mixture(Further()).known(1) == OWN


def test_several_right_classes_and_none_are_answers_of_their_own() -> None:
    whole = mixture(further((2,), (0, 1), (1, 2), (0, 1), strangers=2))
    assert whole.answers == ((0,), (1,), (2,), (0, 1), (1, 2), ())
    assert [sample.target for sample in whole.also] == [2, 3, 4, 3]
    assert {sample.target for sample in whole.strangers} == {5}
    assert (whole.known_side, whole.strangers_side) == (40, 20)
    assert whole.further_shown() == {0: 1.0, 1: 1.5, 2: 1.5}


@pytest.mark.parametrize(("weight", "shown"), [(1, 4), (2.5, 10), (0.5, 2), (3, 12), (0.1, 0)])
def test_a_weight_says_how_often_further_photos_are_shown(weight: float, shown: int) -> None:
    mixed = mixture(further(*[(0,)] * 4), also_weight=weight)
    known = mixed.known(7)
    assert known == mixed.known(7)
    assert known[:9] == OWN
    assert len(known) == mixed.known_photos == 9 + shown
    times = Counter(sample.path for sample in known[9:])
    assert all(weight - 1 < times[sample.path] < weight + 1 for sample in mixed.also)


@pytest.mark.parametrize(
    ("batch_size", "share", "processes", "shape", "batches"),
    [
        (4, 0.25, 1, (3, 1), 3),
        (8, 0.25, 1, (6, 2), 1),
        (8, 0.25, 2, (3, 1), 1),
        (4, 0.01, 1, (3, 1), 3),  # one at least
        (4, 0.99, 1, (1, 3), 9),
        (64, 0.25, 1, (9, 16), 1),  # all known photos, in one batch
    ],
)
def test_a_batch_has_a_share_of_strangers(
    batch_size: int, share: float, processes: int, shape: tuple[int, int], batches: int
) -> None:
    mixed = mixture(further(strangers=5), strangers_share=share)
    assert mixed.batch(batch_size, processes=processes) == shape
    assert mixed.batches(batch_size, processes=processes) == batches


def test_without_strangers_a_batch_is_known_photos_alone() -> None:
    assert mixture(Further()).batch(4) == BatchShape(4, 0)
    assert mixture(Further()).batch(99) == BatchShape(9, 0)
    with pytest.raises(SettingError, match="it is at least 4; got 3"):
        mixture(further(strangers=1)).batch(3, processes=2)


def test_no_stranger_is_shown_again_before_all_have_been() -> None:
    strangers = [Sample(Path(str(number)), 3, 1) for number in range(5)]
    shown = strangers_of_epoch(strangers, 12, seed=1)
    assert {sample.path.name for sample in shown[:5]} == {sample.path.name for sample in shown[5:10]} == set("01234")
    assert len(shown) == 12
    assert shown == strangers_of_epoch(strangers, 12, seed=1) != strangers_of_epoch(strangers, 12, seed=2)
    assert strangers_of_epoch((), 0, seed=1) == []


def test_balanced_weights_give_each_class_the_same_say() -> None:
    samples = [Sample(Path("x"), target, 1) for target in (0, 0, 0, 1)]
    weights = balanced_weights(samples, 2)
    assert [weights[0] * 3, weights[1]] == pytest.approx([2, 2])
    weights = balanced_weights(samples, 2, {1: 1.5})
    assert [weights[0] * 3, weights[1] * 2.5] == pytest.approx([2.75, 2.75])
