"""What stands between the site and the world: headers, limits, honest statuses, compression, health."""

from __future__ import annotations

import io
import logging
import threading
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from typing import IO

import dash
from flask import Flask, Request, Response, jsonify, request
from flask_compress import Compress
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from web.answer.upload import too_large_message
from web.pages import page_opening
from web.shell import SCHEME_SCRIPT_HASH
from web.site import Site

CALLBACK_PATH = "/_dash-update-component"
SUITES_PATH = "/_dash-component-suites/"
# Room for what a callback's request holds beside the photo.
CALLBACK_OVERHEAD_BYTES = 64 * 1024
MOST_DRAINED_BYTES = 64 * 1024 * 1024
A_YEAR = "public, max-age=31536000, immutable"

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}

logger = logging.getLogger(__name__)


def register(app: dash.Dash, site: Site) -> None:
    """Attach everything to the app. Last: Flask runs after-request functions backwards, compression first."""
    server: Flask = app.server
    max_body_bytes = site.settings.max_upload_bytes * 4 // 3 + CALLBACK_OVERHEAD_BYTES
    server.config["MAX_CONTENT_LENGTH"] = max_body_bytes
    server.request_class = MemoryRequest
    register_routes(server, site)
    register_limits(app, max_bytes=site.settings.max_upload_bytes, max_body_bytes=max_body_bytes)
    register_compression(server)
    register_headers(app, site)


def register_routes(server: Flask, site: Site) -> None:
    @server.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="ok", classifier=site.classifier is not None, photos=site.collection.has_photos)

    @server.get("/robots.txt")
    def robots() -> Response:
        return _plain(200, "User-agent: *\nAllow: /\n")


def register_limits(app: dash.Dash, *, max_bytes: int, max_body_bytes: int) -> None:
    server: Flask = app.server

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
        if not isinstance(body, dict) or str(body.get("output")) not in app.callback_map:
            return _plain(400, "This request does not come from a page of this site. Load the page again.")
        return None

    @server.errorhandler(RequestEntityTooLarge)
    def too_large(_: RequestEntityTooLarge | None = None) -> Response:
        drain(request)
        return _plain(413, too_large_message(max_bytes))

    @server.errorhandler(Exception)
    def failed(error: Exception) -> Response | HTTPException:
        if isinstance(error, HTTPException):
            return error
        logger.error("%s %s failed", request.method, request.path, exc_info=error)
        return _plain(500, "Something went wrong on the server. Try again; if it stays, load the page anew.")


def register_compression(server: Flask) -> None:
    server.config.update(
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_CACHE_BACKEND=CompressedScripts,
        COMPRESS_CACHE_KEY=lambda request: request.path,
    )
    Compress(server)


class CompressedScripts:
    """Compressed copies of Dash's own scripts (plotly.js alone takes 0.3 s), never of answers. Thread-safe."""

    MOST_ENTRIES = 64

    def __init__(self) -> None:
        self._entries: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str) -> bytes | None:
        with self._lock:
            return self._entries.get(key)

    def set(self, key: str, content: bytes) -> None:
        if SUITES_PATH not in key:
            return
        with self._lock:
            self._entries[key] = content
            self._entries.move_to_end(key)
            while len(self._entries) > self.MOST_ENTRIES:
                self._entries.popitem(last=False)


def register_headers(app: dash.Dash, site: Site) -> None:
    server: Flask = app.server

    @server.after_request
    def add_headers(response: Response) -> Response:
        response.headers.update(HEADERS)
        if response.mimetype == "text/html":
            asks_for_page = request.method in ("GET", "HEAD") and response.status_code == 200
            if asks_for_page and page_opening(request.path, site) is None:
                response.status_code = 404  # Dash answers every address with its index page
            # The hashes are not settled before Dash has met its first request.
            response.headers["Content-Security-Policy"] = content_security_policy(app.csp_hashes())
            response.headers["Cache-Control"] = "no-cache"
        elif request.path == CALLBACK_PATH:
            response.headers["Cache-Control"] = "no-store"
        elif request.path.startswith("/assets/") and "m" in request.args and response.status_code == 200:
            response.headers["Cache-Control"] = A_YEAR  # the address changes with the file
        return response


def content_security_policy(script_hashes: Sequence[str]) -> str:
    """Nothing but our own; styles may be written by scripts (Mantine, Plotly), scripts only run when known by hash."""
    return "; ".join(
        (
            "default-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "connect-src 'self'",
            f"script-src 'self' {' '.join((SCHEME_SCRIPT_HASH, *script_hashes))}",
            "style-src-elem 'self' 'unsafe-inline'",
            "style-src-attr 'none'",
            "img-src 'self' data:",
        )
    )


class MemoryRequest(Request):
    """A form's files stay in memory: Werkzeug would write those above 500 kB to a temporary file."""

    def _get_file_stream(self, *_: object, **__: object) -> IO[bytes]:
        return io.BytesIO()


def drain(incoming: Request) -> None:
    """Read and drop what is left of a request's body, up to `MOST_DRAINED_BYTES`: a client still sending would miss our
    answer otherwise."""
    left = min(incoming.content_length or 0, MOST_DRAINED_BYTES)
    with suppress(HTTPException):  # the client went away
        try:
            stream = incoming.stream  # knows where the body ends, also when it has been read
        except RequestEntityTooLarge:
            stream = incoming.environ["wsgi.input"]
        while left > 0 and (chunk := stream.read(min(left, 1024 * 1024))):
            left -= len(chunk)


def _plain(status: int, sentence: str) -> Response:
    return Response(sentence, status=status, mimetype="text/plain")
