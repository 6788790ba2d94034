"""The site with a fake classifier and drawn photos, for gunicorn: everything of the browser, no network to load."""

import os
from pathlib import Path

from tests.making.fakes import FakeClassifier, plant_garden
from web import create_app
from web.settings import Settings

garden = plant_garden(Path(os.environ["GARDEN"]))
# CALIBRATED: answer as a calibrated checkpoint with an index would.
classifier = FakeClassifier(seconds=0.2, calibrated={} if os.environ.get("CALIBRATED") else None)
server = create_app(Settings.from_environ(os.environ), classifier, garden).server
