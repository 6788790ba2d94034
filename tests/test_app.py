"""app.py itself, in a process of its own: importing it builds the site that the environment asks for."""

import os
import subprocess
import sys
from pathlib import Path

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
