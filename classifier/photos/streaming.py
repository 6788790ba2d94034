"""Streams of photos: work in threads, ahead of who uses the results, so that no core waits for another."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import Any, TypeVar

from PIL import Image

from classifier.errors import PhotoError
from classifier.machine import usable_cores

Item = TypeVar("Item")
Result = TypeVar("Result")
# Reports progress: what is being done, how many are done, how many there are.
Progress = Callable[[str, int, int], object]
# One more than cores: while one waits for the disk or for its turn at the engine, the others keep the cores busy.
THREADS = min(usable_cores(), 32) + 1


def map_ahead(
    function: Callable[[Item], Result], items: Iterable[Item], *, ahead: int = 2 * THREADS, threads: int = THREADS
) -> Iterator[Result]:
    """Map a function over items in threads, ahead of who uses the results.

    Args:
        function: is called in several threads at once.
        items: of any length; taken one by one in the thread of the caller.
        ahead: how many items at most are begun before their results are asked for.
        threads: how many work.

    Yields:
        The results, in the order of `items`.

    Raises:
        Exception: whatever the function or the items raise, after the results of what came before.
    """
    waiting: deque[Future[Result]] = deque()
    source = iter(items)
    with ThreadPoolExecutor(threads, thread_name_prefix="photos") as pool:

        def begin(count: int) -> None:
            try:
                waiting.extend(pool.submit(function, item) for item in islice(source, count))
            except Exception as error:
                waiting.append(_failed(error))

        try:
            begin(ahead)
            while waiting:
                result = waiting.popleft().result()
                begin(1)
                yield result
        finally:  # the caller has had enough, or Ctrl-C: do not begin what nobody waits for
            for future in waiting:
                future.cancel()


def _failed(error: Exception) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_exception(error)
    return future


def read_ahead(
    read: Callable[[Item], Image.Image], items: Iterable[Item], *, threads: int = THREADS
) -> Iterator[tuple[Item, Image.Image | PhotoError]]:
    """Read pictures in threads, ahead of who uses them.

    Args:
        read: opens one item; may raise a PhotoError.
        items: what to read, of any length.
        threads: how many read.

    Yields:
        Each item with its picture, or with the error that says why there is none; in the order of `items`.
    """

    def attempt(item: Item) -> tuple[Item, Image.Image | PhotoError]:
        try:
            return item, read(item)
        except PhotoError as error:
            return item, error

    return map_ahead(attempt, items, ahead=2 * threads, threads=threads)


def map_batches(
    function: Callable[[list[Item]], Result], items: Iterable[Item], *, size: int, threads: int = THREADS
) -> Iterator[Result]:
    """Map a function over batches of `size` items, as `map_ahead`.

    Of large batches only two are begun ahead, since all their pictures are in memory.
    """
    return map_ahead(function, batches(items, size), ahead=max(2, 2 * threads // size), threads=threads)


def batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Lists of `size` items in order, the last may be shorter."""
    source = iter(items)
    while batch := list(islice(source, size)):
        yield batch


def ignore(*_: object) -> None:
    """Do nothing: the default where a caller may want to hear of progress or of warnings."""
