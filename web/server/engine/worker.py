"""Worker of gunicorn around the buffering server.

gunicorn binds the port, starts, watches and restarts; waitress reads requests and writes answers.
"""

from __future__ import annotations

import os
import resource
import select
from contextlib import suppress
from dataclasses import replace
from time import monotonic
from types import FrameType
from typing import Any

from gunicorn.workers.base import Worker
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.task import ThreadedTaskDispatcher

from web.server.engine.buffering import MIB, BoundedServer, Limits
from web.server.monitoring.requests import COUNT_STATUS

# Longest body of an app that sets no MAX_CONTENT_LENGTH.
BODY_BYTES = 16 * MIB
# Files that the process needs beside its connections: the model, photos, libraries.
OTHER_FILES = 100
MOST_CONNECTIONS = 2000
# Between the end of the requests in flight and gunicorn's `graceful_timeout`, after which it kills.
SPARE_S = 1.0
# Answers up to this size leave in one piece.
ONE_PIECE_BYTES = 512 * 1024


class BufferingWorker(Worker):
    """Worker whose threads get complete requests only; TLS is left to a proxy."""

    _map: dict[int, Any]
    _servers: list[BoundedServer]

    def run(self) -> None:
        """Serve until gunicorn says stop, then finish what was begun."""
        self._map, dispatcher = {}, ThreadedTaskDispatcher()
        dispatcher.set_thread_count(self.cfg.threads)
        self._servers = [self._serve(listener, dispatcher) for listener in self.sockets]
        while self.alive and self.ppid == os.getppid():
            self._step(1)
        self._finish(until=monotonic() + self.cfg.graceful_timeout - SPARE_S)
        dispatcher.shutdown(timeout=SPARE_S / 2)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop gracefully: called on SIGTERM, in the main thread."""
        super().handle_exit(sig, frame)
        for server in getattr(self, "_servers", ()):
            server.pull_trigger()

    def _serve(self, listener: Any, dispatcher: ThreadedTaskDispatcher) -> BoundedServer:
        config = getattr(self.wsgi, "config", {})
        body_bytes = config.get("MAX_CONTENT_LENGTH") or BODY_BYTES
        limits = Limits(body_bytes=body_bytes, held_bytes=16 * body_bytes, connections=most_connections())
        sock = listener.sock
        return BoundedServer(
            self.wsgi,
            limits=replace(limits, drained_bytes=max(limits.drained_bytes, body_bytes)),
            count_refusal=config.get(COUNT_STATUS, lambda _: None),
            map=self._map,
            _sock=sock,
            bind_socket=False,
            dispatcher=dispatcher,
            sockinfo=(sock.family, sock.type, sock.proto, sock.getsockname()),
            adj=adjustments(limits, threads=self.cfg.threads),
        )

    def _step(self, timeout_s: float) -> None:
        self.notify()
        wasyncore.loop(timeout=timeout_s, use_poll=True, map=self._map, count=1)

    def _finish(self, *, until: float) -> None:
        """Accept what the system has in its line, answer all that has begun to arrive, and close the rest."""
        for server in self._servers:
            while monotonic() < until and select.select([server.socket], [], [], 0)[0]:
                before = len(server.active_channels)
                server.handle_accept()
                if len(server.active_channels) == before:  # another worker took it
                    break
            server.close_listener()
        while monotonic() < until:
            for server in self._servers:
                server.close_idle()
            if not any(server.active_channels for server in self._servers):
                return
            self._step(0.1)


def most_connections() -> int:
    """Connections that the system's limit on open files has room for, up to `MOST_CONNECTIONS`; raises that limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS + OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(ValueError, OSError):
            raised = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
            resource.setrlimit(resource.RLIMIT_NOFILE, (raised, hard))
            soft = raised
    return MOST_CONNECTIONS if soft == resource.RLIM_INFINITY else max(1, min(MOST_CONNECTIONS, soft - OTHER_FILES))


def adjustments(limits: Limits, *, threads: int) -> Adjustments:
    """Settings of waitress. Its own limits on connections and bodies lie above ours, which answer with a sentence."""
    found = Adjustments(
        threads=threads,
        connection_limit=limits.connections + OTHER_FILES,
        channel_timeout=limits.idle_s,
        cleanup_interval=1,
        max_request_header_size=32 * 1024,
        max_request_body_size=limits.drained_bytes + 1,
        recv_bytes=256 * 1024,  # a photo in few reads: each one has to get hold of the interpreter's lock
        outbuf_overflow=limits.drained_bytes,  # answers stay in memory, too
        outbuf_high_watermark=limits.drained_bytes,
        clear_untrusted_proxy_headers=False,  # web/server/visitors/origin.py decides which are believed
        ident=None,
    )
    # Head and body in one piece: killed between two, the process leaves a proxy that has passed the head on already
    # and cannot ask another replica. waitress takes it as an attribute only; as an argument it warns.
    found.send_bytes = ONE_PIECE_BYTES
    return found
