"""Line before the model: bounded, and fair for each visitor. Pure threading, no Flask."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from threading import Event, Lock


class Busy(TimeoutError):
    """Others kept the classifier busy for too long, or too many wait for it."""


class _Place:
    """Place in the line. `called`: whether its turn has come, or it has been given to another."""

    def __init__(self) -> None:
        self.decided, self.called = Event(), False

    def decide(self, called: bool) -> None:
        self.called = called
        self.decided.set()


class FairLine:
    """Line in which visitors take turns, round robin: many requests of one do not delay another's first.

    When all places are taken, a visitor with fewer waiting requests gets the last place of the one with the most.

    Args:
        at_once: how many have their turn at the same time.
        most_waiting: how many may wait; everyone beyond is turned away at once.
    """

    def __init__(self, at_once: int, most_waiting: int) -> None:
        self._free, self._most_waiting = at_once, most_waiting
        self._lock = Lock()
        # By visitor, the one whose turn is next first; none is empty.
        self._places: OrderedDict[Hashable, deque[_Place]] = OrderedDict()

    @property
    def waiting(self) -> int:
        """How many wait."""
        with self._lock:
            return self._count()

    @contextmanager
    def turn(self, visitor: Hashable, *, within_s: float) -> Iterator[None]:
        """Wait for a turn and have it while the context is open.

        Args:
            visitor: who asks, such as an address.
            within_s: how long to wait at most, in seconds.

        Raises:
            Busy: the turn did not come in time, or there was no place to wait.
        """
        self._enter(visitor, within_s)
        try:
            yield
        finally:
            self._leave()

    def _enter(self, visitor: Hashable, within_s: float) -> None:
        with self._lock:
            if self._free:
                self._free -= 1
                return
            if self._count() >= self._most_waiting and not self._make_room(visitor):
                raise Busy
            place = _Place()
            self._places.setdefault(visitor, deque()).append(place)
        if not place.decided.wait(within_s):
            with self._lock:
                if not place.decided.is_set():  # else the turn came at the last moment
                    self._remove(visitor, place)
                    raise Busy
        if not place.called:
            raise Busy

    def _leave(self) -> None:
        with self._lock:
            if not self._places:
                self._free += 1
                return
            visitor, places = next(iter(self._places.items()))
            place = places.popleft()
            self._places.move_to_end(visitor)
            if not places:
                del self._places[visitor]
            place.decide(called=True)

    def _make_room(self, visitor: Hashable) -> bool:
        """Turn away the last request of the visitor with the most, if that leaves him no fewer than `visitor` gets."""
        most = max(self._places, key=lambda each: len(self._places[each]), default=None)
        if most is None or len(self._places[most]) <= len(self._places.get(visitor, ())) + 1:
            return False
        place = self._places[most][-1]
        self._remove(most, place)
        place.decide(called=False)
        return True

    def _remove(self, visitor: Hashable, place: _Place) -> None:
        places = self._places[visitor]
        places.remove(place)
        if not places:
            del self._places[visitor]

    def _count(self) -> int:
        return sum(map(len, self._places.values()))
