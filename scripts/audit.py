"""Known vulnerabilities of the pinned packages, by pip-audit: `make check` runs it.

Without a network there is nothing to ask: that is printed, and is no failure.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# Advisory → why it is no danger here. Remove a line when a version that mends it is pinned.
ACCEPTED: dict[str, str] = {}
OFFLINE = ("ConnectionError", "ConnectTimeout", "ReadTimeout", "SSLError", "ProxyError", "HTTPError", "MaxRetryError")
OFFLINE_WORDS = (*OFFLINE, "Could not connect", "Connection refused", "Name or service not known", "timed out")


def vulnerabilities(report: Path) -> list[str]:
    """A line for each known vulnerability in pip-audit's JSON, but for those that are accepted."""
    packages = json.loads(report.read_text("utf-8"))["dependencies"]
    return [
        f"{package['name']} {package['version']}: {found['id']}, mended in "
        f"{', '.join(found['fix_versions']) or 'no version yet'}"
        for package in packages
        for found in package.get("vulns", ())
        if not ACCEPTED.keys() & {found["id"], *found.get("aliases", ())}
    ]


def audit(requirements: Path, *, command: Sequence[str] = (sys.executable, "-m", "pip_audit")) -> tuple[int, str]:
    """Ask for the vulnerabilities of a file of pinned packages.

    Args:
        requirements: the file.
        command: that runs pip-audit.

    Returns:
        The exit code, and what to print.
    """
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        words = [
            *command,
            "--requirement",
            str(requirements),
            "--no-deps",
            "--disable-pip",
            "--progress-spinner",
            "off",
        ]
        words += ["--timeout", "10", "--format", "json", "--output", str(report)]
        done = subprocess.run(words, capture_output=True, text=True)
        if report.is_file() and report.stat().st_size:
            found = vulnerabilities(report)
            if found:
                return 1, "Packages with known vulnerabilities:\n" + "\n".join(f"  {line}" for line in found)
            return 0, f"No known vulnerabilities in the packages of {requirements.name}."
    if any(word in done.stderr for word in OFFLINE_WORDS):
        reason = done.stderr.strip().splitlines()[-1][:200]
        return 0, f"NOT AUDITED: the list of vulnerabilities cannot be reached ({reason})."
    return done.returncode or 1, f"pip-audit failed:\n{done.stderr.strip()[-2000:]}"


if __name__ == "__main__":
    code, message = audit(ROOT / "constraints.txt")
    print(message, file=sys.stderr if code else sys.stdout)
    sys.exit(code)
