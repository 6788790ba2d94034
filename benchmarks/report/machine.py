"""The machine that measured: processor, cores, memory, versions; and how busy others keep it."""

import os
import platform
import time
from importlib.metadata import Distribution
from pathlib import Path

# Name in /proc/cpuinfo → what it is called; those that engines compute with.
INSTRUCTIONS = {
    "avx2": "AVX2",
    "avx512f": "AVX-512",
    "avx512_vnni": "VNNI",
    "avx512_bf16": "AVX-512 bf16",
    "amx_bf16": "AMX bf16",
    "amx_int8": "AMX int8",
}
PACKAGES = ("openvino", "onnxruntime", "torch", "torchvision", "numpy", "pillow", "dash", "flask", "gunicorn", "gradio")
CPUINFO, MEMINFO, STAT = Path("/proc/cpuinfo"), Path("/proc/meminfo"), Path("/proc/stat")


def describe_machine(*environments: Path) -> dict[str, str]:
    """What a reader needs to compare figures.

    Args:
        environments: virtual environments; the version of a package is that of the first that has it.
    """
    cpuinfo = _fields(CPUINFO)
    flags = cpuinfo.get("flags", "").split()
    known = [label for name, label in INSTRUCTIONS.items() if name in flags]
    described = {
        "processor": cpuinfo.get("model name") or platform.processor() or platform.machine(),
        "instructions": ", ".join(known) or "unknown",
        "cores": str(usable_cores()),
        "memory": f"{memory_gb():.0f} GB" if memory_gb() else "unknown",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
    }
    versions = {name: package_version(name, *environments) for name in PACKAGES}
    return described | {name: version for name, version in versions.items() if version}


def usable_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def memory_gb(field: str = "MemTotal") -> float:
    """Memory of the machine in GB, or what is free of it by the field "MemAvailable"; 0 where nobody can tell."""
    kib = _fields(MEMINFO).get(field, "0 kB").split()[0]
    return int(kib) * 1024 / 1e9


def package_version(name: str, *environments: Path) -> str | None:
    """Version of a package in the first of these virtual environments that has it."""
    for environment in environments:
        places = [str(place) for place in environment.glob("lib/python3*/site-packages")]
        for found in Distribution.discover(name=name, path=places):
            return found.version
    return None


def others_percent(seconds: float = 1.0) -> float | None:
    """Share of the cores' time that is in use while this process waits, in percent; None where nobody can tell."""
    if not STAT.is_file():
        return None
    before = _ticks()
    time.sleep(seconds)
    after = _ticks()
    total = sum(after) - sum(before)
    idle = sum(after[3:5]) - sum(before[3:5])  # idle, and waiting for a disk
    return round(100 * (total - idle) / max(1, total), 1)


def _ticks() -> list[int]:
    return [int(value) for value in STAT.read_text().split("\n", 1)[0].split()[1:9]]


def _fields(path: Path) -> dict[str, str]:
    """The first value of each key in a file of lines `key: value`."""
    found: dict[str, str] = {}
    if path.is_file():
        for line in path.read_text(errors="replace").splitlines():
            key, colon, value = line.partition(":")
            if colon:
                found.setdefault(key.strip(), value.strip())
    return found
