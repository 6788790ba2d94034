import io
from pathlib import Path

import pytest

from benchmarks import folders
from benchmarks.folders import FORMATS, FolderSpeed, Spent, best, drawn_folder, main, measure_folder, timed
from classifier.inference.classifier import Classifier
from classifier.photos.reading import open_image
from tests.making.fakes import draw_flower
from tests.making.tiny import plant_checkpoint


def test_the_share_is_the_engines_time_by_that_of_the_folder() -> None:
    speed = FolderSpeed(folder=Spent(wall_ms=10, cpu_ms=20), engine=Spent(wall_ms=8, cpu_ms=15), passes=1.5)
    assert speed.share == pytest.approx(0.8)
    assert speed.highest_share == pytest.approx(0.75)


def test_of_rounds_the_least_of_each_time_counts() -> None:
    assert best([Spent(3, 5), Spent(4, 2)]) == Spent(3, 2)


def test_time_is_for_each_photo() -> None:
    spent = timed(lambda: sum(range(2_000_000)), 4)
    assert 0 < spent.cpu_ms < 250
    assert spent.wall_ms > 0


def test_a_folder_is_compared_with_as_many_passes_of_the_engine(tmp_path: Path) -> None:
    classifier = Classifier.load(plant_checkpoint(tmp_path)[0], device="cpu", threads=1)
    with drawn_folder(3) as paths:
        speed = measure_folder(classifier, paths, rounds=1)
    assert not paths[0].exists()
    assert speed.passes == 1  # without verdicts no photo gets a second look
    assert speed.engine.cpu_ms > 0
    assert 0 < speed.highest_share < 1.5


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_can_be_written_and_read(name: str) -> None:
    kind, options = FORMATS[name]
    buffer = io.BytesIO()
    draw_flower().save(buffer, kind, **options)
    assert open_image(buffer.getvalue()).size == (320, 240)


def test_it_prints_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(folders, "PHONE_PX", (640, 480))
    path, _ = plant_checkpoint(tmp_path)
    assert main(["--checkpoint", str(path), "--engine", "torch", "--photos", "3", "--rounds", "1"]) == 0
    out = capsys.readouterr().out
    assert "Share of the engine's own rate: " in out
    for name in FORMATS:
        assert name in out


def test_without_a_checkpoint_it_says_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["--checkpoint", str(tmp_path / "no.safetensors")]) == 1
    assert capsys.readouterr().err.startswith("error: ")


@pytest.mark.parametrize("option", ["--photos", "--rounds"])
def test_nothing_to_measure_is_wrong_usage(option: str) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([option, "0"])
    assert stopped.value.code == 2
