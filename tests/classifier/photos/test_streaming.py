import threading
import time

import pytest
from PIL import Image

from classifier.errors import NotAnImage
from classifier.photos.streaming import batches, read_ahead, shrink


def test_pictures_come_in_order_and_errors_in_their_place():
    def read(number: int) -> Image.Image:
        time.sleep(0.01 * (number % 3))
        if number == 4:
            raise NotAnImage("no picture")
        return Image.new("L", (number + 1, 1))

    answered = list(read_ahead(read, range(9), ahead=3, threads=3))
    assert [number for number, _ in answered] == list(range(9))
    assert isinstance(answered[4][1], NotAnImage)
    assert [picture.width for _, picture in answered if isinstance(picture, Image.Image)] == [1, 2, 3, 4, 6, 7, 8, 9]


def test_no_more_is_read_than_is_waited_for():
    begun = []
    lock = threading.Lock()

    def read(number: int) -> Image.Image:
        with lock:
            begun.append(number)
        return Image.new("L", (1, 1))

    answered = read_ahead(read, range(1000), ahead=4, threads=2)
    next(answered)
    answered.close()
    assert len(begun) <= 5


def test_other_errors_are_not_hidden():
    with pytest.raises(ZeroDivisionError):
        list(read_ahead(lambda number: 1 / number, [0]))  # type: ignore[arg-type, return-value]


@pytest.mark.parametrize(("count", "sizes"), [(0, []), (4, [4]), (5, [4, 1]), (8, [4, 4])])
def test_batches_are_full_but_for_the_last(count: int, sizes: list[int]):
    assert [len(batch) for batch in batches(range(count), 4)] == sizes


@pytest.mark.parametrize(
    ("size", "after"), [((300, 200), (300, 200)), ((640, 600), (320, 300)), ((900, 4000), (225, 1000))]
)
def test_only_far_larger_pictures_are_shrunk(size: tuple[int, int], after: tuple[int, int]):
    assert shrink(Image.new("RGB", size), side=75 if size != (640, 600) else 100).size == after
