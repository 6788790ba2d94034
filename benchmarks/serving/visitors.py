"""Visitors: threads that ask a server one question after the other, and how long it takes."""

import http.client
import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from math import ceil

from benchmarks.serving import processes

TIMEOUT_S = 120
Ask = Callable[[bytes], None]


class Refused(OSError):
    """A server gave no answer to a photo."""


@dataclass(frozen=True)
class Traffic:
    """What visitors met.

    latencies_s: of the answers, sorted; where visitors had to settle, without each one's first.
    seconds: from the first question, or from when all had settled, to the last answer.
    answers: that came meanwhile.
    refused: questions that got no answer.
    processor_s: that the server took meanwhile.
    """

    latencies_s: tuple[float, ...]
    seconds: float
    answers: int
    refused: int = 0
    processor_s: float = 0.0

    @property
    def answers_per_s(self) -> float:
        """Answers per second."""
        return self.answers / self.seconds if self.seconds else 0.0

    @property
    def processor_ms(self) -> float:
        """Processor time of the server for each answer, in ms; 0 without any."""
        return 1000 * self.processor_s / self.answers if self.answers else 0.0

    def percentile_ms(self, share: float) -> float:
        """What so large a share of the answers took at most, in ms (nearest rank); 0 without any."""
        if not self.latencies_s:
            return 0.0
        return 1000 * self.latencies_s[max(0, ceil(share * len(self.latencies_s)) - 1)]


def merge(parts: Sequence[Traffic]) -> Traffic:
    """Several turns as one."""
    latencies = sorted(itertools.chain.from_iterable(part.latencies_s for part in parts))
    return Traffic(
        tuple(latencies),
        sum(part.seconds for part in parts),
        sum(part.answers for part in parts),
        sum(part.refused for part in parts),
        sum(part.processor_s for part in parts),
    )


class Clock:
    """Clock of a turn: it starts at once, or when all visitors have settled, each with an answer or a refusal."""

    def __init__(self, *, visitors: int, process: int | None) -> None:
        self._waiting, self._process, self._lock = visitors, process, threading.Lock()
        self.started, self.answers = 0.0, 0
        self._processor_s = 0.0
        if not visitors:
            self._start()

    @property
    def runs(self) -> bool:
        """Whether it has started."""
        return not self._waiting

    def settled(self) -> None:
        """Note that one more visitor has settled; the last one starts the clock."""
        with self._lock:
            self._waiting -= 1
            if not self._waiting:
                self._start()

    def count(self) -> None:
        """Count an answer, if the clock runs."""
        with self._lock:
            self.answers += self.runs

    def _start(self) -> None:
        self._processor_s = self._processor()
        self.started = time.perf_counter()

    def _processor(self) -> float:
        return processes.processor_s(self._process) if self._process else 0.0

    def stop(self) -> tuple[float, float]:
        """Seconds since it started, and processor time of the server meanwhile."""
        return time.perf_counter() - self.started, self._processor() - self._processor_s


