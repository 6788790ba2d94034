from pathlib import Path

import pytest

from classifier.__main__ import main
from classifier.calibration import calibrate, examples
from classifier.calibration.fit import NEVER
from classifier.checkpoint import load_checkpoint
from classifier.predictions.neighbours import index_path
from tests.making.tiny import plant_checkpoint


@pytest.fixture
def checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(examples, "DRAWN", 9)
    for place in (examples, calibrate):
        monkeypatch.setattr(place, "sample_files", list)
    return plant_checkpoint(tmp_path)[0]


def test_the_calibration_is_written_into_the_checkpoint(checkpoint: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = load_checkpoint(checkpoint)
    assert main(["calibrate", "--checkpoint", str(checkpoint)]) == 0
    out, err = capsys.readouterr()
    after = load_checkpoint(checkpoint)
    calibration = after.metadata.calibration
    assert calibration
    assert calibration.fitted_on
    assert calibration.fitted_on.split == "home-valid"
    assert f"{calibration.temperature:.3f}" in out
    assert index_path(checkpoint).is_file(), "made, since there was none"
    assert {name: values.tobytes() for name, values in after.state.items()} == {
        name: values.tobytes() for name, values in before.state.items()
    }, "the weights stay as they are"
    # A dozen valid photos promise nothing.
    assert calibration.sure_from == NEVER
    assert "are too few to promise much by (100 are needed)" in err
    assert "never" in out


def test_an_index_that_fits_is_kept(checkpoint: Path) -> None:
    assert main(["index", "--checkpoint", str(checkpoint)]) == 0
    made = index_path(checkpoint).stat().st_mtime_ns
    assert main(["calibrate", "--checkpoint", str(checkpoint)]) == 0
    assert index_path(checkpoint).stat().st_mtime_ns == made


def test_photos_that_cannot_be_read_are_named_once(checkpoint: Path, capsys: pytest.CaptureFixture[str]) -> None:
    garden = checkpoint.parent / "photos" / "photos"
    (garden / "102.jpg").unlink()  # valid
    (garden / "200.jpg").write_text("no photo")  # train
    assert main(["calibrate", "--checkpoint", str(checkpoint)]) == 0
    err = capsys.readouterr().err
    assert err.count(f"left out: {garden / '102.jpg'}: It cannot be read: No such file or directory.") == 1
    assert err.count(f"left out: {garden / '200.jpg'}: This file is not a picture, it is a text.") == 1
    calibration = load_checkpoint(checkpoint).metadata.calibration
    assert calibration
    assert calibration.fitted_on
    assert calibration.fitted_on.photos == 11  # of 12
