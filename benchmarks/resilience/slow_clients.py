"""Site under slow clients: what visitors wait for while others send a byte a second, or nothing.

.venv/bin/python -m benchmarks.resilience.slow_clients --slow 200 --idle 200
.venv/bin/python -m benchmarks.resilience.slow_clients --slow 2000 --idle 0 --nginx
.venv/bin/python -m benchmarks.resilience.slow_clients --slow 8 --idle 0 --options "-k gthread --threads 8"
"""

import argparse
import contextlib
import http.client
import io
import resource
import shlex
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from PIL import Image, ImageDraw

from benchmarks.serving import servers
from classifier.locations import DEFAULT_CHECKPOINT
from scripts.replicas import HOW_TO_INSTALL, NotStarted, find_nginx, wait_for_nginx, write_configuration

PATIENCE_S = 10  # after which a visitor gives up
HEADS = (
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ",
    b"POST /api/v1/classify HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: image/jpeg\r\nContent-Length: 100000\r\n\r\n",
    b"POST /_dash-update-component HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    b"Content-Length: 100000\r\n\r\n",
)


@dataclass
class Waits:
    """What visitors waited for one kind of request: seconds of the answers, and how many got none."""

    seconds: list[float] = field(default_factory=list)
    failed: int = 0

    def __str__(self) -> str:
        if not self.seconds:
            return f"no answer, {self.failed} failed"
        ordered = sorted(1000 * each for each in self.seconds)
        p95 = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
        return (
            f"{len(ordered)} answers, {self.failed} failed; "
            f"median {statistics.median(ordered):.0f} ms, p95 {p95:.0f} ms, most {ordered[-1]:.0f} ms"
        )


class SlowClients:
    """Sockets that send a byte a second, and sockets that send nothing; what the server closes is opened again.

    Args:
        port: of the server, on this machine.
        slow, idle: how many of each.
    """

    def __init__(self, port: int, *, slow: int, idle: int) -> None:
        self._port, self._stop = port, threading.Event()
        self._heads = [HEADS[number % len(HEADS)] for number in range(slow)] + [b""] * idle
        self._open: dict[int, tuple[socket.socket, float]] = {}
        self.closed_after_s: list[float] = []
        self.refused = 0
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "SlowClients":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        for sock, _ in self._open.values():
            sock.close()

    @property
    def open(self) -> int:
        """How many are connected."""
        return len(self._open)

    def _run(self) -> None:
        while not self._stop.is_set():
            round_began = time.monotonic()
            for number, head in enumerate(self._heads):
                if number in self._open:
                    self._send(number, b"a" if head else b"")
                else:
                    self._connect(number, head)
            self._stop.wait(max(0.0, 1 - (time.monotonic() - round_began)))

    def _connect(self, number: int, head: bytes) -> None:
        try:
            # Each from an address of its own, as far as this machine is Linux: nginx counts them by address.
            source = (f"127.1.{number // 250}.{number % 250 + 1}", 0) if sys.platform == "linux" else None
            sock = socket.create_connection(("127.0.0.1", self._port), timeout=1, source_address=source)
            sock.sendall(head)
            sock.setblocking(False)
            self._open[number] = sock, time.monotonic()
        except OSError:
            self.refused += 1

    def _send(self, number: int, data: bytes) -> None:
        sock, since = self._open[number]
        try:
            sock.send(data)
            while sock.recv(65536):
                pass
        except BlockingIOError:
            return
        except OSError:
            pass
        sock.close()
        del self._open[number]
        self.closed_after_s.append(time.monotonic() - since)


