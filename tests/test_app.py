"""app.py itself, in a process of its own: importing it builds the site that the environment asks for."""

import errno
import os
import runpy
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.making.tiny import plant_checkpoint

ROOT = Path(__file__).parents[1]
CODE = """
import app
site, client = app.server.extensions["florascope"], app.server.test_client()
print(len(site.collection.classes), client.get("/").status_code, client.get("/dataset").status_code)
"""


def test_the_site_finds_its_data_whatever_the_current_folder_is(tmp_path: Path):
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "CHECKPOINT": "none.safetensors", "FLOWERS_ROOT": ""}
    done = subprocess.run(
        [sys.executable, "-c", CODE], cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["102", "200", "200"]
    assert "There is no checkpoint at none.safetensors" in done.stderr


@pytest.mark.parametrize(
    ("engine", "code", "message"),
    [
        ("abacus", 1, "ENGINE"),
        ("onnxruntime", 3, "ENGINE=onnxruntime cannot be used. There is no model file"),
    ],
)
def test_an_engine_that_cannot_be_used_ends_the_start_with_a_sentence(
    tmp_path: Path, engine: str, code: int, message: str
):
    checkpoint, _ = plant_checkpoint(tmp_path)
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "CHECKPOINT": str(checkpoint), "ENGINE": engine}
    done = subprocess.run(
        [sys.executable, "-c", "import app"], cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == code
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_gunicorn_does_not_start_an_engine_that_cannot_be_used_again_and_again(tmp_path: Path):
    checkpoint, _ = plant_checkpoint(tmp_path)
    environ = {**os.environ, "CHECKPOINT": str(checkpoint), "ENGINE": "onnxruntime"}
    done = subprocess.run(
        [sys.executable, "-m", "gunicorn", "--no-control-socket", "--bind", "127.0.0.1:0", "app:server"],
        cwd=ROOT, env=environ, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode != 0
    assert done.stderr.count("ENGINE=onnxruntime cannot be used.") == 1


def test_the_start_up_line_says_which_engine_and_why(tmp_path: Path):
    checkpoint, _ = plant_checkpoint(tmp_path)
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "CHECKPOINT": str(checkpoint), "ENGINE": "auto"}
    done = subprocess.run(
        [sys.executable, "-c", "import app"], cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert "Photos are classified by the engine torch: the others cannot be used." in done.stderr
    assert "python -m classifier export --checkpoint" in done.stderr


@pytest.mark.parametrize("has_memory", [True, False])
def test_without_a_folder_for_temporary_files_memory_does_or_a_sentence_says_so(
    monkeypatch: pytest.MonkeyPatch, has_memory: bool
):
    def none() -> str:
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found in ['/tmp']")

    monkeypatch.setattr(tempfile, "gettempdir", none)
    monkeypatch.setattr(os, "access", lambda path, mode: has_memory)
    if has_memory:
        assert runpy.run_path(str(ROOT / "gunicorn.conf.py"))["worker_tmp_dir"] == "/dev/shm"
        return
    with pytest.raises(SystemExit, match=r"found in \['/tmp'\]\)\. Name one that can be written: TMPDIR="):
        runpy.run_path(str(ROOT / "gunicorn.conf.py"))
