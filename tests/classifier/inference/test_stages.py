from threading import Thread

import pytest

from classifier.inference.stages import observing, stage


def test_whoever_asks_is_told_of_each_stage_also_of_one_that_fails():
    told: list[tuple[str, float]] = []
    with observing(lambda name, seconds: told.append((name, seconds))):
        with stage("decoding"):
            pass
        with pytest.raises(ZeroDivisionError), stage("network"):
            raise ZeroDivisionError
    assert [name for name, _ in told] == ["decoding", "network"]
    assert all(0 <= seconds < 1 for _, seconds in told)


def test_nobody_is_told_before_after_and_in_other_threads():
    told: list[str] = []

    def work() -> None:
        with stage("network"):
            pass

    work()
    with observing(lambda name, _: told.append(name)):
        other = Thread(target=work)
        other.start()
        other.join()
    work()
    assert told == []