def draw_photo() -> bytes:
    """A JPEG of a drawn flower, 640 pixels wide."""
    image = Image.new("RGB", (640, 480), (60, 110, 50))
    ImageDraw.Draw(image).ellipse((200, 120, 440, 360), fill=(240, 190, 30))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def ask(port: int, method: str, path: str, body: bytes | None = None) -> None:
    """Ask on a new connection, as a new visitor does.

    Raises:
        OSError, http.client.HTTPException: there is no answer with the status 200 in time.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    try:
        connection.request(method, path, body, {"Content-Type": "image/jpeg"} if body else {})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise OSError(f"{method} {path}: {answer.status}")
    finally:
        connection.close()


def visit(port: int, *, seconds: float, photo: bytes) -> dict[str, Waits]:
    """Open a page four times and send a photo twice a second, each as if by a visitor of his own."""
    kinds: tuple[tuple[str, float, Callable[[], None]], ...] = (
        ("page", 0.25, lambda: ask(port, "GET", "/")),
        ("photo", 0.5, lambda: ask(port, "POST", "/api/v1/classify", photo)),
    )
    found = {name: Waits() for name, _, _ in kinds}
    until = time.monotonic() + seconds

    def repeat(waits: Waits, every_s: float, act: Callable[[], None]) -> None:
        while (began := time.monotonic()) < until:
            try:
                act()
                waits.seconds.append(time.monotonic() - began)
            except (OSError, http.client.HTTPException):
                waits.failed += 1
            time.sleep(max(0.0, every_s - (time.monotonic() - began)))

    threads = [threading.Thread(target=repeat, args=(found[name], every_s, act)) for name, every_s, act in kinds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


@contextlib.contextmanager
def nginx_before(port: int) -> Iterator[int]:
    """nginx with the configuration of deploy/nginx before a server; yields its port.

    Raises:
        NotStarted: there is no nginx, or it ended.
    """
    program = find_nginx()
    if program is None:
        raise NotStarted(HOW_TO_INSTALL)
    with tempfile.TemporaryDirectory() as folder:
        front = servers.free_port()
        Path(folder).chmod(0o755)
        listen, log = f"127.0.0.1:{front}", "/dev/null"
        config = write_configuration(Path(folder, "conf"), listen=listen, replica_ports=(port, port), log=log)
        command = [program, "-p", folder, "-c", str(config), "-e", "stderr", "-g", "daemon off;"]
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        try:
            wait_for_nginx(process, front)
            yield front
        finally:
            process.terminate()
            process.wait(timeout=10)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slow", type=int, default=200, help="sockets that send a byte a second (default 200)")
    parser.add_argument("--idle", type=int, default=200, help="sockets that send nothing (default 200)")
    parser.add_argument("--seconds", type=float, default=45, help="how long (default 45)")
    parser.add_argument(
        "--nginx", action="store_true", help="put nginx before the site, with the configuration of deploy/nginx"
    )
    parser.add_argument("--options", default="", help="further options of gunicorn, to compare with")
    parser.add_argument("--command", help="another server: what Python is given, {port} for the port")
    options = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    server = servers.site("the site", Path(sys.prefix), DEFAULT_CHECKPOINT)
    server = replace(server, command=(*server.command, *shlex.split(options.options)))
    if options.command:
        server = replace(server, command=tuple(shlex.split(options.command)))
    photo = draw_photo()
    with contextlib.ExitStack() as stack:
        running = stack.enter_context(servers.running(server))
        port = stack.enter_context(nginx_before(running.port)) if options.nginx else running.port
        visit(port, seconds=3, photo=photo)
        report("alone", visit(port, seconds=10, photo=photo))
        with SlowClients(port, slow=options.slow, idle=options.idle) as clients:
            time.sleep(3)
            report(
                f"beside {options.slow} slow and {options.idle} idle", visit(port, seconds=options.seconds, photo=photo)
            )
            print(f"  connected at the end: {clients.open}; refused: {clients.refused}")
            ages = clients.closed_after_s
            after = f", after {statistics.median(ages):.0f} s in the median" if ages else ""
            print(f"  closed by the server: {len(ages)}{after}")


def report(title: str, found: dict[str, Waits]) -> None:
    """Print what visitors waited for."""
    print(title)
    for name, waits in found.items():
        print(f"  {name}: {waits}", flush=True)


if __name__ == "__main__":
    main()
