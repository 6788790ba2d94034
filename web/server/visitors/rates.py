"""How often a visitor may ask, by Flask-Limiter."""

from __future__ import annotations

from time import time

from flask import Flask, Response, request
from flask_limiter import Limiter
from flask_limiter.errors import RateLimitExceeded

from web.server.limits import CALLBACK_PATH
from web.server.responses import plain_text
from web.server.visitors.origin import is_local, visitor

MEMORY = "memory://"
# Callbacks with shorter bodies carry no photo to speak of: a page that is opened asks so for its parts.
SMALL_BYTES = 8 * 1024
SENTENCE = "You have sent many requests in a short time. Wait a little, then try again."


def register(server: Flask, *, rate: str, storage: str) -> None:
    """Limit how often one visitor may send photos, to the API or from a page.

    Pages, their parts, pictures and scripts are not counted, nor are requests from this machine.

    Args:
        server: the server.
        rate: as Flask-Limiter writes it, such as "600 per minute"; empty for no limit.
        storage: where counts are kept: "memory://" in each process, or "redis://HOST:PORT" for several together.
            While that cannot be reached, each process counts by itself.
    """
    limiter = Limiter(
        visitor,
        application_limits=[rate] if rate else [],
        storage_uri=storage,
        in_memory_fallback_enabled=storage != MEMORY,
        enabled=bool(rate),
    )

    @limiter.request_filter
    def is_free() -> bool:
        is_small = 0 < (request.content_length or 0) <= SMALL_BYTES
        return request.method != "POST" or (is_small and request.path == CALLBACK_PATH) or is_local()

    limiter.init_app(server)

    @server.errorhandler(RateLimitExceeded)
    def refuse(_: RateLimitExceeded) -> Response:
        return plain_text(429, SENTENCE, cache_control="no-store")

    @server.after_request
    def say_when(response: Response) -> Response:
        if response.status_code == 429 and (limit := limiter.current_limit):
            response.headers["Retry-After"] = str(max(1, int(limit.reset_at - time())))
        return response
