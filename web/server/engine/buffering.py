"""Buffering HTTP server: waitress, with limits on how slowly, how much and by how many connections requests arrive.

waitress gives a request to a thread only when it has arrived in whole, so a client that sends slowly costs a socket and
no thread. What waitress lacks is added here: an end to requests that never become whole, a bound on the memory that
unfinished and waiting requests take together, and room for new connections when all places are taken.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.receiver import ChunkedReceiver
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask
from waitress.utilities import BadRequest, Error

from web.server.responses import HEADERS

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MIB = 1024 * 1024
# For each small part that it finds, such as a chunk of one byte, waitress's parser copies all that is left of what came
# at once: a body of 1 MB in such chunks kept the main thread for 5 s when it came in blocks of 256 kB.
PIECE_BYTES = 8 * 1024
# Waitress takes lines between chunks, and trailers, of any length.
MOST_FRAMING_BYTES = 16 * 1024
# Requests of one connection that may wait for their turn.
MOST_AHEAD = 64
_SLOW = "Your request arrived too slowly, so the server stopped waiting for it. Try again on a better connection."
_FULL = "Many people are asking just now. Try again in a few seconds."


@dataclass(frozen=True)
class Limits:
    """Limits on what arrives.

    body_bytes: longest body that is kept. Of a longer one only the length is, so that the app can say so; above
        `drained_bytes` the connection is closed.
    request_s, bytes_per_s: a request has to be whole after so many seconds, and one more for each `bytes_per_s` of
        its body that have come; as Apache's mod_reqtimeout counts, which takes 20 s and 500 bytes.
    idle_s: how long a connection may be open without a request.
    connections: how many may be open; of more, the one that has waited longest is closed.
    held_bytes: what the bodies of unfinished and waiting requests may take together; beyond, the unfinished one that
        began first is refused.
    """

    body_bytes: int
    drained_bytes: int = 64 * MIB
    request_s: float = 20
    bytes_per_s: int = 2000
    idle_s: int = 20
    connections: int = 1000
    held_bytes: int = 256 * MIB


class Refusal(Error):
    """Answer that the server gives by itself, in a sentence.

    Args:
        code: the status.
        reason: its standard phrase.
        sentence: for the reader.
        retry_after_s: when to ask again; None says nothing.
    """

    def __init__(self, code: int, reason: str, sentence: str, *, retry_after_s: int | None = None) -> None:
        super().__init__(sentence)
        self.code, self.reason, self.retry_after_s = code, reason, retry_after_s

    def to_response(self, ident: str | None = None) -> tuple[str, list[tuple[str, str]], bytes]:
        """Status line, headers and body, as waitress asks for them."""
        headers = [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store"), *HEADERS.items()]
        if self.retry_after_s is not None:
            headers.append(("Retry-After", str(self.retry_after_s)))
        return f"{self.code} {self.reason}", headers, self.body.encode()


class _Body(io.BytesIO):
    """Body that can be read once: at its end its memory is given back, since the app holds the content then."""

    def read(self, size: int | None = -1, /) -> bytes:
        content = super().read(size)
        self._forget()
        return content

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        count = super().readinto(buffer)
        self._forget()
        return count

    def _forget(self) -> None:
        with self.getbuffer() as view:
            is_read = self.tell() >= view.nbytes > 0
        if is_read:
            self.seek(0)
            self.truncate()


class BoundedBuffer:
    """Body of a request, in memory and never in a file: photos are not to be stored.

    Args:
        limit: in bytes; a longer body is counted and dropped.
    """

    def __init__(self, limit: int) -> None:
        self._limit, self._length, self._content = limit, 0, _Body()

    def __len__(self) -> int:
        return self._length

    @property
    def held_bytes(self) -> int:
        """What it takes in memory."""
        return self._length if self._length <= self._limit else 0

    def append(self, data: bytes) -> None:
        """Add what came."""
        self._length += len(data)
        if self._length <= self._limit:
            self._content.write(data)
        elif self._length - len(data) <= self._limit:
            self._content = _Body()

    def getfile(self) -> io.BytesIO:
        """The body, to be read once; empty when it was too long."""
        self._content.seek(0)
        return self._content

    def close(self) -> None:
        """Give its memory back."""
        self._content.close()
        self._limit = -1


class BoundedChunks(ChunkedReceiver):
    """Receiver of a chunked body; what frames the chunks (their lengths, extensions, trailers) is bounded, too."""

    buf: BoundedBuffer

    def received(self, s: bytes) -> int:
        """Take what came; returns how much of it belongs to this body."""
        taken = int(super().received(s))
        if len(self.control_line) > MOST_FRAMING_BYTES or len(self.trailer) > MOST_FRAMING_BYTES:
            self.error = BadRequest("What frames the chunks of the body is too long")
        return taken


class BoundedParser(HTTPRequestParser):
    """Parser whose bodies are `BoundedBuffer`s, and which refuses what two servers could read in two ways."""

    path = ""  # waitress names it in its log, also when no head has come

    def __init__(self, adj: Any, *, body_bytes: int) -> None:
        super().__init__(adj)
        self._body_bytes = body_bytes

    def parse_header(self, header_plus: bytes) -> None:
        """Read the head, and prepare for the body.

        Raises:
            ParsingError: it makes no sense, or it is not clear where the body ends.
        """
        try:
            super().parse_header(header_plus)
        except ValueError as error:  # a length of 5,000 digits, an address such as http://[
            raise ParsingError("A number or an address in the head cannot be read") from error
        if (self.chunked and "CONTENT_LENGTH" in self.headers) or "TRANSFER_ENCODING" in self.headers:
            self.body_rcv = None
            raise ParsingError("Where the body ends is not clear: Content-Length, or HTTP/1.0, with Transfer-Encoding")
        if self.chunked:
            self.body_rcv = BoundedChunks(None)
        if self.body_rcv is not None:
            self.body_rcv.buf = BoundedBuffer(self._body_bytes)

    @property
    def held_bytes(self) -> int:
        """What its body takes in memory."""
        return 0 if self.body_rcv is None else self.body_rcv.buf.held_bytes


class CountedErrorTask(ErrorTask):
    """Answer to a request that the server refuses by itself; it is counted."""

    def execute(self) -> None:
        """Write the answer."""
        self.channel.server.count_refusal(self.request.error.code)
        super().execute()


class BoundedChannel(HTTPChannel):
    """One connection; it knows when its unfinished request began, and what its requests hold."""

    server: BoundedServer
    error_task_class = CountedErrorTask

    def __init__(self, server: BoundedServer, *args: Any, **options: Any) -> None:
        self.parser_class = partial(BoundedParser, body_bytes=server.limits.body_bytes)
        self.began = monotonic()
        self.held_bytes = 0
        super().__init__(server, *args, **options)

    def received(self, data: bytes) -> bool:
        """Take what came; called in the main thread."""
        before, taken = self.request, False
        for start in range(0, len(data), PIECE_BYTES):
            taken = bool(super().received(data[start : start + PIECE_BYTES]))
            if not taken:
                break
            if len(self.requests) > MOST_AHEAD:  # whoever sends so many before an answer has come wants no answers
                self.handle_close()
                return False
        if self.request is not before or self.request is None:
            self.began = monotonic()
        self.server.hold(self)
        return taken

    def service(self) -> None:
        """Answer one request; called in a thread of the pool."""
        super().service()
        self.server.hold(self)

    def handle_close(self) -> None:
        """Close the connection, and forget its unfinished request."""
        super().handle_close()
        self.request = None
        self.server.hold(self)

    @property
    def unfinished(self) -> bool:
        """Whether a part of a request has come."""
        return self.request is not None

    @property
    def waits_for_client(self) -> bool:
        """Whether there is nothing to do here before the client sends something."""
        return not (self.requests or self.total_outbufs_len or self.will_close or self.close_when_flushed)

    def is_late(self, now: float) -> bool:
        """Whether the unfinished request should have become whole by `now` (`time.monotonic`)."""
        limits = self.server.limits
        came = 0 if self.request is None else self.request.body_bytes_received
        return self.unfinished and now - self.began > limits.request_s + came / limits.bytes_per_s

    def refuse(self, refusal: Refusal) -> None:
        """Answer the unfinished request with a refusal and close the connection; called in the main thread."""
        with self.requests_lock:
            request, self.request = self.request, None
            if request is None:
                return
            request.error, request.completed = refusal, True
            request.close()
            self.requests.append(request)
            if len(self.requests) == 1:
                self.server.add_task(self)
        self.server.hold(self)


class BoundedServer(TcpWSGIServer):
    """The server of one listening socket.

    Args:
        app: the WSGI application.
        limits: on what arrives.
        count_refusal: is told the status of every request that the app does not see because it is refused here.
        options: as waitress's `TcpWSGIServer` takes them.
    """

    channel_class = BoundedChannel
    active_channels: dict[int, BoundedChannel]

    def __init__(
        self, app: Any, *, limits: Limits, count_refusal: Callable[[int], None] = lambda _: None, **options: Any
    ) -> None:
        self.limits, self.count_refusal = limits, count_refusal
        self.held_bytes = 0
        self._held_lock = Lock()
        super().__init__(app, **options)

    def hold(self, channel: BoundedChannel) -> None:
        """Note what the requests of a connection take in memory, and refuse one if all take too much together."""
        unfinished = channel.request
        requests = [*channel.requests, *([] if unfinished is None else [unfinished])]
        held_bytes = sum(request.held_bytes for request in requests)
        with self._held_lock:
            grew = held_bytes > channel.held_bytes
            self.held_bytes += held_bytes - channel.held_bytes
            channel.held_bytes = held_bytes
            is_full = grew and self.held_bytes > self.limits.held_bytes
        if is_full and (first := min(self._unfinished(), key=lambda each: each.began, default=None)):
            first.refuse(Refusal(503, "Service Unavailable", _FULL, retry_after_s=5))

    def _unfinished(self) -> Iterator[BoundedChannel]:
        return (each for each in list(self.active_channels.values()) if each.unfinished and each.held_bytes)

    def handle_accept(self) -> None:
        """Take a new connection, if need be in the place of the one that has waited longest for its client."""
        super().handle_accept()
        if len(self.active_channels) > self.limits.connections:
            waiting = (each for each in self.active_channels.values() if each.waits_for_client)
            if longest := min(waiting, key=lambda each: each.began, default=None):
                longest.handle_close()

    def close_listener(self) -> None:
        """Accept no more connections; those that are open stay."""
        self.accepting = False
        self.del_channel()
        if self.socket is not None:
            self.socket.close()

    def close_idle(self) -> None:
        """Close the connections on which no request has begun to arrive."""
        for channel in list(self.active_channels.values()):
            if channel.waits_for_client and not channel.unfinished:
                channel.handle_close()

    def maintenance(self, now: float) -> None:
        """Close idle connections, and refuse requests that are late; waitress calls this once a second."""
        super().maintenance(now)
        for channel in list(self.active_channels.values()):
            if channel.is_late(monotonic()):
                channel.refuse(Refusal(408, "Request Timeout", _SLOW))
