"""Finding the report of the served checkpoint."""

from pathlib import Path

from classifier.data.collection import Collection
from tests.making.reports import plant_report
from tests.web.conftest import visit
from tests.web.model.conftest import open_site, see


def test_a_report_of_another_checkpoint_is_marked(garden: Collection, checkpoint: Path):
    plant_report(garden, checkpoint)
    assert "another version of the checkpoint" not in see(garden, checkpoint)
    checkpoint.write_bytes(b"weights")
    assert "another version of the checkpoint" in see(garden, checkpoint)


def test_a_new_report_is_read_at_once(garden: Collection, checkpoint: Path):
    app = open_site(garden, checkpoint)
    assert "There is no report" in visit(app, "/model")[0]
    plant_report(garden, checkpoint)
    assert "28 photos of garden" in visit(app, "/model")[0]
