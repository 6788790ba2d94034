"""Compression of text, with a cache for Dash's own scripts."""

from __future__ import annotations

from collections.abc import Hashable

from flask import Flask
from flask_compress import Compress

from web.server.cache import BytesCache

SCRIPTS_PATH = "/_dash-component-suites/"


def register(server: Flask) -> None:
    """Compress what the server sends, where the browser takes it."""
    server.config.update(
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_CACHE_BACKEND=CompressedScripts,
        COMPRESS_CACHE_KEY=lambda request: request.path,
    )
    Compress(server)


class CompressedScripts(BytesCache):
    """Compressed copies of Dash's own scripts (plotly.js alone takes 0.3 s), never of answers to visitors."""

    MOST_ENTRIES = 64

    def __init__(self) -> None:
        super().__init__(self.MOST_ENTRIES)

    def set(self, key: Hashable, content: bytes) -> None:
        """Keep a script; anything else is not kept. `key` names the algorithm and the path."""
        if SCRIPTS_PATH in str(key):
            super().set(key, content)
