"""Ray's workers and a stand-in for S3: a worker is killed, then the command, and the same command again."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from benchmarks.resilience.lost_workers import measure, rows_of
from classifier.inference.cluster.worker import to_csv
from tests.making.runs import plant_photos, save_untrained


def test_nothing_is_lost_and_nothing_is_there_twice(tmp_path: Path):
    for package in ("ray", "pyarrow", "s3fs", "moto"):
        if find_spec(package) is None:
            pytest.skip(f"needs {package}: make test-cluster")
    photos = tmp_path / "photos 花"
    plant_photos(photos, each=100)
    (photos / "fake.jpg").write_text("not a photo")
    checkpoint = save_untrained(tmp_path / "tiny.safetensors")
    found = measure(photos, tmp_path, part_size=3, checkpoint=checkpoint, engine="torch")
    assert (found.photos, found.parts) == (301, 101)
    assert found.parts_at_kill <= found.parts_at_stop < 101
    assert (found.lost, found.twice, found.unequal) == (0, 0, 0)


def test_rows_are_read_as_they_were_written():
    rows = [["花.jpg", 'a "fake"'], ["b,c.jpg", ""]]
    assert rows_of(to_csv(["photo", "message"], rows)) == [tuple(row) for row in rows]
