"""Streams of photos: read by threads while the network computes, so that neither waits for the other."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

from PIL import Image

from classifier.errors import PhotoError

Item = TypeVar("Item")
# Reports progress: what is being done, how many are done, how many there are.
Progress = Callable[[str, int, int], object]
# Pictures that wait for the network: memory for a few batches, however many photos there are.
AHEAD = 64


def read_ahead(
    read: Callable[[Item], Image.Image], items: Iterable[Item], *, ahead: int = AHEAD, threads: int | None = None
) -> Iterator[tuple[Item, Image.Image | PhotoError]]:
    """Read pictures in threads, ahead of who uses them.

    Args:
        read: opens one item; may raise a PhotoError.
        items: what to read, of any length.
        ahead: how many items at most are read before they are asked for.
        threads: as many as cores, at most 8, if None.

    Yields:
        Each item with its picture, or with the error that says why there is none; in the order of `items`.
    """
    waiting: deque[tuple[Item, Future[Image.Image]]] = deque()
    source = iter(items)
    with ThreadPoolExecutor(threads or min(8, os.cpu_count() or 1), thread_name_prefix="photos") as pool:
        try:
            for item in islice(source, ahead):
                waiting.append((item, pool.submit(read, item)))
            while waiting:
                item, future = waiting.popleft()
                try:
                    answer: Image.Image | PhotoError = future.result()
                except PhotoError as error:
                    answer = error
                for following in islice(source, 1):
                    waiting.append((following, pool.submit(read, following)))
                yield item, answer
        finally:  # the caller has had enough, or Ctrl-C: do not read what nobody waits for
            for _, future in waiting:
                future.cancel()


def batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Lists of `size` items in order, the last may be shorter."""
    source = iter(items)
    while batch := list(islice(source, size)):
        yield batch


def shrink(image: Image.Image, *, side: int) -> Image.Image:
    """A picture far larger than needed, at a whole fraction of its size; others as they are.

    The short side stays at least 3 × `side`, where averaging over whole blocks and then resizing gives what resizing
    at once would (Pillow's documentation of `reducing_gap`). Dozens of pictures wait at a time: at full size, those of
    a folder of scans would fill the memory.
    """
    factor = min(image.size) // (3 * side)
    return image.reduce(factor) if factor > 1 else image


def ignore(*_: object) -> None:
    """Do nothing: the default where a caller may want to hear of progress or of warnings."""
