"""Replicas as plain processes; with real nginx and real uploads in tests/benchmarks/resilience/test_kill.py."""

import socket
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from scripts import replicas
from scripts.replicas import NotStarted, Replica, Replicas, check_free, main, running, stop


def test_without_nginx_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(replicas, "find_nginx", lambda: None)
    with pytest.raises(NotStarted, match="apt-get install nginx"), running():
        pass
    with pytest.raises(SystemExit, match="error: nginx is not installed"):
        main([])


def test_a_replica_that_ends_at_once_is_not_waited_for(tmp_path: Path):
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)
    replica = Replica(8599, python=str(broken))
    with pytest.raises(NotStarted, match="has not been started"):
        _ = replica.process
    replica.start()
    with pytest.raises(NotStarted, match="port 8599 did not start"):
        replica.wait_until_ready()


def test_a_port_that_another_program_has_is_named():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(NotStarted, match=rf"Port {port} cannot be used: .*REPLICA_PORT"):
            check_free(port)
    check_free(port)


class Modelless(BaseHTTPRequestHandler):
    """A site without a model: it serves, and is not ready."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/healthz" else 503)
        self.end_headers()
        self.wfile.write(b'{"classifier": false, "status": "ok"}')

    def log_message(self, format: str, *args: object) -> None:
        pass


def test_a_replica_without_a_model_serves_what_it_can(capsys: pytest.CaptureFixture[str]):
    with ThreadingHTTPServer(("127.0.0.1", 0), Modelless) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        replica = Replica(server.server_address[1])
        replica._process = sleeping(30)
        try:
            replica.wait_until_ready()
        finally:
            replica.kill()
            server.shutdown()
    assert not replica.is_ready()
    assert "answers no photos; its lines above say why" in capsys.readouterr().out


def sleeping(seconds: float) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-c", f"import time; time.sleep({seconds})"], start_new_session=True)


def test_replicas_that_ended_are_started_again_and_a_dead_nginx_ends_all(monkeypatch: pytest.MonkeyPatch):
    started: list[int] = []

    def start(self: Replica) -> None:
        started.append(self.port)
        self._process = sleeping(60)

    monkeypatch.setattr(Replica, "start", start)
    pair = (Replica(1), Replica(2))
    for replica in pair:
        replica.start()
    nginx = sleeping(60)
    try:
        site = Replicas(8599, pair, nginx)
        assert site.mend() == []
        pair[1].kill()
        assert site.mend() == [2]
        assert started == [1, 2, 2]
        nginx.kill()
        nginx.wait()
        with pytest.raises(NotStarted, match="nginx has ended"):
            site.mend()
    finally:
        for replica in pair:
            replica.kill()


STUBBORN = """
import signal, time
for number in (signal.SIGQUIT, signal.SIGTERM):
    signal.signal(number, signal.SIG_IGN)
print("ready", flush=True)
time.sleep(60)
"""


def stubborn() -> "subprocess.Popen[bytes]":
    process = subprocess.Popen([sys.executable, "-c", STUBBORN], stdout=subprocess.PIPE, start_new_session=True)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    return process


def test_all_end_in_time_though_a_slow_client_keeps_nginx_and_a_replica_does_not_listen(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(replicas, "STOPS_WITHIN_S", 1.0)
    monkeypatch.setattr(replicas, "NGINX_STOPS_ALONE_S", 0.2)
    pair = (Replica(1), Replica(2), Replica(3))
    pair[0]._process, pair[1]._process, nginx = stubborn(), sleeping(60), stubborn()
    began = time.monotonic()
    stop(nginx, pair)
    assert 0.9 < time.monotonic() - began < 5
    assert [process.poll() for process in (nginx, pair[0].process, pair[1].process)] == [-9, -9, -15]
    assert not pair[2].is_started


def test_without_slow_clients_nobody_is_killed():
    pair = (Replica(1), Replica(2))
    pair[0]._process, pair[1]._process, nginx = sleeping(60), sleeping(60), sleeping(60)
    stop(nginx, pair)
    assert [process.poll() for process in (nginx, pair[0].process, pair[1].process)] == [-3, -15, -15]
