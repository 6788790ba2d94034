"""deploy/systemd: what systemd says of the units, and whether they name settings of the site."""

import os
import re
import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.deploy.settings import OF_PYTHON, VARIABLES

FOLDER = Path(__file__).parents[2] / "deploy" / "systemd"
SERVICE = (FOLDER / "florascope@.service").read_text("utf-8")
UNITS = ("florascope@.service", "florascope-nginx.service", "florascope.target")
needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="NO SYSTEMD: systemd-analyze is missing"
)


def install(folder: Path) -> Path:
    """The units as if the repository were installed in a folder; returns that of the units."""
    for program in (".venv-serve/bin/python", "deploy/systemd/wait-until-ready", "nginx"):
        path = folder / program
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("#!/bin/sh\n")
        path.chmod(0o755)
    units = folder / "units"
    units.mkdir()
    for unit in UNITS:
        text = (FOLDER / unit).read_text("utf-8").replace("/usr/sbin/nginx", str(folder / "nginx"))
        (units / unit).write_text(text.replace("/opt/florascope", str(folder)))
    return units


@needs_systemd
def test_systemd_understands_every_line(tmp_path: Path):
    units = install(tmp_path)
    words = ["systemd-analyze", "verify", "--man=no", *(units / unit for unit in UNITS)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60)
    ours = [line for line in done.stderr.splitlines() if "florascope" in line]
    assert not ours
    assert done.returncode == 0 or not ours, done.stderr


def test_settings_in_the_unit_are_settings_of_the_site():
    names = re.findall(r"([A-Z_]+)=", " ".join(re.findall(r"^Environment=(.*)$", SERVICE, re.MULTILINE)))
    assert set(names) <= VARIABLES | OF_PYTHON


class Ready(BaseHTTPRequestHandler):
    """Answers 503 twice, then 200."""

    asked = 0

    def do_GET(self) -> None:
        Ready.asked += 1
        self.send_response(200 if self.path == "/readyz" and Ready.asked > 2 else 503)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


def wait(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run wait-until-ready as installed in a folder, with the Python of these tests."""
    program = folder / "deploy" / "systemd" / "wait-until-ready"
    program.parent.mkdir(parents=True)
    shutil.copy(FOLDER / "wait-until-ready", program)
    python = folder / ".venv-serve" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(os.path.realpath(shutil.which("python3") or "python3"))
    return subprocess.run([program, *arguments], capture_output=True, text=True, timeout=60)


def test_starting_waits_until_the_replica_is_ready(tmp_path: Path):
    server = HTTPServer(("127.0.0.1", 0), Ready)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    assert wait(tmp_path, str(server.server_port), "20").returncode == 0
    server.shutdown()
    assert Ready.asked == 3


def test_starting_fails_with_a_sentence_if_it_never_is(tmp_path: Path):
    done = wait(tmp_path, "1", "2")
    assert done.returncode == 1
    assert "The replica on port 1 is not ready" in done.stderr
