"""The machine that measured: processor, cores, memory, versions; and how busy others keep it."""

import os
import platform
from importlib.metadata import Distribution
from itertools import islice
from pathlib import Path

from classifier.machine import usable_cores

# Name in /proc/cpuinfo → what it is called; those that engines compute with.
INSTRUCTIONS = {
    "avx2": "AVX2",
    "avx512f": "AVX-512",
    "avx512_vnni": "VNNI",
    "avx512_bf16": "AVX-512 bf16",
    "amx_bf16": "AMX bf16",
    "amx_int8": "AMX int8",
}
PACKAGES = (
    *("openvino", "onnxruntime", "torch", "torchvision", "timm", "numpy", "pillow", "dash", "flask", "gunicorn"),
    "gradio",
)
CPUINFO, MEMINFO, STAT = Path("/proc/cpuinfo"), Path("/proc/meminfo"), Path("/proc/stat")


def describe_machine(*environments: Path) -> dict[str, str]:
    """What a reader needs to compare figures.

    Args:
        environments: virtual environments; where they have other versions of a package, all are given, and where.
    """
    cpuinfo = _fields(CPUINFO)
    flags = cpuinfo.get("flags", "").split()
    known = [label for name, label in INSTRUCTIONS.items() if name in flags]
    described = {
        "processor": cpuinfo.get("model name") or platform.processor() or platform.machine(),
        "instructions": ", ".join(known) or "unknown",
        "cores": str(usable_cores()),
        "memory": f"{memory_gb():.0f} GB" if memory_gb() else "unknown",
        "system": platform.system(),
        "Python": platform.python_version(),
    }
    versions = {name: package_versions(name, *environments) for name in PACKAGES}
    return described | {name: version for name, version in versions.items() if version}


def memory_gb(field: str = "MemTotal") -> float:
    """Memory of the machine in GB, or what is free of it by the field "MemAvailable"; 0 where nobody can tell."""
    kib = _fields(MEMINFO).get(field, "0 kB").split()[0]
    return int(kib) * 1024 / 1e9


def package_versions(name: str, *environments: Path) -> str:
    """Version of a package in these virtual environments, or "" in none.

    Where it differs, all are named: “13.0.0 (.venv, .venv-serve), 12.3.0 (.venv-bench)”.
    """
    found: dict[str, list[str]] = {}
    for environment in environments:
        places = [str(place) for place in environment.glob("lib/python3*/site-packages")]
        for package in islice(Distribution.discover(name=name, path=places), 1):
            found.setdefault(package.version, []).append(environment.name)
    if len(found) == 1:
        return next(iter(found))
    return ", ".join(f"{version} ({', '.join(places)})" for version, places in found.items())


class Load:
    """How much of the cores' time other programs take, from the moment when this is made."""

    def __init__(self) -> None:
        self._cores, self._own = _core_seconds(), _own_seconds()

    def others_percent(self) -> float | None:
        """Their share since then in percent; None where nobody can tell.

        Own are this process and those of its children, and theirs, that have ended and were waited for.
        """
        if self._cores is None or (now := _core_seconds()) is None:
            return None
        total, idle = (later - earlier for later, earlier in zip(now, self._cores, strict=True))
        others = total - idle - (_own_seconds() - self._own)
        return round(100 * min(1.0, max(0.0, others / total)), 1) if total else None


def _core_seconds() -> tuple[float, float] | None:
    """Time of all cores since the machine started, and the idle part of it."""
    if not STAT.is_file():
        return None
    ticks = [int(value) for value in STAT.read_text().split("\n", 1)[0].split()[1:9]]
    hertz = os.sysconf("SC_CLK_TCK")
    return sum(ticks) / hertz, sum(ticks[3:5]) / hertz  # idle, and waiting for a disk


def _own_seconds() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _fields(path: Path) -> dict[str, str]:
    """The first value of each key in a file of lines `key: value`."""
    found: dict[str, str] = {}
    if path.is_file():
        for line in path.read_text(errors="replace").splitlines():
            key, colon, value = line.partition(":")
            if colon:
                found.setdefault(key.strip(), value.strip())
    return found
