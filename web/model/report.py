"""Report of the served checkpoint: found beside it, read once, and read again when it changes."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from classifier.errors import ReportError
from classifier.files import file_digest
from classifier.locations import from_root
from classifier.reports.report import Report, read_report, report_path
from web.site import Site


@dataclass(frozen=True)
class Finding:
    """The report, or a sentence that says why there is none; `stale` when it was written for another checkpoint."""

    report: Report | None
    problem: str | None = None
    stale: bool = False


def command_for(checkpoint: Path) -> str:
    """What writes the report of a checkpoint."""
    return f"python -m classifier evaluate --report --checkpoint {shlex.quote(str(from_root(checkpoint)))}"


def calibration_command_for(checkpoint: Path) -> str:
    """What fits the verdicts of a checkpoint."""
    return f"python -m classifier calibrate --checkpoint {shlex.quote(str(from_root(checkpoint)))}"


def find_report(site: Site) -> Finding:
    """What is known of the checkpoint that the site serves."""
    checkpoint = site.settings.checkpoint
    path = report_path(checkpoint)
    try:
        report = _read(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        return Finding(None, f"There is no report at {from_root(path)} yet.")
    except (OSError, ReportError) as error:
        return Finding(None, str(error))
    try:
        stat = checkpoint.stat()
        stale = _digest(checkpoint, stat.st_mtime_ns, stat.st_size) != report.checkpoint.get("fingerprint")
    except OSError:  # the checkpoint is not here; what was found out about it is
        stale = False
    return Finding(report, stale=stale)


@lru_cache(maxsize=8)
def _read(path: Path, changed_ns: int) -> Report:
    return read_report(path)


@lru_cache(maxsize=8)
def _digest(path: Path, changed_ns: int, size: int) -> str:
    return file_digest(path)
