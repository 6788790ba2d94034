"""As `fake_app`, with a report of the model beside its checkpoint."""

import os
from pathlib import Path

from tests.web.fakes import FakeClassifier, plant_garden
from tests.web.reports import plant_report
from web import create_app
from web.settings import Settings

garden = plant_garden(Path(os.environ["GARDEN"]))
settings = Settings.from_environ(os.environ)
plant_report(garden, settings.checkpoint)
server = create_app(settings, FakeClassifier(), garden).server
