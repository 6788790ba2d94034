"""Limits on what a request may bring, and plain sentences for what is refused or fails."""

from __future__ import annotations

import io
import logging
from contextlib import suppress
from typing import IO, Any

import dash
from flask import Flask, Request, Response, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from web.server.dash_requests import is_from_a_page
from web.server.responses import plain_text
from web.server.visitors.request_ids import current_request_id
from web.shared.wording import describe_too_large

CALLBACK_PATH = "/_dash-update-component"
# Room for what a callback's request holds beside the photo.
CALLBACK_OVERHEAD_BYTES = 64 * 1024
MOST_DRAINED_BYTES = 64 * 1024 * 1024

FAULT = "Something went wrong on the server (request {request_id}). Try again; if it happens again, reload the page."

logger = logging.getLogger(__name__)


def register(app: dash.Dash, *, max_upload_bytes: int) -> None:
    """Refuse bodies that are too long or not from a page, and answer failures with a sentence.

    Args:
        app: the app; its callbacks are the only ones that may be called.
        max_upload_bytes: the largest photo, before base64 makes it a third longer.
    """
    server: Flask = app.server
    max_body_bytes = max_upload_bytes * 4 // 3 + CALLBACK_OVERHEAD_BYTES
    server.config["MAX_CONTENT_LENGTH"] = max_body_bytes
    server.request_class = MemoryRequest

    @server.before_request
    def refuse_nonsense() -> Response | None:
        if request.path != CALLBACK_PATH or request.method != "POST":
            return None
        if (request.content_length or 0) > max_body_bytes:
            return too_large()
        try:
            body = request.get_json(silent=True)
        except RecursionError:  # brackets in brackets
            body = None
        if not is_from_a_page(body, app.callback_map):
            return plain_text(400, "This request does not come from a page of this site. Reload the page.")
        return None

    @server.errorhandler(RequestEntityTooLarge)
    def too_large(_: RequestEntityTooLarge | None = None) -> Response:
        drain(request)
        return plain_text(413, describe_too_large(max_upload_bytes))

    @server.errorhandler(Exception)
    def failed(error: Exception) -> Response | HTTPException:
        if isinstance(error, HTTPException):
            return error
        logger.error("%s %s failed", request.method, request.path, exc_info=error)
        return plain_text(500, FAULT.format(request_id=current_request_id()))


class MemoryRequest(Request):
    """Request whose files stay in memory: Werkzeug would write those above 500 kB to a temporary file.

    Nor is the body kept beside what was read from it: a photo may wait for its turn in many threads.
    """

    def get_data(self, cache: bool = False, **options: Any) -> Any:  # type: ignore[override]  # fewer overloads
        """The body, which can be read once; `cache` has no effect."""
        return super().get_data(cache=False, **options)

    def _get_file_stream(self, *_: object, **__: object) -> IO[bytes]:
        return io.BytesIO()


def drain(incoming: Request) -> None:
    """Read and drop what is left of a request's body, up to `MOST_DRAINED_BYTES`.

    A client that is still sending would miss the response otherwise.
    """
    left = min(incoming.content_length or 0, MOST_DRAINED_BYTES)
    with suppress(HTTPException):  # the client went away
        try:
            stream = incoming.stream  # knows where the body ends, also when it has been read
        except RequestEntityTooLarge:
            stream = incoming.environ["wsgi.input"]
        while left > 0 and (chunk := stream.read(min(left, 1024 * 1024))):
            left -= len(chunk)
