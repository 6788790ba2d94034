from classifier.history import history_of

FIRST = {"head_epochs": 1, "best_epoch": 3, "history": [{"epoch": n, "seconds": 10.0} for n in (1, 2, 3)]}
SECOND = {"head_epochs": 0, "best_epoch": 1, "history": [{"epoch": 1, "seconds": 5.0}, {"epoch": 2}]}


def test_one_run_is_told_as_it_was():
    history = history_of(FIRST)
    assert [row["epoch"] for row in history.rows] == [1, 2, 3]
    assert (history.starts, history.head_epochs, history.kept, history.share_of_last) == ((1,), 1, 3, None)
    assert history.seen == 3
    assert history.seconds == 30


def test_runs_that_were_averaged_follow_each_other():
    history = history_of({**SECOND, "averaged": {"first": FIRST, "share_of_second": 0.8}})
    assert [row["epoch"] for row in history.rows] == [1, 2, 3, 4, 5]
    assert (history.starts, history.head_epochs, history.kept, history.share_of_last) == ((1, 4), 1, 4, 0.8)
    assert history.seen == 4  # the second kept its first epoch
    assert history.seconds == 35


def test_a_run_that_began_with_a_checkpoint_tells_what_came_before():
    third = {"best_epoch": 2, "history": [{"epoch": 1}, {"epoch": 2}], "earlier": FIRST}
    history = history_of({**SECOND, "averaged": {"first": third, "share_of_second": 0.5}, "earlier": third})
    assert (history.starts, history.head_epochs, history.seen) == ((1, 4, 6), 1, 6)


def test_a_checkpoint_that_tells_nothing_has_an_empty_history():
    history = history_of({})
    assert (history.rows, history.kept, history.head_epochs) == ((), None, 0)
