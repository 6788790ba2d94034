"""As `fake_app`, with a report of the model beside its checkpoint."""

import os
from dataclasses import replace
from pathlib import Path

from classifier.reports.report import report_path, write_report
from tests.classifier.reports.test_verdict_report import make_trust
from tests.making.fakes import FakeClassifier, plant_garden
from tests.making.reports import make_garden_report
from web import create_app
from web.settings import Settings

garden = plant_garden(Path(os.environ["GARDEN"]))
settings = Settings.from_environ(os.environ)
write_report(report_path(settings.checkpoint), replace(make_garden_report(garden), trust=make_trust()))
server = create_app(settings, FakeClassifier(), garden).server
