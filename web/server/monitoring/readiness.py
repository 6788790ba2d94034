"""`/readyz`: whether the model answers. Asked for by whoever decides to send visitors here."""

from __future__ import annotations

import logging
from threading import Lock
from time import monotonic

from flask import Flask, Response, jsonify
from PIL import Image

from web.server.monitoring.metrics import Metrics
from web.server.visitors.line import Busy
from web.site import NO_MODEL, Site

# For so long, an answer shows that the model answers; then it is asked about a picture, which takes some ten ms.
FRESH_S = 30
# Who asks gives up after 4 or 5 s: Dockerfile, deploy/.
PATIENCE_S = 3
TRIAL_SIZE = (64, 64)
SILENT = f"The model has answered no photo for {FRESH_S} s, and did not answer a trial within {PATIENCE_S} s."
FAILED = "The model fails. The server's log says why."

logger = logging.getLogger(__name__)


class Readiness:
    """Whether the model answers in this process: its last answer says so, else one trial at a time.

    Args:
        site: whose model it is.
        metrics: what knows of the last answer to a visitor.
    """

    def __init__(self, site: Site, metrics: Metrics) -> None:
        self._site, self._metrics = site, metrics
        self._trial, self._tried_at = Lock(), float("-inf")

    def problem(self) -> str | None:
        """Why photos cannot be answered here, in a sentence; None when they can. Takes `PATIENCE_S` at most."""
        if self._site.classifier is None:
            return self._site.problem or NO_MODEL
        until = monotonic() + PATIENCE_S
        if self._is_fresh():
            return None
        if not self._trial.acquire(timeout=PATIENCE_S):  # a trial that never ends keeps one thread, not more
            return SILENT
        try:
            return None if self._is_fresh() else self._try(within_s=until - monotonic())
        finally:
            self._trial.release()

    def _is_fresh(self) -> bool:
        return monotonic() - max(self._metrics.answered_at, self._tried_at) < FRESH_S

    def _try(self, *, within_s: float) -> str | None:
        try:
            with self._site.asking(within_s=within_s) as classifier:
                classifier.predict([Image.new("RGB", TRIAL_SIZE)])
        except Busy:
            return SILENT
        except Exception as error:
            logger.error("The model failed in a trial", exc_info=error)
            return FAILED
        self._tried_at = monotonic()
        return None


def register(server: Flask, site: Site, metrics: Metrics) -> None:
    """Add `/readyz`: 200, or 503 and the reason."""
    readiness = Readiness(site, metrics)

    @server.get("/readyz")
    def readyz() -> tuple[Response, int]:
        problem = readiness.problem()
        return jsonify(status="ok" if problem is None else problem), 200 if problem is None else 503
