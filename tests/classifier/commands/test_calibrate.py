import json
from pathlib import Path
from typing import Any

import pytest

from classifier.__main__ import main
from classifier.calibration import calibrate, examples
from classifier.calibration.fit import NEVER
from classifier.checkpoint import load_checkpoint
from classifier.cli.model_file import write_model_file
from classifier.commands import calibrate as command
from classifier.inference.classifier import Classifier
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


def test_the_model_file_is_renewed_and_an_older_one_takes_no_calibration_away(
    checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    pytest.importorskip("onnxscript")
    path = checkpoint.with_suffix(".onnx")

    def described() -> dict[str, Any]:
        session = onnxruntime.InferenceSession(path.read_bytes())
        return json.loads(session.get_modelmeta().custom_metadata_map["florascope"])

    write_model_file(checkpoint, option="--checkpoint")
    assert main(["calibrate", "--checkpoint", str(checkpoint)]) == 0  # which leaves the file here, see conftest
    calibration = load_checkpoint(checkpoint).metadata.calibration
    assert calibration
    assert described()["calibration"] is None
    assert Classifier.load(checkpoint, engine="onnxruntime").postprocessor.calibration == calibration
    monkeypatch.setattr(command, "write_model_file", write_model_file)
    assert main(["calibrate", "--checkpoint", str(checkpoint)]) == 0
    calibration = load_checkpoint(checkpoint).metadata.calibration
    assert calibration
    assert described()["calibration"] == json.loads(json.dumps(calibration.to_dict()))
    assert f"logits / {calibration.temperature:g}" in described()["outputs"]["logits"]
