"""As `fake_app`, with a report of the model beside its checkpoint."""

import os
from dataclasses import replace
from pathlib import Path

from classifier.reports.report import report_path, write_report
from tests.making.fakes import FakeClassifier, plant_garden
from tests.making.reports import make_garden_report, make_verdict_report
from web import create_app
from web.settings import Settings

garden = plant_garden(Path(os.environ["GARDEN"]))
settings = Settings.from_environ(os.environ)
write_report(report_path(settings.checkpoint), replace(make_garden_report(garden), verdicts=make_verdict_report()))
server = create_app(settings, FakeClassifier(), garden).server
