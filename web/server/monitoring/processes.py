"""Metrics of several worker processes, shared in files: hooks for gunicorn, which `gunicorn.conf.py` imports.

Each worker writes to files of its own, and whichever of them is asked reads all (prometheus_client's multi-process
mode). A worker has a number, the lowest that is free; the one that replaces it goes on in its files, so that
counters never fall and the files never become more.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from time import time
from typing import Any

import prometheus_client.values
from prometheus_client.multiprocess import mark_process_dead

FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # where prometheus_client looks
MEMORY = Path("/dev/shm")  # nosec B108  # the folder in it is made by mkdtemp
PREFIX = "florascope-metrics-"
# prometheus_client names them so. All of a file is written before it is used: where a full disk leaves no room for a
# part that was not, the process that writes there would die (SIGBUS).
FILES = ("counter_{}.db", "histogram_{}.db", "gauge_livesum_{}.db")
FILE_BYTES = 64 * 1024
# A folder is younger than this when the process that made it may not have locked it yet.
UNLOCKED_S = 60
ALONE = "0"

_number = ALONE


def number() -> str:
    """Number of this worker among those of the server; “0” without gunicorn."""
    return _number


def folder() -> Path | None:
    """Folder that the workers share; None where each process counts for itself."""
    return Path(os.environ[FOLDER]) if FOLDER in os.environ else None


def pre_fork(server: Any, worker: Any) -> None:
    """Give a new worker a number, and make its files; called in gunicorn's main process."""
    worker.number = lowest_free(other.number for other in server.WORKERS.values())
    try:
        worker.metrics_folder = make_folder(os.getpid())
        make_files(worker.metrics_folder, worker.number)
    except OSError as error:
        worker.metrics_folder = None
        server.log.warning(
            "/metrics will not have the figures of all processes: their files cannot be made (%s). Make room, or name "
            "another folder for temporary files: TMPDIR=/path/to/folder",
            error,
        )


def post_fork(server: Any, worker: Any) -> None:
    """Let metrics count in the worker's files; called in the worker, before there are any."""
    global _number
    _number = str(worker.number)
    os.environ.pop(FOLDER, None)
    if worker.metrics_folder is not None:
        os.environ[FOLDER] = str(worker.metrics_folder)
        prometheus_client.values.ValueClass = prometheus_client.values.MultiProcessValue(number)


def child_exit(server: Any, worker: Any) -> None:
    """Forget what was true of a worker only while it lived; called in gunicorn's main process."""
    if worker.metrics_folder is not None:
        with suppress(OSError):  # gunicorn would end
            mark_process_dead(worker.number, str(worker.metrics_folder))


def lowest_free(taken: Iterable[int]) -> int:
    """The lowest whole number from 0 that is not taken."""
    used = set(taken)
    return next(number for number in range(len(used) + 1) if number not in used)


def make_files(folder: Path, number: int) -> None:
    """Make the files of a worker that are not there yet.

    Raises:
        OSError: there is no room.
    """
    for name in FILES:
        path = folder / name.format(number)
        if not path.exists():
            new = path.with_suffix(".new")
            new.write_bytes(bytes(FILE_BYTES))
            new.replace(path)


@lru_cache(maxsize=1)
def make_folder(main_process: int) -> Path:
    """Make the folder that the workers share, in memory if there is a file system for it, and remove it at the end.

    Args:
        main_process: id of the process that calls; its children inherit the end, but not the right to it.

    Raises:
        OSError: there is no place where one can be made.
    """
    place = MEMORY if os.access(MEMORY, os.W_OK) else Path(tempfile.gettempdir())
    remove_abandoned(place)
    made = Path(tempfile.mkdtemp(prefix=PREFIX, dir=place))
    # Held as long as this process or a worker of it lives. systemd-tmpfiles, too, spares what is locked.
    fcntl.flock(os.open(made, os.O_RDONLY), fcntl.LOCK_EX)
    atexit.register(_remove, made, by=main_process)
    return made


def _remove(made: Path, *, by: int) -> None:
    if os.getpid() == by:
        shutil.rmtree(made, ignore_errors=True)


def remove_abandoned(place: Path) -> None:
    """Remove the folders of servers that were killed."""
    for left in place.glob(f"{PREFIX}*"):
        with suppress(OSError):  # not ours, or gone
            if time() - left.stat().st_mtime < UNLOCKED_S:
                continue
            lock = os.open(left, os.O_RDONLY)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(left, ignore_errors=True)
            finally:
                os.close(lock)
