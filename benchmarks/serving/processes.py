"""Processes as Linux sees them: their children, their memory, their time."""

import os
from pathlib import Path

PROC = Path("/proc")


def family(process: int) -> list[int]:
    """A process, its children, and theirs."""
    found = [process]
    for task in PROC.glob(f"{process}/task/*/children"):
        try:
            children = task.read_text().split()
        except OSError:  # it ended meanwhile
            continue
        for child in children:
            found += family(int(child))
    return found


def worker(process: int) -> int:
    """The process of a gunicorn server that answers, if it has one worker; else the process itself."""
    return family(process)[-1]


def resident_mb(process: int) -> float:
    """Resident memory of a process in MB, libraries that it shares with others included."""
    return _kib(PROC / str(process) / "status", "VmRSS:") * 1024 / 1e6


def proportional_mb(process: int) -> float:
    """Memory of a process and its children in MB; what several processes share is divided among them."""
    return sum(_kib(PROC / str(member) / "smaps_rollup", "Pss:") for member in family(process)) * 1024 / 1e6


def processor_s(process: int) -> float:
    """Processor time of a process and its children so far, in seconds."""
    return sum(own_processor_s(member) for member in family(process))


def own_processor_s(process: int) -> float:
    """Processor time of a process without its children so far, in seconds; 0 if it has ended."""
    try:
        fields = (PROC / str(process) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    ticks = int(fields[11]) + int(fields[12])  # in the program and in the system: fields 14 and 15 of proc(5)
    return ticks / os.sysconf("SC_CLK_TCK")


def _kib(file: Path, key: str) -> int:
    for line in file.read_text().splitlines():
        if line.startswith(key):
            return int(line.split()[1])
    return 0
