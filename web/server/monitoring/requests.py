"""What becomes of each request, counted once when it is answered: photos, refusals, seconds.

Whoever knows something of the current request notes it here; outside of requests, notes have no effect.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter

from flask import Flask, Response, g, has_request_context, request

from web.server.monitoring.metrics import NO_VERDICT, REST, WAITING, Metrics
from web.server.visitors.origin import PROBES

# Name under which the HTTP server finds whom to tell of requests that it refuses itself, by their status.
COUNT_STATUS = "COUNT_STATUS"
_KEY = "florascope_record"


@dataclass
class Record:
    """What is known of one request.

    began: `time.perf_counter` when it came to the app, in whole.
    seconds: of the stages so far, by name.
    verdict, refusal: what came of it; a refusal after a verdict counts.
    """

    metrics: Metrics
    began: float
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    verdict: str | None = None
    refusal: str | None = None


def register(server: Flask, metrics: Metrics) -> None:
    """Count every request to the server, except those of the machines that watch it. To be called before others."""
    server.config[COUNT_STATUS] = metrics.count_status

    @server.before_request
    def begin() -> None:
        setattr(g, _KEY, Record(metrics, perf_counter()))

    @server.after_request  # those of Flask run backwards, so that this one is the last
    def end(response: Response) -> Response:
        metrics.note_memory()
        record = _current()
        if record is not None and request.path not in PROBES:
            _count(record, response.status_code)
        return response


def _count(record: Record, status: int) -> None:
    if record.refusal is not None:
        record.metrics.count_refusal(record.refusal)
    elif record.verdict is not None:
        record.metrics.count_answer(record.verdict)
    else:
        record.metrics.count_status(status)
    if record.seconds:  # it asked for the model
        rest = perf_counter() - record.began - sum(record.seconds.values())
        record.metrics.count_seconds({**record.seconds, REST: rest})


def note_answer(verdict: str | None) -> None:
    """Note that the current request got an answer, one of `metrics.VERDICTS`."""
    if record := _current():
        record.verdict = verdict or NO_VERDICT


def note_refusal(code: str) -> None:
    """Note that the current request got no answer. `code`: one of ours, never text from outside."""
    if record := _current():
        record.refusal = code


def note_seconds(stage: str, seconds: float) -> None:
    """Note that a stage of the current request took so long, or so much longer."""
    if record := _current():
        record.seconds[stage] += seconds


@contextmanager
def waiting() -> Iterator[None]:
    """The time that the current request waits in the line before the model."""
    record = _current()
    if record is None:
        yield
        return
    began = perf_counter()
    try:
        with record.metrics.line.track_inprogress():
            yield
    finally:
        note_seconds(WAITING, perf_counter() - began)


def _current() -> Record | None:
    return getattr(g, _KEY, None) if has_request_context() else None
