"""Stages of an answer, timed for whoever asks to be told; for everybody else they cost nothing to speak of."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import perf_counter

DECODING, NETWORK = "decoding", "network"
# Is told the name of a stage and the seconds that it took.
Observer = Callable[[str, float], None]

_observer: ContextVar[Observer | None] = ContextVar("observer", default=None)


@contextmanager
def observing(observer: Observer) -> Iterator[None]:
    """Tell `observer` of each stage that ends while the context is open, in this thread; one may come twice."""
    token = _observer.set(observer)
    try:
        yield
    finally:
        _observer.reset(token)


@contextmanager
def stage(name: str) -> Iterator[None]:
    """The stage `name`: the time that the context is open, also if it fails."""
    observer = _observer.get()
    began = perf_counter()
    try:
        yield
    finally:
        if observer is not None:
            observer(name, perf_counter() - began)