def drive(
    make_ask: Callable[[], Ask],
    photos: Sequence[bytes],
    *,
    visitors: int,
    seconds: float | None = None,
    answers: int | None = None,
    process: int | None = None,
    settle: bool = False,
) -> Traffic:
    """Let visitors ask at the same time, each the next question as soon as the last is answered.

    Args:
        make_ask: makes what one visitor asks with, which sends a photo, waits for the answer and raises OSError if
            there is none.
        photos: that are sent, in turn.
        visitors: how many.
        seconds: when they stop asking; what was asked before is waited for.
        answers: how many photos are sent in all; one of the two is given.
        process: of the server, to note the processor time that it takes.
        settle: with `seconds`, let the server warm up with all visitors: the time starts when each has had an answer,
            and each has another one then.
    """
    if (seconds is None) == (answers is None):
        raise ValueError("One of seconds and answers is given.")
    numbers = iter(range(answers)) if answers is not None else itertools.count()
    latencies: list[float] = []
    refused: list[Exception] = []
    lock = threading.Lock()
    clock = Clock(visitors=visitors if settle else 0, process=process)

    def visit() -> None:
        ask, settled = make_ask(), not settle
        while seconds is None or not clock.runs or time.perf_counter() < clock.started + seconds:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            asked = time.perf_counter()
            try:
                ask(photos[number % len(photos)])
            except OSError as error:
                refused.append(error)
                time.sleep(0.1)  # a server that is gone must not make this spin
            else:
                clock.count()
                if settled:
                    latencies.append(time.perf_counter() - asked)
            if not settled:
                settled = True
                clock.settled()

    threads = [threading.Thread(target=visit) for _ in range(visitors)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    passed, processor_s = clock.stop()
    return Traffic(tuple(sorted(latencies)), passed, clock.answers, len(refused), processor_s)


@dataclass(frozen=True)
class Answer:
    """Content of an answer, and how it is compressed: "br", "gzip", or "" if it is not."""

    content: bytes
    encoding: str


class Connection:
    """A connection to a server on this machine that is kept open between questions, as browsers do."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)

    def ask(self, method: str, path: str, body: bytes | None = None, content_type: str = "") -> bytes:
        """Send a request and read the whole answer, uncompressed. Raises as `send` does."""
        return self.send(method, path, body, {"Content-Type": content_type} if content_type else {}).content

    def send(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        """Send a request and read the whole answer.

        Raises:
            Refused: its status is not 200.
            OSError: there is no connection.
        """
        try:
            answer = self._send(method, path, body, headers)
            content = answer.read()
        except http.client.HTTPException as error:
            self._connection.close()
            raise Refused(f"{method} {path}: {error!r}") from error
        if answer.status != 200:
            raise Refused(f"{method} {path}: {answer.status} {content[:200].decode(errors='replace')}")
        return Answer(content, answer.getheader("Content-Encoding", ""))

    def _send(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> http.client.HTTPResponse:
        with suppress(http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            self._connection.request(method, path, body, headers)
            return self._connection.getresponse()
        self._connection.close()  # the server had closed it since the last question; once more on a new one
        self._connection.request(method, path, body, headers)
        return self._connection.getresponse()


def api_asker(port: int) -> Ask:
    """Ask the site's API."""
    connection = Connection(port)

    def ask(photo: bytes) -> None:
        answer = json.loads(connection.ask("POST", "/api/v1/classify", photo, "image/jpeg"))
        if not answer["predictions"]:
            raise Refused("The API named nothing.")

    return ask


def original_asker(port: int) -> Ask:
    """Ask the original app’s path, `original_app`."""
    connection = Connection(port)

    def ask(photo: bytes) -> None:
        if len(json.loads(connection.ask("POST", "/classify", photo, "image/jpeg"))) != 5:
            raise Refused("It did not give five classes.")

    return ask


def gradio_asker(port: int) -> Ask:
    """Ask a Gradio app as its documentation says: upload the file, join the queue, read the events of the answer."""
    connection = Connection(port)
    numbers: Iterator[int] = itertools.count()

    def ask(photo: bytes) -> None:
        boundary = f"photo{next(numbers)}"
        form = (
            (
                f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="photo.jpg"\r\n'
                "Content-Type: image/jpeg\r\n\r\n"
            ).encode()
            + photo
            + f"\r\n--{boundary}--\r\n".encode()
        )
        uploaded = connection.ask("POST", "/gradio_api/upload", form, f"multipart/form-data; boundary={boundary}")
        image = {"path": json.loads(uploaded)[0], "meta": {"_type": "gradio.FileData"}}
        joined = connection.ask(
            "POST", "/gradio_api/call/predict", json.dumps({"data": [image]}).encode(), "application/json"
        )
        events = connection.ask("GET", f"/gradio_api/call/predict/{json.loads(joined)['event_id']}")
        if b"event: complete" not in events:
            raise Refused(f"Gradio answered {events[-200:]!r}")

    return ask
