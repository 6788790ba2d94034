"""Headers that keep pages to themselves: Content-Security-Policy, cache rules, and the status of unknown addresses."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import dash
from flask import Flask, Response, request

from web.server.limits import CALLBACK_PATH
from web.server.responses import HEADERS

A_YEAR = "public, max-age=31536000, immutable"
# Browsers then ask by HTTPS only, for so long.
HSTS = "max-age=31536000"


def register(app: dash.Dash, *, script_hashes: Sequence[str], is_page: Callable[[str], bool]) -> None:
    """Add headers to every response, and the status 404 to those for addresses without a page.

    Args:
        app: the app, whose own inline scripts are allowed.
        script_hashes: further inline scripts that may run, as 'sha256-…' in quotes.
        is_page: whether an address (its path) has a page.
    """
    server: Flask = app.server

    @server.after_request
    def add_headers(response: Response) -> Response:
        response.headers.update(HEADERS)
        if request.is_secure:  # a trusted proxy says so; see web/server/visitors/origin.py
            response.headers["Strict-Transport-Security"] = HSTS
        if response.mimetype == "text/html":
            asks_for_page = request.method in ("GET", "HEAD") and response.status_code == 200
            if asks_for_page and not is_page(request.path):
                response.status_code = 404  # Dash answers every address with its index page
            # The hashes are not settled before Dash has met its first request.
            policy = content_security_policy([*script_hashes, *app.csp_hashes()])
            response.headers["Content-Security-Policy"] = policy
            response.headers["Cache-Control"] = "no-cache"
        elif request.path == CALLBACK_PATH:
            response.headers["Cache-Control"] = "no-store"
        elif request.path.startswith("/assets/") and "m" in request.args and response.status_code == 200:
            response.headers["Cache-Control"] = A_YEAR  # the address changes with the file
        return response


def content_security_policy(script_hashes: Sequence[str]) -> str:
    """Policy that allows this site only: scripts run when they come from it or are known by their hash.

    Styles may be written by scripts, which Mantine and Plotly do.
    """
    return "; ".join(
        (
            "default-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "connect-src 'self'",
            f"script-src 'self' {' '.join(script_hashes)}",
            "style-src-elem 'self' 'unsafe-inline'",
            "style-src-attr 'none'",
            "img-src 'self' data:",
        )
    )
