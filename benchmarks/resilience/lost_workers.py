"""What is lost when a worker of Ray gets SIGKILL, and then the command: `predict --cluster ray` from S3's stand-in.

    python -m benchmarks.resilience.lost_workers --photos 600

Photos are put into a server that speaks S3's protocol (moto), and predicted by two workers of a Ray on this machine. A
worker is killed after a sixth of the parts, the command after half of them; then the same command is run again. All
rows of all parts are compared with those of the plain command. Linux only; needs requirements-cluster-test.txt.
"""

import argparse
import csv
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.cluster import BUCKET, PREDICT, plant, start_store
from benchmarks.serving.processes import PROC, family
from classifier.inference.cluster.storage import Place
from classifier.locations import DEFAULT_CHECKPOINT

PHOTOS, PART_SIZE, WORKERS = 600, 10, 2
KILLED_WORKER_AFTER, KILLED_COMMAND_AFTER = 1 / 6, 1 / 2  # shares of the parts
TIMEOUT_S = 600
Row = tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """What became of the photos.

    Attributes:
        photos: how many there are.
        parts: how many files their rows are in.
        parts_at_kill: how many of them were there when a worker was killed.
        parts_at_stop: how many were there when the command was killed.
        lost: photos without a row.
        twice: photos with more than one row.
        unequal: rows that differ from the plain command's, up to the place of the photo.
        again_s: seconds that the same command took for the rest.
    """

    photos: int
    parts: int
    parts_at_kill: int
    parts_at_stop: int
    lost: int
    twice: int
    unequal: int
    again_s: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--photos", type=int, default=PHOTOS, help=f"photos to draw (default: {PHOTOS})")
    parser.add_argument("--folder", type=Path, help="take these photos instead of drawn ones")
    parser.add_argument("--part-size", type=int, default=PART_SIZE, help=f"photos a part (default: {PART_SIZE})")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        source = args.folder or plant(Path(folder) / "photos", args.photos)
        found = measure(source, Path(folder), part_size=args.part_size)
    print(json.dumps(asdict(found), indent=1))
    sys.exit(1 if found.lost or found.twice or found.unequal else 0)


def measure(
    source: Path, work: Path, *, part_size: int, checkpoint: Path = DEFAULT_CHECKPOINT, engine: str = "auto"
) -> Found:
    """Predict a folder's photos from a store while processes are killed.

    Args:
        source: folder of photos.
        work: for the plain command's table.
        part_size: photos a part.
        checkpoint: predicts.
        engine: runs the network.
    """
    options = ["--checkpoint", str(checkpoint), "--engine", engine]
    url, place = f"s3://{BUCKET}/photos", Place(f"s3://{BUCKET}/answers")
    command = [*PREDICT, url, "--cluster", "ray", "--workers", str(WORKERS), *options]
    command += ["--part-size", str(part_size), "--parts-form", "csv", "--parts", place.address]
    photos = sum(1 for path in source.rglob("*") if path.is_file())
    with ExitStack() as stack:
        start_store(stack, {"photos": source})
        at_kill, at_stop = kill_on_the_way(command, place, parts=-(-photos // part_size))
        started = time.perf_counter()
        subprocess.run(command, check=False, capture_output=True, timeout=TIMEOUT_S)
        again_s = time.perf_counter() - started
        parts = parts_in(place)
        rows = [(name.removeprefix(f"{url}/"), *row) for part in parts for name, *row in rows_of(place.read(part))]
    table = work / "plain.csv"
    subprocess.run([*PREDICT, str(source), "--csv", str(table), *options], check=False, capture_output=True)
    plain = {(Path(name).relative_to(source).as_posix(), *row) for name, *row in rows_of(table.read_bytes())}
    names = Counter(row[0] for row in rows)
    return Found(
        photos=photos,
        parts=len(parts),
        parts_at_kill=at_kill,
        parts_at_stop=at_stop,
        lost=len({row[0] for row in plain} - set(names)),
        twice=sum(1 for count in names.values() if count > 1),
        unequal=len(set(rows) ^ plain),
        again_s=round(again_s, 1),
    )


def kill_on_the_way(command: list[str], place: Place, *, parts: int) -> tuple[int, int]:
    """Run a command, kill one of its workers, then the command; returns how many parts there were at both times."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        at_kill = _wait_for(place, running, parts * KILLED_WORKER_AFTER)
        os.kill(workers_of(running.pid)[0], signal.SIGKILL)
        at_stop = _wait_for(place, running, parts * KILLED_COMMAND_AFTER)
        left = family(running.pid)
        running.kill()
    deadline = time.monotonic() + TIMEOUT_S
    while any(_lives(process) for process in left) and time.monotonic() < deadline:
        time.sleep(0.1)  # Ray's processes end by themselves
    return at_kill, at_stop


def workers_of(command: int) -> list[int]:
    """Processes of the workers of a command, which Ray names by what they do."""
    return [process for process in family(command) if "RayWorker" in _name_of(process)]


def parts_in(place: Place) -> set[str]:
    """Names of the parts that are whole."""
    return {name for name in place.names() if name.startswith("part-")}


def rows_of(table: bytes) -> list[Row]:
    """Rows of a table of predictions without its heading."""
    return [tuple(row) for row in csv.reader(io.StringIO(table.decode("utf-8-sig"), newline=""))][1:]


def _wait_for(place: Place, running: "subprocess.Popen[bytes]", parts: float) -> int:
    deadline = time.monotonic() + TIMEOUT_S
    while (count := len(parts_in(place))) < parts:
        if running.poll() is not None or time.monotonic() > deadline:
            sys.exit(f"The command ended, or hung, with {count} parts: exit code {running.returncode}.")
        time.sleep(0.02)
    return count


def _name_of(process: int) -> str:
    try:
        return (PROC / str(process) / "cmdline").read_bytes().partition(b"\0")[0].decode()
    except OSError:  # it has ended
        return ""


def _lives(process: int) -> bool:
    try:
        return (PROC / str(process) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


if __name__ == "__main__":
    main()
