"""Memory of the server while many visitors send very large photos at once: `python benchmarks/memory.py`. Linux only.

Starts the site as in production with one process, sends the same drawn PNG several times side by side, and prints what
the process holds before, at most, and afterwards.
"""

import argparse
import io
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.serving.processes import resident_mb, worker
from benchmarks.serving.servers import FULL, running, site
from benchmarks.serving.visitors import api_asker
from classifier.locations import default_checkpoint


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--visitors", type=int, default=8, help="photos sent at once (default: 8)")
    parser.add_argument("--side", type=int, default=8940, help="side of the photo in pixels (default: 8940)")
    parser.add_argument("--rounds", type=int, default=2, help="how often (default: 2)")
    args = parser.parse_args()
    photo = io.BytesIO()
    Image.new("RGBA", (args.side, args.side), (200, 30, 90, 255)).save(photo, "PNG")
    with running(site("the site", FULL, default_checkpoint())) as server:
        process = worker(server.process)
        print(f"{resident_mb(process):,.0f} MB before")
        for _ in range(args.rounds):
            most = send(server.port, photo.getvalue(), visitors=args.visitors, process=process)
            time.sleep(1)
            print(f"{most:,.0f} MB at most, {resident_mb(process):,.0f} MB after {args.visitors} photos at once")


def send(port: int, photo: bytes, *, visitors: int, process: int) -> float:
    """Send the photo so many times at once; the most memory that a process has meanwhile, in MB."""
    most, done = [0.0], threading.Event()

    def watch() -> None:
        while not done.wait(0.02):
            most[0] = max(most[0], resident_mb(process))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        with ThreadPoolExecutor(visitors) as pool:
            list(pool.map(lambda _: api_asker(port)(photo), range(visitors)))
    finally:
        done.set()
        watcher.join()
    return most[0]


if __name__ == "__main__":
    main()
