"""`predict --cluster ray` beside the plain command, on this machine: `python -m benchmarks.cluster`. Linux only.

Drawn photos are predicted by the plain command, by Ray's workers from the same folder, and, where moto is installed, by
Ray's workers from a server that stands in for S3, in turn. Each way runs with few photos and with many: the difference
tells the rate, and what is left is the start. The stand-in is written in Python and runs on the same cores, so that its
line says what that server costs, too. Needs requirements-cluster.txt.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path

from benchmarks.photos import SQUARE_PX, draw_photo
from classifier.machine import usable_cores

Way = Callable[[str, Path], list[str]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--photos", type=int, default=2000, help="photos of the long run (default: 2000)")
    parser.add_argument("--few", type=int, default=200, help="photos of the short run (default: 200)")
    parser.add_argument("--part-size", type=int, default=100, help="photos a part (default: 100)")
    parser.add_argument("--rounds", type=int, default=3, help="how often (default: 3)")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        root = Path(folder)
        plant(root, few=args.few, many=args.photos)
        ways = ways_of(root, stack, part_size=args.part_size)
        times: dict[tuple[str, str], list[float]] = {(way, size): [] for way in ways for size in ("few", "many")}
        for turn in range(args.rounds):
            for (way, size), seconds in times.items():
                command = ways[way](size, root / f"answers-{turn}-{way}-{size}".replace(" ", "-"))
                seconds.append(seconds_of(command))
        print_rates(ways, times, few=args.few, many=args.photos)


def plant(root: Path, *, few: int, many: int) -> None:
    """Draw photos into the folders “few” and “many”."""
    for size, count in (("few", few), ("many", many)):
        (root / size).mkdir()
        for number in range(count):
            (root / size / f"{number:06}.jpg").write_bytes(draw_photo(SQUARE_PX, number))


def ways_of(root: Path, stack: ExitStack, *, part_size: int) -> dict[str, Way]:
    """Each way's name → the options of `predict` for a folder and a place for the answers."""
    cluster = ["--cluster", "ray", "--workers", str(usable_cores()), "--part-size", str(part_size), "--parts"]
    ways: dict[str, Way] = {
        "plain": lambda size, answers: [str(root / size), "--csv", f"{answers}.csv"],
        "ray": lambda size, answers: [str(root / size), *cluster, str(answers)],
    }
    if find_spec("moto") and find_spec("s3fs"):
        start_store(root, stack)
        ways["ray from S3's stand-in"] = lambda size, answers: [f"s3://flowers/{size}", *cluster, str(answers)]
    return ways


def start_store(root: Path, stack: ExitStack) -> None:
    """Start moto's server in a process of its own, and put the photos there."""
    port = 8650
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = stack.enter_context(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
    stack.callback(server.terminate)
    os.environ |= {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}", "AWS_DEFAULT_REGION": "us-east-1"}
    os.environ |= {"AWS_ACCESS_KEY_ID": "anyone", "AWS_SECRET_ACCESS_KEY": "anything"}
    import fsspec

    time.sleep(5)
    system = fsspec.filesystem("s3")
    system.mkdir("flowers")
    for size in ("few", "many"):
        system.put(str(root / size), f"flowers/{size}", recursive=True)


def seconds_of(options: list[str]) -> float:
    """Run `predict` with options; how long it took by the clock."""
    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "classifier", "predict", *options], capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return time.perf_counter() - started


def print_rates(ways: dict[str, Way], times: dict[tuple[str, str], list[float]], *, few: int, many: int) -> None:
    """A line a way: rate, start, and the rate as a share of the plain command's."""
    rates: dict[str, float] = {}
    for way in ways:
        short, long = (statistics.median(times[way, size]) for size in ("few", "many"))
        rates[way] = (many - few) / (long - short)
        start = short - few / rates[way]
        share = rates[way] / rates["plain"]
        print(f"{way:24} {rates[way]:6.1f} photos/s   {share:5.2f} of the plain rate   start {start:5.1f} s")


if __name__ == "__main__":
    main()
