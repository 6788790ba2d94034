import threading
import time
from contextlib import ExitStack

import pytest

from web.server.visitors.line import Busy, FairLine


class Crowd:
    """Visitors in threads, each with one request; `served` says who had a turn, `turned_away` who had none."""

    def __init__(self, line: FairLine) -> None:
        self.line, self.served, self.turned_away = line, [], []
        self.threads: list[threading.Thread] = []

    def ask(self, visitor: str, *, within_s: float = 10) -> None:
        """Let a visitor stand in line, and wait until he does or was turned away."""
        before = self.line.waiting, len(self.turned_away)

        def stand() -> None:
            try:
                with self.line.turn(visitor, within_s=within_s):
                    self.served.append(visitor)
            except Busy:
                self.turned_away.append(visitor)

        self.threads.append(threading.Thread(target=stand))
        self.threads[-1].start()
        until = time.monotonic() + 5
        while (self.line.waiting, len(self.turned_away)) == before and time.monotonic() < until:
            time.sleep(0.001)

    def join(self) -> None:
        for thread in self.threads:
            thread.join(timeout=10)


def test_as_many_have_their_turn_as_may():
    line = FairLine(2, 5)
    with line.turn("a", within_s=0), line.turn("b", within_s=0):
        with pytest.raises(Busy), line.turn("c", within_s=0.01):
            pass
        assert line.waiting == 0
    with line.turn("c", within_s=0), line.turn("c", within_s=0):
        pass


def test_many_requests_of_one_do_not_delay_the_first_of_another():
    line = FairLine(1, 60)
    crowd = Crowd(line)
    with line.turn("greedy", within_s=0):
        for _ in range(50):
            crowd.ask("greedy")
        crowd.ask("other")
        crowd.ask("third")
    crowd.join()
    assert crowd.served.index("other") <= 2
    assert crowd.served.index("third") <= 3
    assert len(crowd.served) == 52


def test_a_full_line_turns_away_at_once_and_first_those_with_many():
    line = FairLine(1, 4)
    crowd = Crowd(line)
    with line.turn("greedy", within_s=0):
        for _ in range(6):
            crowd.ask("greedy")
        assert crowd.turned_away == ["greedy"] * 2
        crowd.ask("other")
        assert crowd.turned_away == ["greedy"] * 3
        crowd.ask("other")
        assert crowd.turned_away == ["greedy"] * 4
        crowd.ask("other")  # has as many as the other now
        assert crowd.turned_away[4:] == ["other"]
        began = time.monotonic()
        crowd.ask("other")
        assert time.monotonic() - began < 1
    crowd.join()
    assert sorted(crowd.served) == ["greedy"] * 2 + ["other"] * 2


def test_who_waits_too_long_leaves_the_line_and_its_place():
    line = FairLine(1, 1)
    crowd = Crowd(line)
    with line.turn("a", within_s=0):
        crowd.ask("b", within_s=0.05)
        crowd.join()
        assert crowd.turned_away == ["b"]
        assert line.waiting == 0
    with line.turn("b", within_s=0):
        pass


def test_a_turn_ends_with_an_error_too():
    line = FairLine(1, 1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), line.turn("a", within_s=0):
            raise ZeroDivisionError


def test_under_haste_no_turn_is_lost_and_none_given_twice():
    line, at_once, most = FairLine(3, 30), [0], [0]
    lock = threading.Lock()

    def haste(visitor: int) -> None:
        for _ in range(100):
            try:
                with line.turn(visitor, within_s=0.0005):
                    with lock:
                        at_once[0] += 1
                        most[0] = max(most[0], at_once[0])
                    with lock:
                        at_once[0] -= 1
            except Busy:
                pass

    threads = [threading.Thread(target=haste, args=(number % 4,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most[0] <= 3
    assert line.waiting == 0
    with ExitStack() as turns:
        for _ in range(3):
            turns.enter_context(line.turn("last", within_s=0))
