"""As `fake_app` with a report, and with names as long as a file's may be, without a place to break."""

import os
from dataclasses import replace
from pathlib import Path

from classifier.reports.report import report_path, write_report
from tests.making.fakes import CLASSES, FakeClassifier, plant_garden
from tests.making.reports import make_garden_report, make_verdict_report
from web import create_app
from web.settings import Settings

LONG = "Wildrosenhagebuttenstrauchgewaechs" * 6
classes = tuple(
    replace(label, name=f"{LONG[:186]}{label.class_id % 10}", scientific_name=LONG, family=LONG) for label in CLASSES
)
garden = replace(plant_garden(Path(os.environ["GARDEN"])), classes=classes)
settings = Settings.from_environ(os.environ)
write_report(report_path(settings.checkpoint), replace(make_garden_report(garden), verdicts=make_verdict_report()))
calibrated = {"verdict": os.environ["VERDICT"]} if os.environ.get("VERDICT") else {}
server = create_app(settings, FakeClassifier(classes, calibrated=calibrated), garden).server
