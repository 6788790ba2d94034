"""What one app serves: its settings, classifier and collection, found again inside a request.

Dash keeps its page registry per process, not per app. Pages therefore ask for the site of the app
that handles the request, and many apps can live in one process (the tests build dozens).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, cast

from flask import Flask, current_app
from PIL import Image

from classifier.collection import Collection
from classifier.labels import LabelClass
from web.settings import Settings
from web.statistics import Statistics

if TYPE_CHECKING:
    from classifier.prediction import Prediction

_KEY = "florascope"


class Predictor(Protocol):
    """What the site needs of a classifier; `classifier.Classifier` is one."""

    @property
    def classes(self) -> tuple[LabelClass, ...]: ...
    @property
    def metadata(self) -> Mapping[str, Any]: ...
    def predict(
        self, images: Sequence[bytes | Image.Image], *, top_k: int = 5, maps: bool = False
    ) -> tuple[Prediction, ...]: ...


@dataclass(frozen=True)
class Site:
    """`problem` says why there is no classifier, in a sentence for the visitor; None when there is one."""

    settings: Settings
    collection: Collection
    statistics: Statistics
    classifier: Predictor | None
    problem: str | None

    def attach(self, server: Flask) -> None:
        """Make `current_site()` find this site in requests to `server`."""
        server.extensions[_KEY] = self


def current_site() -> Site:
    """The site of the app that handles the current request."""
    return cast(Site, current_app.extensions[_KEY])
