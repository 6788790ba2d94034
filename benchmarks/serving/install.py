"""Installing the light set into an empty folder, as `make serve` does: seconds, and what it takes on the disk."""

import os
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.report.parts import Options
from benchmarks.report.records import Result, Table
from benchmarks.report.targets import number
from benchmarks.serving.resources import disk_mb
from benchmarks.serving.servers import ROOT


def measure(options: Options) -> Result:
    """Install once; packages come from pip's cache or from the network, as they would for a user."""
    with tempfile.TemporaryDirectory(dir=ROOT, prefix=".venv-install-") as folder:
        environment = Path(folder) / "venv"
        seconds = install(environment)
        taken = disk_mb(environment)
    table = Table("", ("", "seconds", "on disk, MB"), (("light set", number(seconds), number(taken)),))
    return Result((table,), {"install_s": seconds})


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
