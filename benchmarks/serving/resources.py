"""What the site takes: seconds to the first answer, memory after many answers, disk; light set and full one."""

import os
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.photos import draw_photo
from benchmarks.report.parts import Options
from benchmarks.report.records import Result, Table
from benchmarks.report.targets import number
from benchmarks.serving import processes
from benchmarks.serving.servers import FULL, LIGHT, Running, Server, running, site, wait_until
from benchmarks.serving.visitors import api_asker, drive
from classifier.inference.engines.model_file import model_path

STARTS = 3
ANSWERS = (100, 1000)
VISITORS = 8
PHOTOS_PX = ((500, 500), (667, 500), (1024, 768), (4000, 3000))
LIGHT_SET = "light set"


@dataclass(frozen=True)
class Memory:
    """Memory in MB.

    resident: of the process that answers, after the first answer and after each count of `ANSWERS`.
    proportional: of all processes together at the end.
    """

    resident: tuple[float, ...]
    proportional: float


def measure(options: Options) -> Result:
    """Start each kind of server several times, in turns; the last time, let it answer."""
    servers = [
        site(LIGHT_SET, LIGHT, options.checkpoint),
        site("full set", FULL, options.checkpoint),
        site("full set, ENGINE=torch", FULL, options.checkpoint, engine="torch"),
    ]
    notes = [f"Not measured: {server.name}, which is not installed." for server in servers if not server.is_installed]
    servers = [server for server in servers if server.is_installed]
    photos = [draw_photo(px) for px in PHOTOS_PX]
    seconds: dict[str, list[float]] = {server.name: [] for server in servers}
    memory: dict[str, Memory] = {}
    starts = options.rounds(STARTS)
    for turn in range(starts):
        for server in servers:
            with running(server, wait=False) as found:
                seconds[server.name].append(first_answer_s(found, photos[0]))
                if turn == starts - 1:
                    counts = [20, 40] if options.quick else ANSWERS
                    memory[server.name] = answer(found, photos, counts)
            options.say(f"  {server.name}: first answer after {seconds[server.name][-1]:.1f} s")
    rows = [row(server, seconds[server.name], memory[server.name]) for server in servers]
    columns = (
        *("", "first answer after, s", "memory then, MB", f"after {ANSWERS[0]} answers", f"after {ANSWERS[1]:,}"),
        *("all processes’ share, MB", "on disk, MB"),
    )
    figures = {}
    if (model := model_path(options.checkpoint)).is_file():
        figures["model_mb"] = model.stat().st_size / 1e6
        notes.append(f"The model file, {model.name}, has {number(figures['model_mb'])} MB.")
    if LIGHT_SET in memory:
        figures |= {
            "first_answer_s": statistics.median(seconds[LIGHT_SET]),
            "memory_mb": memory[LIGHT_SET].resident[-1],
            "disk_mb": disk_mb(LIGHT),
        }
    return Result((Table("", columns, tuple(rows)),), figures, tuple(notes))


def first_answer_s(found: Running, photo: bytes) -> float:
    """Seconds from the start of a server's process to its first answer, which this waits for."""

    def answers() -> bool:
        try:
            api_asker(found.port)(photo)
        except OSError:
            return False
        return True

    wait_until(answers, found)
    return time.perf_counter() - found.started


def answer(found: Running, photos: Sequence[bytes], counts: Sequence[int]) -> Memory:
    """Memory of a server after its first answer, and after so many."""
    worker = processes.worker(found.process)
    resident = [processes.resident_mb(worker)]
    given = 0
    for count in counts:
        drive(lambda: api_asker(found.port), photos, visitors=VISITORS, answers=count - given)
        given = count
        resident.append(processes.resident_mb(worker))
    return Memory(tuple(resident), processes.proportional_mb(found.process))


def row(server: Server, seconds: Sequence[float], memory: Memory) -> tuple[str, ...]:
    taken = [*memory.resident, memory.proportional, disk_mb(server.environment)]
    return server.name, number(statistics.median(seconds)), *map(number, taken)


def disk_mb(folder: Path) -> float:
    """What the files of a folder take on the disk, in MB; links are not followed, and hard links count once."""
    taken: dict[tuple[int, int], int] = {}
    for place, _, names in os.walk(folder.resolve()):
        for name in names:
            status = os.lstat(os.path.join(place, name))
            taken[status.st_dev, status.st_ino] = status.st_blocks * 512
    return sum(taken.values()) / 1e6
