"""The section that says whether the model knows when it does not know."""

from pathlib import Path

from classifier.data.collection import Collection
from tests.making.reports import plant_report
from tests.web.model.conftest import see


def test_a_report_without_verdicts_names_the_commands(garden: Collection, checkpoint: Path):
    plant_report(garden, checkpoint)
    content = see(garden, checkpoint)
    assert f"python -m classifier calibrate --checkpoint {checkpoint}" in content
    assert f"python -m classifier evaluate --report --checkpoint {checkpoint} --unknown DIR" in content
