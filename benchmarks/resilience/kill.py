"""What visitors notice when processes get SIGKILL: uploads to two replicas behind nginx while workers and replicas die.

    .venv/bin/python -m benchmarks.resilience.kill --uploads 1000

Each upload has a connection of its own and is sent once: whatever is asked twice, nginx asked twice. After a fifth of
the uploads a worker is killed, then a whole replica (which is started again), then both of the other replica.
"""

import argparse
import http.client
import json
import os
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.photos import SQUARE_PX, draw_photo
from benchmarks.serving.processes import family
from benchmarks.serving.servers import free_port
from benchmarks.serving.visitors import Ask, Refused, Traffic, drive
from scripts.replicas import NotStarted, Replica, Replicas, running

UPLOADS, VISITORS, DRAWN = 1000, 4, 8
TIMEOUT_S = 120
STARTS_AGAIN_AFTER_S = 1.0  # as systemd's RestartSec= in deploy/systemd
WORKER, REPLICA = "worker", "replica"
KILLS = ((0, WORKER), (0, REPLICA), (1, WORKER), (1, REPLICA))  # which replica, and what of it


@dataclass(frozen=True)
class Kill:
    """One kill.

    what: WORKER or REPLICA.
    replica: its index.
    uploads_left: that were not answered yet.
    ready_again_s: seconds until that replica was ready again.
    """

    what: str
    replica: int
    uploads_left: int
    ready_again_s: float


@dataclass(frozen=True)
class Found:
    """What visitors and nginx saw.

    traffic: of the visitors.
    kills: in order.
    asked_again: uploads that nginx sent to more than one replica.
    statuses: of the uploads in nginx's log → how many.
    """

    traffic: Traffic
    kills: tuple[Kill, ...]
    asked_again: int
    statuses: dict[int, int]

    def to_dict(self) -> dict[str, object]:
        """Figures for people and programs; times in seconds."""
        return {
            "answers": self.traffic.answers,
            "failures": self.traffic.refused,
            "asked_again_by_nginx": self.asked_again,
            "statuses": self.statuses,
            "seconds": round(self.traffic.seconds, 1),
            "median_s": round(self.traffic.percentile_ms(0.5) / 1000, 3),
            "p99_s": round(self.traffic.percentile_ms(0.99) / 1000, 3),
            "longest_s": round(self.traffic.percentile_ms(1) / 1000, 3),
            "kills": [vars(kill) for kill in self.kills],
        }


class Killer:
    """Kills by a plan, as answers come in.

    Args:
        site: whose processes are killed.
        uploads: in all; the kills are spread over them evenly.
        kills: index of the replica and WORKER or REPLICA, in order.
    """

    def __init__(self, site: Replicas, *, uploads: int, kills: Sequence[tuple[int, str]] = KILLS) -> None:
        self._uploads, step = uploads, uploads // (len(kills) + 1)
        self._plan = [(step * (number + 1), *kill) for number, kill in enumerate(kills)]
        self._site, self._answers, self._lock = site, 0, threading.Lock()
        self._news, self._thread = threading.Event(), threading.Thread(target=self._work)
        self.kills: list[Kill] = []
        self.failed: Exception | None = None

    def counting(self, ask: Ask) -> Ask:
        """`ask`, with its answers counted."""

        def counted(photo: bytes) -> None:
            try:
                ask(photo)
            finally:
                with self._lock:
                    self._answers += 1
                self._news.set()

        return counted

    def __enter__(self) -> "Killer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join()

    def _work(self) -> None:
        try:
            for after, index, what in self._plan:
                while self._answers < after:
                    self._news.wait(1)
                    self._news.clear()
                left = self._uploads - self._answers
                self.kills.append(Kill(what, index, left, KILL[what](self._site.replicas[index])))
        except (OSError, NotStarted) as error:
            self.failed = error


def kill_worker(replica: Replica) -> float:
    """SIGKILL for a worker, which gunicorn replaces; returns the seconds until the replica is ready again."""
    workers = family(replica.process.pid)[1:]
    started = time.perf_counter()
    os.kill(workers[0], signal.SIGKILL)
    with suppress(OSError):  # it is gone
        while Path(f"/proc/{workers[0]}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
            time.sleep(0.001)
    replica.wait_until_ready()
    return round(time.perf_counter() - started, 2)


def kill_replica(replica: Replica) -> float:
    """SIGKILL for a replica with its workers, and its next start; returns the seconds until it is ready again."""
    started = time.perf_counter()
    replica.kill()
    time.sleep(STARTS_AGAIN_AFTER_S)
    replica.start()
    replica.wait_until_ready()
    return round(time.perf_counter() - started, 2)


KILL: dict[str, Callable[[Replica], float]] = {WORKER: kill_worker, REPLICA: kill_replica}


def upload(port: int) -> Ask:
    """Ask the API on a new connection for each photo, and only once."""

    def ask(photo: bytes) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
        try:
            connection.request("POST", "/api/v1/classify", photo, {"Content-Type": "image/jpeg"})
            answer = connection.getresponse()
            content = answer.read()
        except http.client.HTTPException as error:
            raise Refused(repr(error)) from error
        finally:
            connection.close()
        if answer.status != 200 or not json.loads(content)["predictions"]:
            raise Refused(f"{answer.status} {content[:200].decode(errors='replace')}")

    return ask


def read_log(log: Path) -> tuple[int, dict[int, int]]:
    """Uploads that nginx sent to several replicas, and how many got which status."""
    lines = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    photos = [line for line in lines if line["uri"] == "/api/v1/classify"]
    statuses = Counter(int(line["status"]) for line in photos)
    return sum("," in line["replicas"] for line in photos), dict(sorted(statuses.items()))


def measure(
    *,
    uploads: int = UPLOADS,
    visitors: int = VISITORS,
    python: str = sys.executable,
    kills: Sequence[tuple[int, str]] = KILLS,
    environ: dict[str, str] | None = None,
) -> Found:
    """Let visitors upload while processes are killed.

    Args:
        uploads: how many in all.
        visitors: at the same time.
        python: of the environment that serves.
        kills: index of the replica and WORKER or REPLICA, in order.
        environ: further settings of the site.

    Raises:
        NotStarted: there is no nginx, or a process did not start.
        OSError: something could not be killed or did not start again.
    """
    photos = [draw_photo(SQUARE_PX, number) for number in range(DRAWN)]
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "requests.jsonl"
        ports, port = (free_port(), free_port()), free_port()
        with (
            running(port=port, replica_ports=ports, python=python, environ=environ, log=log) as site,
            Killer(site, uploads=uploads, kills=kills) as killer,
        ):
            traffic = drive(lambda: killer.counting(upload(port)), photos, visitors=visitors, answers=uploads)
        asked_again, statuses = read_log(log)
    if killer.failed:
        raise killer.failed
    return Found(traffic, tuple(killer.kills), asked_again, statuses)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures; the exit code is 1 if an upload failed."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.resilience.kill", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--uploads", type=int, default=UPLOADS, help="in all (default: %(default)s)")
    parser.add_argument("--visitors", type=int, default=VISITORS, help="at the same time (default: %(default)s)")
    parser.add_argument("--python", default=sys.executable, help="of the environment that serves (default: this one)")
    options = parser.parse_args(arguments)
    try:
        found = measure(
            uploads=options.uploads, visitors=options.visitors, python=options.python, environ={"LOG_LEVEL": "ERROR"}
        )
    except OSError as error:
        sys.exit(f"error: {error}")
    print(json.dumps(found.to_dict(), indent=2))
    return 1 if found.traffic.refused else 0


if __name__ == "__main__":
    sys.exit(main())
