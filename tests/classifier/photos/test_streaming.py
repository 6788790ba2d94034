import threading
import time
from collections.abc import Iterator
from operator import length_hint

import pytest
from PIL import Image

from classifier.errors import NotAnImage
from classifier.photos.streaming import THREADS, batches, map_ahead, map_batches, read_ahead


def test_pictures_come_in_order_and_errors_in_their_place():
    def read(number: int) -> Image.Image:
        time.sleep(0.01 * (number % 3))
        if number == 4:
            raise NotAnImage("no picture")
        return Image.new("L", (number + 1, 1))

    answered = list(read_ahead(read, range(9)))
    assert [number for number, _ in answered] == list(range(9))
    assert isinstance(answered[4][1], NotAnImage)
    assert [picture.width for _, picture in answered if isinstance(picture, Image.Image)] == [1, 2, 3, 4, 6, 7, 8, 9]


class Counter:
    """Notes which items were begun, in any thread."""

    def __init__(self) -> None:
        self.begun: list[object] = []
        self._lock = threading.Lock()

    def __call__(self, item: object) -> object:
        with self._lock:
            self.begun.append(item)
        return item


def test_no_more_is_begun_than_is_waited_for():
    count = Counter()
    results = map_ahead(count, range(1000), ahead=4, threads=2)
    next(results)
    results.close()  # type: ignore[attr-defined]
    assert len(count.begun) <= 5


def test_after_ctrl_c_nothing_is_begun():
    count = Counter()
    results = map_ahead(count, range(1000), ahead=4, threads=2)
    next(results)
    with pytest.raises(KeyboardInterrupt):
        results.throw(KeyboardInterrupt)  # type: ignore[attr-defined]
    begun = len(count.begun)
    time.sleep(0.05)
    assert len(count.begun) == begun <= 5
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("photos")]


def test_other_errors_are_not_hidden():
    with pytest.raises(ZeroDivisionError):
        list(read_ahead(lambda number: 1 / number, [0]))  # type: ignore[arg-type, return-value]


def test_an_error_in_the_middle_comes_after_what_was_before_it():
    got: list[float] = []
    with pytest.raises(ZeroDivisionError):
        got.extend(map_ahead(lambda number: 1 / (number - 3), range(1000), ahead=6, threads=3))
    assert got == [1 / -3, 1 / -2, 1 / -1]


def test_items_that_break_off_raise_and_leave_no_thread_behind():
    def broken() -> Iterator[int]:
        yield from range(5)
        raise OSError("the disk is gone")

    got: list[str] = []
    with pytest.raises(OSError, match="the disk is gone"):
        got.extend(map_ahead(str, broken(), ahead=2, threads=2))
    assert got == ["0", "1", "2", "3", "4"]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("photos")]


@pytest.mark.parametrize("ahead", [1, 2, 50])
def test_slow_and_quick_items_keep_their_order(ahead: int):
    def work(number: int) -> int:
        time.sleep(0.002 * (number % 4))
        return number

    assert list(map_ahead(work, range(20), ahead=ahead, threads=4)) == list(range(20))


@pytest.mark.parametrize(("count", "sizes"), [(0, []), (4, [4]), (5, [4, 1]), (8, [4, 4])])
def test_batches_are_full_but_for_the_last(count: int, sizes: list[int]):
    assert [len(batch) for batch in batches(range(count), 4)] == sizes
    assert list(map_batches(len, range(count), size=4)) == sizes


@pytest.mark.parametrize("size", [1, 4, 1000])
def test_few_large_batches_wait(size: int):
    items = iter(range(100_000))
    for number, _ in zip(range(30), map_batches(sum, items, size=size), strict=False):
        taken = 100_000 - length_hint(items)
        assert taken - (number + 1) * size <= max(2 * size, 2 * THREADS)
