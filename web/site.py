"""Site: the settings, classifier and collection of one app, found again inside a request.

Dash keeps its page registry per process, not per app. Pages therefore ask for the site of the app
that handles the request, and many apps can live in one process (the tests build dozens).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Protocol, cast

from flask import Flask, current_app
from PIL import Image

from classifier.data.collection import Collection
from classifier.data.labels import LabelClass
from classifier.data.statistics import Statistics
from classifier.data.subject import Subject
from classifier.errors import PhotoError
from classifier.inference.stages import observing
from classifier.machine import usable_cores
from classifier.photos.reading import is_large
from web.server.monitoring.requests import note_seconds, waiting
from web.server.visitors.line import FairLine
from web.server.visitors.origin import visitor
from web.settings import Settings

if TYPE_CHECKING:
    from classifier.predictions.values import Prediction

# Large photos that a process looks at at once: each may take 1.2 GB while it is decoded
# (`benchmarks/resilience/hostile_uploads.py --bombs`).
LARGE_AT_ONCE = 1
# However few threads the operator set, or however many cores there are.
LEAST_WAITING = 8
THREADS_FOR_PAGES = 8
NO_MODEL = "There is no model to ask."
_KEY = "florascope"


class NoModel(PhotoError):
    """No photo can be answered here; the message says why."""

    code = "no_model"


class Predictor(Protocol):
    """What the site needs of a classifier; `classifier.Classifier` has it."""

    @property
    def classes(self) -> tuple[LabelClass, ...]: ...
    def predict(
        self, images: Sequence[bytes | Image.Image], *, top_k: int = 5, maps: bool = False
    ) -> tuple[Prediction, ...]: ...


def photos_at_once(settings: Settings) -> int:
    """Photos that a process looks at at once; the others wait in line.

    As many as it has cores, since a pass of the network takes one (see `threads_a_pass`); two at least, so that one is
    decoded while the other is in the network; and, above that, no more than there are threads to ask.
    """
    return max(2, min(usable_cores() // settings.processes, settings.threads))


def threads_a_pass(settings: Settings) -> int:
    """Cores that one pass of the network gets: those of this process, shared out over the photos looked at at once.

    A pass on all cores is sooner done when one visitor is alone, by a few ms; with eight, passes side by side give more
    answers per second, for less of the processor's time, since no core waits for another. docs/performance.md has both.
    """
    return max(1, usable_cores() // settings.processes // photos_at_once(settings))


def places_to_wait(settings: Settings) -> int:
    """Photos that may wait for their turn in a process; each keeps a thread."""
    return max(LEAST_WAITING, settings.threads - photos_at_once(settings))


def server_threads(settings: Settings) -> int:
    """Threads of a process: for the photos that are looked at, for those that wait, and for pages meanwhile."""
    return photos_at_once(settings) + places_to_wait(settings) + THREADS_FOR_PAGES


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
    line: FairLine = field(init=False, compare=False, repr=False)
    _large: FairLine = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        waiting = places_to_wait(self.settings)
        object.__setattr__(self, "line", FairLine(photos_at_once(self.settings), waiting))
        object.__setattr__(self, "_large", FairLine(LARGE_AT_ONCE, max(1, waiting // 4)))

    @property
    def subject(self) -> Subject:
        """What the classes are kinds of."""
        return self.collection.subject

    def attach(self, server: Flask) -> None:
        """Make `current_site()` find this site in requests to `server`."""
        server.extensions[_KEY] = self

    @contextmanager
    def asking(self, photo: bytes = b"", *, within_s: float | None = None) -> Iterator[Predictor]:
        """The classifier, once it is the caller's turn.

        Args:
            photo: the file that is decoded during the turn; of large ones only a few fit in the memory at once.
            within_s: how long to wait at most; by default `settings.busy_after_s`.

        Raises:
            NoModel: there is no classifier.
            Busy: the turn did not come in time, or too many wait already.
        """
        if self.classifier is None:
            raise NoModel(self.problem or NO_MODEL)
        until = monotonic() + (self.settings.busy_after_s if within_s is None else within_s)
        with ExitStack() as turns:
            # Large ones wait for each other first, so that they take no place in the line of the others meanwhile.
            lines = (self._large, self.line) if is_large(photo) else (self.line,)
            with waiting():
                for line in lines:
                    turns.enter_context(line.turn(visitor(), within_s=max(0, until - monotonic())))
            turns.enter_context(observing(note_seconds))
            yield self.classifier


def current_site() -> Site:
    """The site of the app that handles the current request."""
    return cast(Site, current_app.extensions[_KEY])
