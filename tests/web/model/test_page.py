"""The page Model: with a report, without one, with one that is damaged."""

from dataclasses import replace
from pathlib import Path

import pytest

from classifier.checkpoint import TrainingInfo
from classifier.data.collection import Collection
from classifier.reports.report import report_path, write_report
from tests.making.reports import make_garden_report, plant_report
from tests.web.conftest import visit
from tests.web.model.conftest import open_site, see


def test_the_page_shows_what_the_report_says(garden: Collection, checkpoint: Path):
    report = plant_report(garden, checkpoint)
    content, title = visit(open_site(garden, checkpoint), "/model")
    assert title == "Model · Florascope"
    assert f"{100 * report.summary['top1']:.1f}\u00a0%" in content
    assert "28 photos of garden" in content
    assert "1 March 2026" in content
    assert f"/photos/{report.wrong[0].image_id}.webp" in content
    for word in ("In words", "Training", "How sure, how right", "What it confuses", "Class by class"):
        assert word in content


def test_it_works_without_the_photos(bare_garden: Collection, checkpoint: Path):
    plant_report(bare_garden, checkpoint)
    content = see(bare_garden, checkpoint)
    assert "/photos/" not in content
    assert "picture--tile" in content
    assert "python -m classifier download" in content


def test_it_works_with_photos_that_the_collection_does_not_know(garden: Collection, checkpoint: Path):
    plant_report(garden, checkpoint)
    content = see(replace(garden, photos=(), root=None), checkpoint)
    assert "picture--none" in content


@pytest.mark.parametrize(("content", "words"), [(None, "There is no report at"), ("{}", "This is not a report")])
def test_without_a_report_the_command_that_writes_it_is_named(
    garden: Collection, checkpoint: Path, content: str | None, words: str
):
    if content is not None:
        report_path(checkpoint).write_text(content)
    page = see(garden, checkpoint)
    assert words in page
    assert f"python -m classifier evaluate --report --checkpoint {checkpoint}" in page


def test_a_model_without_mistakes_and_history_has_a_page(garden: Collection, checkpoint: Path):
    report = make_garden_report(garden)
    right = tuple(answer for answer in report.answers if answer.is_right)
    write_report(report_path(checkpoint), replace(report, answers=right, training=TrainingInfo()))
    content = see(garden, checkpoint)
    assert "every answer was right" in content
    assert "does not say how it was trained" in content
