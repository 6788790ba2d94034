"""What counting for /metrics costs an answer of the API: processor time with and without it, in turn, in one process.

    python -m benchmarks.counting [--rounds 2000]

Both sides answer the same photo by the same classifier, one that gives a ready answer, so that what they differ by is
not lost in the noise of a network. It is then set against an answer of the real model. The numbers are those of the
files that gunicorn's workers share.
"""

from __future__ import annotations

import argparse
import io
import os
import statistics
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from time import process_time
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from flask import Flask
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from classifier import Classifier, Prediction
from classifier.data.oxford import flowers102
from classifier.inference.stages import DECODING, NETWORK, stage
from classifier.locations import DATA_DIR, DEFAULT_CHECKPOINT
from web import create_app
from web.server.monitoring import processes
from web.settings import Settings
from web.site import Predictor

ROUNDS, REAL_ROUNDS = 2000, 100
PHOTO_PX = (1024, 768)  # what the site's pages make of a photo before they send it


class Ready:
    """Classifier whose answer is there already; it goes through the stages as the real one does."""

    def __init__(self, model: Classifier, photo: bytes) -> None:
        self.classes, self._answer = model.classes, model.predict([photo])

    def predict(self, images: Sequence[bytes | Image.Image], **_: Any) -> tuple[Prediction, ...]:
        """The answer, whatever the photo."""
        with stage(DECODING), stage(DECODING), stage(NETWORK):
            return self._answer


def make_server(classifier: Predictor, *, counting: bool) -> Flask:
    """The site with or without what counts."""
    collection = flowers102(data_dir=DATA_DIR, flowers_root=None)
    if counting:
        return create_app(Settings(), classifier, collection).server
    with patch("web.server.monitoring.requests.register"):
        return create_app(Settings(), classifier, collection).server


def asker(server: Flask, photo: bytes) -> Callable[[], float]:
    """A function that asks once, and gives the processor time in seconds that the answer took."""
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/api/v1/classify",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8050",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_LENGTH": str(len(photo)),
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
    }
    statuses: list[str] = []

    def ask() -> float:
        given = {**environ, "wsgi.input": io.BytesIO(photo)}
        began = process_time()
        answer = server(given, lambda status, *_: statuses.append(status))
        b"".join(answer)
        took = process_time() - began
        if not statuses.pop().startswith("200"):
            raise SystemExit("The photo got no answer.")
        return took

    return ask


def main(args: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"answers of each side (default {ROUNDS})")
    rounds = parser.parse_args(args).rounds
    worker = SimpleNamespace(number=0, metrics_folder=processes.make_folder(os.getpid()))
    processes.make_files(worker.metrics_folder, worker.number)
    processes.post_fork(None, worker)
    buffer = io.BytesIO()
    Image.effect_noise(PHOTO_PX, 40).convert("RGB").save(buffer, "JPEG", quality=90)
    photo = buffer.getvalue()
    model = Classifier.load(DEFAULT_CHECKPOINT, engine="auto", threads=1)
    ready = Ready(model, photo)
    with_it, without = (asker(make_server(ready, counting=counting), photo) for counting in (True, False))
    for _ in range(50):  # first answers prepare for the next
        with_it()
        without()
    pairs = [(with_it(), without()) for _ in range(rounds)]
    cost_s = statistics.median(first for first, _ in pairs) - statistics.median(second for _, second in pairs)
    ask = asker(make_server(model, counting=True), photo)
    answer_s = statistics.median([ask() for _ in range(REAL_ROUNDS)])
    print(
        f"Counting costs {cost_s * 1e6:.0f} µs of processor time (median of {rounds}), an answer takes "
        f"{answer_s * 1e3:.1f} ms (median of {REAL_ROUNDS}): {cost_s / answer_s:.2%}"
    )


if __name__ == "__main__":
    main()
