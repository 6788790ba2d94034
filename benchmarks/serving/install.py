"""Installing the light set into an empty folder, as `make serve` does, and the first start: seconds, and the disk."""

import os
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.photos import draw_photo
from benchmarks.report.parts import Options
from benchmarks.report.records import Result, Table
from benchmarks.report.targets import number
from benchmarks.serving.resources import disk_mb, first_answer_s
from benchmarks.serving.servers import ROOT, running, site

PHOTO_PX = (500, 500)


def measure(options: Options) -> Result:
    """Install and start once; packages come from pip's cache or from the network, as they would for a user."""
    with tempfile.TemporaryDirectory(dir=ROOT, prefix=".venv-install-") as folder:
        environment = Path(folder) / "venv"
        seconds = install(environment)
        taken = disk_mb(environment)
        with running(site("the site", environment, options.checkpoint), wait=False) as found:
            answer_s = first_answer_s(found, draw_photo(PHOTO_PX))
        cells = map(number, (seconds, taken, answer_s, disk_mb(environment)))
    columns = ("", "installed in, s", "on disk, MB", "first start: first answer after, s", "then on disk, MB")
    return Result((Table("", columns, (("light set", *cells),)),), {"install_s": seconds})


def install(environment: Path) -> float:
    """Seconds that it takes to make a virtual environment with the light set.

    Raises:
        OSError: it cannot be installed; pip's words are in the message.
    """
    environ = {**os.environ, "VENV": str(environment), "LEAN": "1"}
    command = [str(ROOT / "scripts" / "install.sh"), "requirements-serve.txt"]
    started = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True)
    if done.returncode:
        raise OSError(f"The light set could not be installed: {done.stderr.strip()[-1000:]}")
    return time.perf_counter() - started
