"""The engines beside PyTorch: one pass by each, passes side by side, and how long each takes to load.

python -m benchmarks --only engines
python -m benchmarks.inference.engines NAME FILE.safetensors    what loading one engine takes
"""

import json
import os
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.predict import Comparison, Pair, compare
from benchmarks.report.parts import Options
from benchmarks.report.records import Result, Table
from benchmarks.report.targets import number
from benchmarks.serving.processes import resident_mb
from classifier.checkpoint import load_checkpoint
from classifier.errors import EngineError, SettingError
from classifier.inference.engines import Engine, Floats
from classifier.inference.engines.choosing import ENGINES, REFERENCE, Request, load_engine
from classifier.machine import usable_cores

ROOT = Path(__file__).resolve().parents[2]
THREADS, BATCHES, CALLERS = (1, 2), (1, 8), (1, 2, 8)
ROUNDS, LOADS, PASSES_A_CALLER = 9, 3, 4
# Threads of the runtime before hold still after so long.
PAUSE_S = 0.02


def measure(options: Options) -> Result:
    """Compare each engine that runs here with PyTorch; say which do not."""
    checkpoint = load_checkpoint(options.checkpoint)
    side = checkpoint.metadata.preprocessing.input_size
    rows, notes, usable = [], [], [REFERENCE]
    for name in ENGINES:
        if name == REFERENCE:
            continue
        try:
            for threads in THREADS:
                request = Request(checkpoint, options.checkpoint, device="cpu", threads=threads)
                engine, reference = load_engine(name, request)[0], load_engine(REFERENCE, request)[0]
                for batch in BATCHES:
                    pictures = random_pictures(batch, side)
                    pair = make_pair(reference, engine, pictures, threads=threads)
                    rows.append(row(name, threads, batch, compare(pair, rounds=options.rounds(ROUNDS))))
            usable.append(name)
        except (EngineError, SettingError) as error:
            notes.append(f"Not measured: {name}. {error}")
        options.say(f"  {name}")
    columns = ("", "threads", "photos a pass", "ms", "photos/s", "PyTorch, ms", "PyTorch ÷ this")
    tables = [Table("A pass", columns, tuple(rows))]
    tables.append(side_by_side(usable[1:], Request(checkpoint, options.checkpoint, device="cpu"), options))
    tables.append(loads(usable, options))
    return Result(tuple(tables), notes=tuple(notes))


def random_pictures(count: int, side: int) -> Floats:
    """Prepared pictures of noise, (count, 3, side, side)."""
    return np.random.default_rng(15).normal(size=(count, 3, side, side)).astype(np.float32)


def make_pair(reference: Engine, engine: Engine, pictures: Floats, *, threads: int) -> Pair:
    """PyTorch first; it is told its threads before each turn, since it has them for the whole process."""

    def prepare() -> None:
        import torch

        torch.set_num_threads(threads)
        time.sleep(PAUSE_S)

    first, second = partial(reference.run, pictures), partial(engine.run, pictures)
    return Pair(reference.name, engine.name, first, second, prepare, prepare)


def row(name: str, threads: int, batch: int, found: Comparison) -> tuple[str, ...]:
    photos_per_s = 1000 * batch / found.second_ms
    return (
        name,
        str(threads),
        str(batch),
        *map(number, (found.second_ms, photos_per_s, found.first_ms)),
        found.ratio_text,
    )


def side_by_side(names: list[str], request: Request, options: Options) -> Table:
    """Several callers at once: passes on all cores, one after the other, and passes on one core each, side by side."""
    picture = random_pictures(1, request.checkpoint.metadata.preprocessing.input_size)
    rows = []
    for name in names:
        whole = load_engine(name, request)[0]
        single = load_engine(name, Request(request.checkpoint, request.path, device="cpu", threads=1))[0]
        for callers in CALLERS:
            with ThreadPoolExecutor(callers) as pool:
                first, second = (partial(call, engine, picture, pool, callers) for engine in (whole, single))
                pause = partial(time.sleep, PAUSE_S)
                found = compare(Pair("", "", first, second, pause, pause), rounds=options.rounds(ROUNDS))
            passes = callers * PASSES_A_CALLER
            each = [number(ms / passes) for ms in (found.first_ms, found.second_ms)]
            rows.append((name, str(callers), *each, found.ratio_text))
    columns = ("", "callers", f"all {usable_cores()} cores a pass: ms", "one core a pass: ms", "first ÷ second")
    return Table("Passes of one photo by several callers at once, time for each", columns, tuple(rows))


def call(engine: Engine, picture: Floats, pool: ThreadPoolExecutor, callers: int) -> None:
    """Let so many callers run some passes each, and wait for all."""
    list(pool.map(lambda _: engine.run(picture), range(callers * PASSES_A_CALLER)))


def loads(names: list[str], options: Options) -> Table:
    """Seconds and memory that each engine takes in a fresh process, in turns."""
    found: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    for _ in range(options.rounds(LOADS)):
        for name in names:
            command = [sys.executable, "-m", "benchmarks.inference.engines", name, str(options.checkpoint)]
            printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
            found[name].append(json.loads(printed))
    rows = []
    for name, each in found.items():
        seconds, memory = (statistics.median(one[key] for one in each) for key in ("seconds", "memory_mb"))
        rows.append((name, number(seconds), number(memory)))
    title = "Loading, in a fresh process: its runtime, the model, its check and a first pass"
    return Table(title, ("", "seconds", "memory of the process, MB"), tuple(rows))


def load_once(name: str, path: Path) -> dict[str, float]:
    """What loading an engine in this process takes: seconds, and the memory of the process afterwards in MB."""
    started = time.perf_counter()
    checkpoint = load_checkpoint(path)
    engine, _ = load_engine(name, Request(checkpoint, path, device="cpu"))
    engine.run(random_pictures(1, checkpoint.metadata.preprocessing.input_size))
    return {"seconds": time.perf_counter() - started, "memory_mb": resident_mb(os.getpid())}


if __name__ == "__main__":
    print(json.dumps(load_once(sys.argv[1], Path(sys.argv[2]))))
