"""The light set: requirements-serve.txt alone answers as PyTorch does. `make test-serve` runs this without PyTorch."""

import io
import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from PIL import Image

from classifier.__main__ import main as command_line
from classifier.errors import NOT_LIGHT
from classifier.inference.classifier import Classifier
from classifier.inference.engines.choosing import AUTO
from classifier.locations import DEFAULT_CHECKPOINT, default_checkpoint
from tests.making.pictures import drawn_flowers

pytest.importorskip("openvino")
ROOT = Path(__file__).parents[2]
RECORDED = json.loads((ROOT / "tests/classifier/inference/recorded.json").read_text(encoding="utf-8"))
BARE = find_spec("torch") is None


def write(picture: Image.Image, folder: Path) -> Path:
    path = folder / "flower.png"
    picture.save(path)
    return path


@pytest.mark.parametrize("engine", ["openvino", AUTO])
def test_answers_are_those_that_were_recorded_with_pytorch(engine: str) -> None:
    classifier = Classifier.load(DEFAULT_CHECKPOINT, engine=engine, device="cpu")
    assert classifier.warnings == ()
    near = 1e-3 if engine == "openvino" else 0.1
    for prediction, recorded in zip(classifier.predict(list(drawn_flowers())), RECORDED, strict=True):
        assert (prediction.verdict, prediction.reason) == (recorded["verdict"], recorded["reason"])
        assert prediction.best.class_id == recorded["candidates"][0][0]
        assert prediction.best.probability == pytest.approx(recorded["candidates"][0][1], abs=near)


def test_the_site_and_the_api_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    from app import open_site
    from web.settings import Settings

    client = open_site(Settings()).test_client()
    for page in ("/", "/dataset", "/model", "/flower/1"):
        assert client.get(page).status_code == 200
    file = io.BytesIO()
    next(iter(drawn_flowers())).save(file, "PNG")
    answer = client.post("/api/v1/classify", data=file.getvalue(), content_type="image/png")
    assert answer.status_code == 200
    assert answer.json["verdict"] == RECORDED[0]["verdict"]
    assert answer.json["neighbours"]["overall"]


def test_predict_answers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    photo = write(next(iter(drawn_flowers())), tmp_path)
    assert command_line(["predict", str(photo), "--json", "--checkpoint", str(default_checkpoint())]) == 0
    assert json.loads(capsys.readouterr().out)["predictions"][0]["class_id"] == RECORDED[0]["candidates"][0][0]


@pytest.mark.skipif(not BARE, reason="PyTorch is installed; `make test-serve` runs this without it")
@pytest.mark.parametrize("command", ["train --data .", "evaluate", "calibrate", "index", "export", "lr-find --data ."])
def test_commands_that_train_or_measure_say_what_they_need(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert command_line(command.split()) == 1
    said = capsys.readouterr().err
    assert "pip install -r requirements.txt" in said
    assert "Traceback" not in said


@pytest.mark.skipif(not BARE, reason="PyTorch is installed; `make test-serve` runs this without it")
def test_the_site_says_what_pytorch_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    from app import open_site
    from web.settings import Settings

    with pytest.raises(SystemExit, match=r"^ENGINE=torch cannot be used\. .* pip install -r requirements\.txt$"):
        open_site(Settings(engine="torch"))


def test_nothing_heavy_is_loaded() -> None:
    code = f"import app, sys; print(sorted({NOT_LIGHT!r} & set(sys.modules)))"
    environ = {**os.environ, "ENGINE": "openvino"}  # auto loads PyTorch on Macs, and where there is a graphics card
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environ, capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout.strip() == "[]"
