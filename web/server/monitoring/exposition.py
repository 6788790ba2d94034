"""`/metrics`, for Prometheus: only for those who ask directly, from this machine or a private network."""

from __future__ import annotations

from flask import Flask, Response, request
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from web.server.monitoring.metrics import Metrics
from web.server.responses import plain_text
from web.server.visitors.origin import is_private

# Headers that proxies add to what they pass on.
_PASSED_ON = ("X-Forwarded-For", "Forwarded", "Via")
NOT_HERE = "Metrics are only for this machine and its private network, asked directly and not by way of a proxy."


def register(server: Flask, metrics: Metrics) -> None:
    """Add `/metrics`."""

    @server.get("/metrics")
    def exposition() -> Response:
        if not is_private() or any(name in request.headers for name in _PASSED_ON):
            return plain_text(403, NOT_HERE, cache_control="no-store")
        metrics.note_memory()
        # In the form that every collector reads; prometheus_client's choice of others fails for odd Accept headers.
        response = Response(generate_latest(metrics.collected()), content_type=CONTENT_TYPE_PLAIN_0_0_4)
        response.headers["Cache-Control"] = "no-store"
        return response
