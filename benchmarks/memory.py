"""Memory of the server while many visitors send very large photos at once: `python benchmarks/memory.py`. Linux only.

Starts the site as in production with one process, sends the same drawn PNG several times side by side, and prints what
the process holds before, at most, and afterwards.
"""

import argparse
import contextlib
import io
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--visitors", type=int, default=8, help="photos sent at once (default: 8)")
    parser.add_argument("--side", type=int, default=8940, help="side of the photo in pixels (default: 8940)")
    parser.add_argument("--rounds", type=int, default=2, help="how often (default: 2)")
    args = parser.parse_args()
    photo = io.BytesIO()
    Image.new("RGBA", (args.side, args.side), (200, 30, 90, 255)).save(photo, "PNG")
    with serving() as (address, worker):
        print(f"{resident_mb(worker):,} MB before")
        for _ in range(args.rounds):
            most = send(f"{address}/api/v1/classify", photo.getvalue(), visitors=args.visitors, worker=worker)
            time.sleep(1)
            print(f"{most:,} MB at most, {resident_mb(worker):,} MB after {args.visitors} photos at once")


@contextlib.contextmanager
def serving() -> Iterator[tuple[str, int]]:
    """The site's address and the number of its one process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environ = {**os.environ, "HOST": "127.0.0.1", "PORT": str(port), "WEB_CONCURRENCY": "1", "LOG_LEVEL": "ERROR"}
    server = subprocess.Popen([sys.executable, "-m", "gunicorn", "app:server"], cwd=ROOT, env=environ)
    address = f"http://127.0.0.1:{port}"
    try:
        while server.poll() is None:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/healthz", timeout=5):
                break
            time.sleep(0.2)
        yield address, int(Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()[0])
    finally:
        server.terminate()
        server.wait()


def send(address: str, photo: bytes, *, visitors: int, worker: int) -> int:
    """Send the photo so many times at once; the most memory seen meanwhile, in MB."""
    most, done = [0], threading.Event()

    def watch() -> None:
        while not done.wait(0.02):
            most[0] = max(most[0], resident_mb(worker))

    def ask(_: int) -> None:
        urllib.request.urlopen(urllib.request.Request(address, data=photo, method="POST"), timeout=300).read()

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        with ThreadPoolExecutor(visitors) as pool:
            list(pool.map(ask, range(visitors)))
    finally:
        done.set()
        watcher.join()
    return most[0]


def resident_mb(process: int) -> int:
    """Resident memory of a process in MB, as Linux counts it."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) * 1024 // 1_000_000


if __name__ == "__main__":
    main()
