"""Real gunicorn with the worker: requests in flight when it is told to stop, and a worker that is killed."""

import http.client
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.making.fakes import draw_flower, encode
from web.server.engine.worker import MOST_CONNECTIONS, most_connections

ROOT = Path(__file__).parents[4]
PHOTO = encode(draw_flower())


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """gunicorn with the fake classifier, which takes 0.2 s a photo, two at once; the process and the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environ = {**os.environ, "HOST": "127.0.0.1", "PORT": str(port), "GARDEN": str(tmp_path), "WEB_CONCURRENCY": "1"}
    command = [sys.executable, "-m", "gunicorn", "--no-control-socket", "tests.browser.fake_app:server"]
    process = subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while not is_up(port):
            assert time.monotonic() < until
            assert process.poll() is None
            time.sleep(0.1)
        yield process, port
    finally:
        process.kill()
        process.wait()


def is_up(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10).close()
        return True
    except OSError:
        return False


def classify(port: int, statuses: list[int]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("POST", "/api/v1/classify", PHOTO)
    statuses.append(connection.getresponse().status)


def test_requests_in_flight_are_answered_before_the_server_stops(server):
    process, port = server
    idle = socket.create_connection(("127.0.0.1", port))
    half = socket.create_connection(("127.0.0.1", port), timeout=10)
    half.sendall(b"GET /healthz HTTP/1.1\r\n")
    statuses: list[int] = []
    visitors = [threading.Thread(target=classify, args=(port, statuses)) for _ in range(8)]
    for visitor in visitors:
        visitor.start()
    time.sleep(0.3)  # the first are answered, others wait in line
    told = time.monotonic()
    process.send_signal(signal.SIGTERM)
    time.sleep(0.2)
    half.sendall(b"Host: a\r\n\r\n")
    assert b"200 OK" in half.recv(65536)
    half.close()
    for visitor in visitors:
        visitor.join()
    assert statuses == [200] * 8
    assert process.wait(timeout=15) == 0
    assert time.monotonic() - told < 10
    idle.close()


def test_the_server_stops_in_time_though_a_request_never_becomes_whole(server):
    process, port = server
    slow = socket.create_connection(("127.0.0.1", port))
    slow.sendall(b"POST /api/v1/classify HTTP/1.1\r\nContent-Length: 1000\r\n\r\na")
    time.sleep(0.2)
    told = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=15) == 0
    assert time.monotonic() - told <= 10
    slow.close()


def test_a_killed_worker_is_replaced_and_who_asks_meanwhile_waits(server):
    process, port = server
    (worker,) = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    os.kill(int(worker), signal.SIGKILL)
    statuses: list[int] = []
    classify(port, statuses)
    assert statuses == [200]


def test_connections_have_room_in_the_limit_on_open_files(monkeypatch: pytest.MonkeyPatch):
    raised: list[tuple[int, int]] = []
    for limits, most in (((256, 256), 156), ((256, 10_000), MOST_CONNECTIONS), ((20, 20), 1)):
        monkeypatch.setattr(resource, "getrlimit", lambda _, found=limits: found)
        monkeypatch.setattr(resource, "setrlimit", lambda _, wanted: raised.append(wanted))
        assert most_connections() == most
    assert raised[1] == (MOST_CONNECTIONS + 100, 10_000)
