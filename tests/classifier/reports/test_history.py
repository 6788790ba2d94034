from dataclasses import replace

from classifier.checkpoint import FurtherInfo, TrainingInfo
from classifier.reports.history import describe_curves, further_of, history_of

FIRST = TrainingInfo(
    settings={"head_epochs": 1}, best_epoch=3, history=tuple({"epoch": n, "seconds": 10.0} for n in (1, 2, 3))
)
SECOND = TrainingInfo(settings={"head_epochs": 0}, best_epoch=1, history=({"epoch": 1, "seconds": 5.0}, {"epoch": 2}))


def test_one_run_is_told_as_it_was():
    history = history_of(FIRST)
    assert [row["epoch"] for row in history.rows] == [1, 2, 3]
    assert (history.starts, history.head_epochs, history.kept, history.shares) == ((1,), 1, 3, ())
    assert history.seen == 3
    assert history.seconds == 30


def test_a_run_that_began_with_a_checkpoint_tells_what_came_before():
    second = replace(SECOND, earlier=FIRST)
    history = history_of(TrainingInfo(best_epoch=2, history=({}, {}), earlier=second, shares=(0.2, 0.8)))
    assert [row["epoch"] for row in history.rows] == [1, 2, 3, 4, 5, 6, 7]
    assert (history.starts, history.head_epochs, history.kept, history.shares) == ((1, 4, 6), 1, 7, (0.2, 0.8))
    assert history.seen == 6  # the second kept its first epoch
    assert history.seconds == 35


def test_a_checkpoint_that_tells_nothing_has_an_empty_history():
    history = history_of(TrainingInfo())
    assert (history.rows, history.kept, history.head_epochs) == ((), None, 0)


def test_the_last_further_photos_are_those_of_a_checkpoint():
    assert further_of(FIRST) is None
    second = replace(SECOND, further=FurtherInfo(1, 2), earlier=replace(FIRST, further=FurtherInfo(9, 9)))
    assert further_of(second) == further_of(TrainingInfo(earlier=second)) == FurtherInfo(1, 2)


def test_the_words_say_what_the_curves_cannot():
    assert "number stands" not in describe_curves(FIRST)
    assert "although 9 epochs were planned" in describe_curves(replace(FIRST, settings={**FIRST.settings, "epochs": 9}))
    mean = describe_curves(replace(SECOND, earlier=FIRST, shares=(0.5, 0.5)))
    assert "A number stands where a further run went on" in mean
    assert "the mean of their weights" in mean
