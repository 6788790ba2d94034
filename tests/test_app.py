"""app.py itself, in a process of its own: importing it builds the site that the environment asks for."""

import errno
import os
import runpy
import subprocess
import sys
import tempfile
from pathlib import Path
from unittest.mock import Mock

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


READY = """
import app
client = app.server.test_client()
print(client.get("/readyz").status_code, client.get("/").status_code, client.get("/dataset").status_code)
"""
FAILING = """
from classifier import Classifier
def fail(self, images, **_): raise RuntimeError("an engine's own words")
Classifier.predict = fail
"""


def start(code: str, tmp_path: Path, **environ: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT), **environ},
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def test_damage_beside_the_checkpoint_leaves_out_what_it_concerns(tmp_path: Path):
    checkpoint, _ = plant_checkpoint(tmp_path)
    checkpoint.with_suffix(".index.safetensors").write_bytes(b"rubbish")
    checkpoint.with_suffix(".report.json").write_text("[" * 100_000)
    checkpoint.with_suffix(".manifest.csv").write_text("image_id\n1\n")
    done = start(READY, tmp_path, CHECKPOINT=str(checkpoint), FLOWERS_ROOT=str(tmp_path))
    assert done.stdout.split() == ["200"] * 3, done.stderr
    assert "Answers are given without similar photos and without a verdict" in done.stderr
    assert "Answers are given without a track record" in done.stderr
    assert "Photos of the data set are left out" in done.stderr
    assert f"FLOWERS_ROOT={tmp_path} is not used" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_fault_that_nobody_foresaw_leaves_the_pages_and_is_logged(tmp_path: Path):
    checkpoint, _ = plant_checkpoint(tmp_path)
    done = start(FAILING + READY, tmp_path, CHECKPOINT=str(checkpoint))
    assert done.stdout.split() == ["503", "200", "200"], done.stderr
    assert f"Photos cannot be classified: reading {checkpoint} or asking it fails" in done.stderr
    assert "an engine's own words" in done.stderr


def test_with_neither_a_model_nor_tables_the_start_ends_with_a_sentence(tmp_path: Path):
    code = "from classifier import locations\nfrom pathlib import Path\nlocations.DATA_DIR = Path('none')\nimport app"
    done = start(code, tmp_path, CHECKPOINT="none.safetensors")
    assert done.returncode == 3
    assert "There is nothing to serve, neither a model nor a data set. The table of classes none" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("host", "bind"), [("127.0.0.1", "127.0.0.1:8051"), ("::1", "[::1]:8051"), ("[::1]", "[::1]:8051")]
)
def test_an_address_of_ipv6_needs_no_brackets(monkeypatch: pytest.MonkeyPatch, host: str, bind: str):
    monkeypatch.setenv("HOST", host)
    monkeypatch.setenv("PORT", "8051")
    assert runpy.run_path(str(ROOT / "gunicorn.conf.py"))["bind"] == bind


@pytest.mark.parametrize("has_memory", [True, False])
def test_without_a_folder_for_temporary_files_memory_does_or_a_sentence_says_so(
    monkeypatch: pytest.MonkeyPatch, has_memory: bool
):
    def none() -> str:
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found in ['/tmp']")

    monkeypatch.setattr(tempfile, "gettempdir", none)
    refusal = OSError(errno.ENOSPC, "No space left on device")
    monkeypatch.setattr(
        tempfile, "TemporaryFile", Mock(spec=tempfile.TemporaryFile, side_effect=None if has_memory else refusal)
    )
    if has_memory:
        assert runpy.run_path(str(ROOT / "gunicorn.conf.py"))["worker_tmp_dir"] == "/dev/shm"
        return
    with pytest.raises(SystemExit, match=r"found in \['/tmp'\]\)\. Name one that can be written: TMPDIR="):
        runpy.run_path(str(ROOT / "gunicorn.conf.py"))
