"""Routes for machines: the health check, and the rules for search engines."""

from __future__ import annotations

from flask import Flask, Response, jsonify

from web.server.responses import plain_text
from web.site import Site


def register(server: Flask, site: Site) -> None:
    """Add `/healthz` and `/robots.txt`."""

    @server.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="ok", classifier=site.classifier is not None, photos=site.collection.has_photos)

    @server.get("/readyz")
    def readyz() -> tuple[Response, int]:
        problem = None if site.classifier is not None else site.problem or "There is no model to ask."
        return jsonify(status="ok" if problem is None else problem), 200 if problem is None else 503

    @server.get("/robots.txt")
    def robots() -> Response:
        return plain_text(200, "User-agent: *\nAllow: /\n")
