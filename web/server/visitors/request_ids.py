"""Number of each request, in the log, in the header X-Request-ID and on the page for errors."""

from __future__ import annotations

import logging
import re
from uuid import uuid4

from flask import Flask, Response, g, has_request_context, request

HEADER = "X-Request-ID"
_KEY = "request_id"
NONE = "-"
_SOUND = re.compile(r"[A-Za-z0-9._-]{8,64}")


def register(server: Flask, *, trusted: bool) -> None:
    """Give every request a number.

    Args:
        server: the server.
        trusted: whether the number that came with a request is kept, since a trusted proxy gave it.
    """

    @server.before_request
    def number() -> None:
        came = request.headers.get(HEADER, "") if trusted else ""
        setattr(g, _KEY, came if _SOUND.fullmatch(came) else uuid4().hex[:16])

    @server.after_request
    def tell(response: Response) -> Response:
        response.headers[HEADER] = current_request_id()
        return response


def current_request_id() -> str:
    """Number of the current request; "-" outside of requests."""
    return str(getattr(g, _KEY, NONE)) if has_request_context() else NONE


class RequestIdFilter(logging.Filter):
    """Filter that adds `request_id` to every record of a handler, for its format."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add the number of the current request."""
        record.request_id = current_request_id()
        return True
