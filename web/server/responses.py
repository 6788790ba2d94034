"""Plain-text responses, and the headers that every response has."""

from __future__ import annotations

from flask import Response

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def plain_text(status: int, sentence: str, *, cache_control: str | None = None) -> Response:
    """A sentence for people, with the header Cache-Control if one is given."""
    response = Response(sentence, status=status, mimetype="text/plain")
    if cache_control:
        response.headers["Cache-Control"] = cache_control
    return response
