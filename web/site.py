"""Site: the settings, classifier and collection of one app, found again inside a request.

Dash keeps its page registry per process, not per app. Pages therefore ask for the site of the app
that handles the request, and many apps can live in one process (the tests build dozens).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Protocol, cast

from flask import Flask, current_app
from PIL import Image

from classifier.data.collection import Collection
from classifier.data.labels import LabelClass
from classifier.data.statistics import Statistics
from classifier.data.subject import Subject
from classifier.errors import PhotoError
from web.settings import Settings

if TYPE_CHECKING:
    from classifier.predictions.values import Prediction

# Photos looked at at once; the others wait in line. More would only make each slower: the model uses every core.
AT_ONCE = 2
_KEY = "florascope"


def threads_a_pass() -> int:
    """Cores that one pass of the network gets, so that as many run side by side as photos are looked at.

    A pass on all cores is sooner done when one visitor is alone, by a few ms; with eight, passes side by side give more
    answers per second, for less of the processor's time, since no core waits for another. docs/performance.md has both.
    """
    return max(1, (os.cpu_count() or 1) // AT_ONCE)


class NoModel(PhotoError):
    """No photo can be answered here; the message says why."""

    code = "no_model"


class Busy(TimeoutError):
    """Others kept the classifier busy for too long."""


class Predictor(Protocol):
    """What the site needs of a classifier; `classifier.Classifier` has it."""

    @property
    def classes(self) -> tuple[LabelClass, ...]: ...
    def predict(
        self, images: Sequence[bytes | Image.Image], *, top_k: int = 5, maps: bool = False
    ) -> tuple[Prediction, ...]: ...


@dataclass(frozen=True)
class Site:
    """Everything that one app serves.

    problem: why there is no classifier, in a sentence for the visitor; None when there is one.
    """

    settings: Settings
    collection: Collection
    statistics: Statistics
    classifier: Predictor | None
    problem: str | None
    # One for all who ask: the visitors of the page and the programs at the API.
    _line: BoundedSemaphore = field(
        default_factory=lambda: BoundedSemaphore(AT_ONCE), init=False, compare=False, repr=False
    )

    @property
    def subject(self) -> Subject:
        """What the classes are kinds of."""
        return self.collection.subject

    def attach(self, server: Flask) -> None:
        """Make `current_site()` find this site in requests to `server`."""
        server.extensions[_KEY] = self

    @contextmanager
    def asking(self) -> Iterator[Predictor]:
        """The classifier, once it is the caller's turn.

        Raises:
            NoModel: there is no classifier.
            Busy: the turn did not come within `settings.busy_after_s`.
        """
        if self.classifier is None:
            raise NoModel(self.problem or "There is no model to ask.")
        if not self._line.acquire(timeout=self.settings.busy_after_s):
            raise Busy
        try:
            yield self.classifier
        finally:
            self._line.release()


def current_site() -> Site:
    """The site of the app that handles the current request."""
    return cast(Site, current_app.extensions[_KEY])
