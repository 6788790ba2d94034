"""The machine: cores that may be used, memory that is used, and how glibc keeps what was freed of it."""

import ctypes
import os
import sys
from pathlib import Path

# As in malloc.h.
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _MMAP_MAX, _ARENA_MAX = -1, -3, -4, -8
# Between what a pass of the network asks for at a time (8 MB) and the blocks of 16 MB that large pictures lie in.
_PICTURE_BYTES = 12 * 1024 * 1024
_KEPT_BYTES = 64 * 1024 * 1024


def usable_cores() -> int:
    """Number of cores that this process may use, at least 1: a container or `taskset` may leave it some of them only.

    macOS does not say, so all cores count there.
    """
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def resident_bytes() -> int | None:
    """Memory of this process that is in RAM, in bytes; None where the system does not say (other than Linux)."""
    try:
        pages = int(Path("/proc/self/statm").read_bytes().split()[1])
    except OSError:
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")


def keep_freed_memory() -> None:
    """Keep the large blocks that each step of a training frees, instead of getting zeroed pages from the system again.

    On two cores, a training's share of time in the system fell from 28 to 2 %.
    """
    _set(_MMAP_MAX, 0)
    _set(_TRIM_THRESHOLD, -1)


def return_freed_pictures() -> None:
    """Give the memory of large pictures back at once, and keep that of the network's passes.

    By itself glibc keeps such blocks in an arena for each thread: twice eight visitors with 80 megapixels each left a
    server with 8.6 GB, with 1.2 GB after this (`benchmarks/memory.py`). Two arenas do for the photos that are looked at
    at once: one for each of eight threads held 35 MB more after 100 answers.
    """
    _set(_MMAP_THRESHOLD, _PICTURE_BYTES)
    _set(_TRIM_THRESHOLD, _KEPT_BYTES)
    _set(_ARENA_MAX, 2)


def return_freed_memory() -> None:
    """Give back what is free now, once: after a start, what reading a model took and no answer will need again."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim:
        trim(0)


def _set(name: int, value: int) -> None:
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt:
        mallopt(name, value)
