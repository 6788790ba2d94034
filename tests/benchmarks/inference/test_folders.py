import io
from pathlib import Path

import pytest

from benchmarks.inference import folders
from benchmarks.inference.folders import (
    FORMATS,
    FolderSpeed,
    Spent,
    best,
    folder_of,
    measure,
    measure_folder,
    row,
    timed,
)
from benchmarks.report.parts import Options
from classifier.inference.classifier import Classifier
from classifier.photos.reading import open_image
from tests.making.fakes import draw_flower, encode
from tests.making.tiny import plant_checkpoint

SPEED = FolderSpeed(folder=Spent(wall_ms=10, cpu_ms=20), engine=Spent(wall_ms=8, cpu_ms=15), passes=1.5)


def test_the_share_is_the_engines_time_by_that_of_the_folder() -> None:
    assert SPEED.share == pytest.approx(0.8)
    assert SPEED.highest_share == pytest.approx(0.75)
    assert row("quick", "square", SPEED) == ("quick", "square", "1.5", "100", "125", "80%", "75%", "20", "15")


def test_of_rounds_the_least_of_each_time_counts() -> None:
    assert best([Spent(3, 5), Spent(4, 2)]) == Spent(3, 2)


def test_time_is_for_each_photo() -> None:
    spent = timed(lambda: sum(range(2_000_000)), 4)
    assert 0 < spent.cpu_ms < 250
    assert spent.wall_ms > 0


def test_a_folder_is_compared_with_as_many_passes_of_the_engine(tmp_path: Path) -> None:
    classifier = Classifier.load(plant_checkpoint(tmp_path)[0], device="cpu", threads=1)
    with folder_of([encode(draw_flower())], 3) as paths:
        speed = measure_folder(classifier, paths, rounds=1)
    assert not paths[0].exists()
    assert speed.passes == 1  # without verdicts no photo gets a second look
    assert speed.engine.cpu_ms > 0
    assert speed.folder.wall_ms > 0


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_can_be_written_and_read(name: str) -> None:
    kind, options = FORMATS[name]
    buffer = io.BytesIO()
    draw_flower().save(buffer, kind, **options)
    assert open_image(buffer.getvalue()).size == (320, 240)


def test_engines_and_formats_are_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "PHONE_PX", (640, 480))
    path, _ = plant_checkpoint(tmp_path)
    found = measure(Options(path, quick=True, say=lambda _: None))
    of_folder, of_photos = found.tables
    assert [each[:2] for each in of_folder.rows] == [("torch", "square, confident"), ("torch", "wide, unsure")]
    assert all(len(each) == len(table.columns) for table in found.tables for each in table.rows)
    assert [each[0] for each in of_photos.rows] == list(FORMATS)
    assert found.figures.keys() == {"share", "highest_share", "jpeg_ms"}
    assert all(figure > 0 for figure in found.figures.values())
    assert "Not measured: openvino" in " ".join(found.notes)  # there is no model file
