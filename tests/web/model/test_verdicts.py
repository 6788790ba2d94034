"""The section that says whether the model knows when it does not know."""

from dataclasses import replace
from pathlib import Path

from classifier.data.collection import Collection
from classifier.reports.report import report_path, write_report
from tests.making.reports import make_garden_report, make_verdict_report, make_wild_report, plant_report
from tests.web.model.conftest import see


def test_a_report_without_verdicts_names_the_commands(garden: Collection, checkpoint: Path):
    plant_report(garden, checkpoint)
    content = see(garden, checkpoint)
    assert f"python -m classifier calibrate --checkpoint {checkpoint}" in content
    assert f"python -m classifier evaluate --report --checkpoint {checkpoint} --unknown DIR" in content


def test_the_targets_of_the_lists_are_judged(garden: Collection, checkpoint: Path):
    """Lists of six flowers each reach the coverage, and miss the target."""
    measured = make_verdict_report()
    known = replace(measured.known, right={**measured.known.right, "confident": 160})
    padded = replace(measured, known=known, covered=190, set_sizes=(10, 0, 0, 0, 0, 0, 190))
    write_report(report_path(checkpoint), replace(make_garden_report(garden), verdicts=padded))
    content = see(garden, checkpoint)
    assert "Measured: 95.0 times out of 100" in content
    assert "with 6.00 on a list (with others, 6.00 to 6.00). That is missed." in content


def test_photos_from_elsewhere_are_spoken_of_with_and_without_verdicts(garden: Collection, checkpoint: Path):
    for verdicts in (None, make_verdict_report()):
        report = replace(make_garden_report(garden), verdicts=verdicts, wild=make_wild_report())
        write_report(report_path(checkpoint), report)
        content = see(garden, checkpoint)
        assert "On photos from elsewhere" in content
        assert "60 photos of 2 flowers from 12 sources elsewhere" in content
        assert ("Wanted on photos from elsewhere" in content) == (verdicts is not None)
