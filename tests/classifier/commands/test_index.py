from pathlib import Path

import pytest

from classifier.__main__ import main
from classifier.predictions.neighbours import index_path
from tests.making.tiny import plant_checkpoint


def test_the_index_is_written_next_to_the_checkpoint(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, garden = plant_checkpoint(tmp_path)
    photos = [photo for photo in garden.photos if photo.splits["home"] == "train"]
    broken = garden.path(photos[0])
    assert broken
    broken.write_text("not a picture")
    assert main(["index", "--checkpoint", str(path)]) == 0
    out, err = capsys.readouterr()
    assert f"{index_path(path)} holds {len(photos) - 1} photos" in out
    assert index_path(path).is_file()
    assert f"left out: {broken}" in err


def test_photos_that_are_not_there_leave_no_index(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, _ = plant_checkpoint(tmp_path)
    before = sorted(tmp_path.iterdir())
    assert main(["index", "--checkpoint", str(path), "--data", str(tmp_path / "nowhere")]) == 1
    assert "nowhere" in capsys.readouterr().err
    assert sorted(tmp_path.iterdir()) == before
