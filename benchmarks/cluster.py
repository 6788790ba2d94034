"""`predict --cluster ray` beside the plain command, on this machine: `python -m benchmarks.cluster`. Linux only.

Drawn photos are predicted by the plain command, by Ray's workers from the same folder, and, where moto is installed, by
Ray's workers from a server that stands in for S3, in turn. Each way runs with few photos and with many: the difference
is what photos cost, and what is left is the start. Processor time is that of the command and of all processes that it
starts; the stand-in's own is not in it, though it runs on the same cores. Needs requirements-cluster.txt.
"""

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

from benchmarks.photos import SQUARE_PX, draw_photo
from benchmarks.serving.processes import family, own_processor_s
from benchmarks.serving.servers import free_port
from classifier.machine import usable_cores

BUCKET = "flowers"
PREDICT = (sys.executable, "-m", "classifier", "predict")
Way = Callable[[str, Path], list[str]]


class Spent(NamedTuple):
    """What a command took: seconds by the clock, and of one core."""

    seconds: float
    processor_s: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--photos", type=int, default=2000, help="photos of the long run (default: 2000)")
    parser.add_argument("--few", type=int, default=200, help="photos of the short run (default: 200)")
    parser.add_argument("--part-size", type=int, default=100, help="photos a part (default: 100)")
    parser.add_argument("--rounds", type=int, default=3, help="how often (default: 3)")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        root = Path(folder)
        for size, count in (("few", args.few), ("many", args.photos)):
            plant(root / size, count)
        ways = ways_of(root, stack, part_size=args.part_size)
        runs: dict[tuple[str, str], list[Spent]] = {(way, size): [] for way in ways for size in ("few", "many")}
        for turn in range(args.rounds):
            for (way, size), spent in runs.items():
                command = ways[way](size, root / f"answers-{turn}-{way}-{size}".replace(" ", "-"))
                spent.append(run(command))
        print_costs(ways, runs, photos=args.photos - args.few)


def plant(folder: Path, count: int) -> Path:
    """Draw photos into a new folder, and return it."""
    folder.mkdir()
    for number in range(count):
        (folder / f"{number:06}.jpg").write_bytes(draw_photo(SQUARE_PX, number))
    return folder


def ways_of(root: Path, stack: ExitStack, *, part_size: int) -> dict[str, Way]:
    """Each way's name → the options of `predict` for a folder and a place for the answers."""
    cluster = ["--cluster", "ray", "--workers", str(usable_cores()), "--part-size", str(part_size), "--parts"]
    ways: dict[str, Way] = {
        "plain": lambda size, answers: [str(root / size), "--csv", f"{answers}.csv"],
        "ray": lambda size, answers: [str(root / size), *cluster, str(answers)],
    }
    if find_spec("moto") and find_spec("s3fs"):
        start_store(stack, {size: root / size for size in ("few", "many")})
        ways["ray from S3's stand-in"] = lambda size, answers: [f"s3://{BUCKET}/{size}", *cluster, str(answers)]
    return ways


def start_store(stack: ExitStack, folders: Mapping[str, Path]) -> None:
    """Start moto's server in a process of its own, for this process and those that it starts, and put photos there.

    Args:
        stack: ends it.
        folders: name in the bucket → folder of photos.
    """
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = stack.enter_context(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
    stack.callback(server.terminate)
    settings = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}", "AWS_DEFAULT_REGION": "us-east-1"}
    settings |= dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "anything")  # moto takes any
    stack.enter_context(patch.dict(os.environ, settings))
    wait_until_open(port)
    import fsspec

    fsspec.get_filesystem_class("s3").clear_instance_cache()  # they remember the server of an earlier call
    system = fsspec.filesystem("s3")
    system.mkdir(BUCKET)
    for name, folder in folders.items():
        system.put(f"{folder}/", f"{BUCKET}/{name}/", recursive=True)


def wait_until_open(port: int, timeout_s: float = 60) -> None:
    """Wait until something on this machine listens on a port."""
    deadline = time.monotonic() + timeout_s
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if time.monotonic() > deadline:
            sys.exit("S3's stand-in does not start: python -m moto.server says why.")
        time.sleep(0.1)


def run(options: list[str]) -> Spent:
    """Run `predict` with options; what it took."""
    started = time.perf_counter()
    processor_s: dict[int, float] = {}
    with tempfile.TemporaryFile("w+") as said:
        with subprocess.Popen([*PREDICT, *options], stdout=said, stderr=said) as running:
            while running.poll() is None:
                for process in family(running.pid):
                    processor_s[process] = own_processor_s(process) or processor_s.get(process, 0.0)
                time.sleep(0.05)
        if running.returncode:
            said.seek(0)
            sys.exit(said.read())
    return Spent(time.perf_counter() - started, sum(processor_s.values()))


def print_costs(ways: Iterable[str], runs: Mapping[tuple[str, str], list[Spent]], *, photos: int) -> None:
    """A line a way: what a photo costs, and the start."""
    for way in ways:
        few, many = (_median(runs[way, size]) for size in ("few", "many"))
        if many.seconds <= few.seconds or many.processor_s <= few.processor_s:
            print(f"{way:24} too few photos to tell: starting took longer. Take more: --photos 600 --few 100")
            continue
        rate, ms = photos / (many.seconds - few.seconds), 1000 * (many.processor_s - few.processor_s) / photos
        print(
            f"{way:24} {rate:6.1f} photos/s   {ms:6.1f} ms of one core a photo   "
            f"few photos: {few.seconds:5.1f} s, {few.processor_s:5.1f} s of one core"
        )


def _median(runs: Sequence[Spent]) -> Spent:
    return Spent(statistics.median(run.seconds for run in runs), statistics.median(run.processor_s for run in runs))


if __name__ == "__main__":
    main()
