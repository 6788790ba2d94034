"""Servers that are started and stopped, in the environment of the tests."""

import sys
import time
from pathlib import Path

import pytest

from benchmarks.serving import servers
from benchmarks.serving.servers import (
    NotInstalled,
    NotReady,
    Running,
    Server,
    is_alive,
    is_ready,
    running,
    site,
    wait_until,
)

SERVE = (
    "import http.server, os, signal, sys\n"
    "if os.environ.get('FAIL'): sys.exit('no rose here')\n"
    "if os.environ.get('STAY'): signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "http.server.ThreadingHTTPServer(('127.0.0.1', int(sys.argv[1])), http.server.SimpleHTTPRequestHandler)"
    ".serve_forever()"
)


@pytest.fixture(autouse=True)
def not_for_long(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(servers, "STARTS_WITHIN_S", 30)


def server(**environ: str) -> Server:
    return Server("a server", Path(sys.prefix), ("-c", SERVE, "{port}"), environ)


def test_a_server_is_ready_and_gone_afterwards():
    with running(server()) as found:
        assert is_ready(found)
        assert is_alive(found.process)
    assert not is_ready(found)
    assert not is_alive(found.process)


def test_one_that_does_not_stop_is_killed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(servers, "STOPS_WITHIN_S", 0.2)
    with running(server(STAY="1")) as found:
        pass
    assert not is_alive(found.process)


def test_one_that_ends_says_why():
    with pytest.raises(NotReady, match=r"a server did not start\. It said: no rose here"), running(server(FAIL="1")):
        pass


def test_one_that_is_not_waited_for_can_be_waited_for_later():
    with running(server(), wait=False) as found:
        wait_until(lambda: is_ready(found), found)


def test_waiting_ends(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(servers, "STARTS_WITHIN_S", 0.05)
    with pytest.raises(NotReady), running(server()) as found:
        wait_until(lambda: False, found)
    found = Running(server(), 1, 2**22 + 1, time.perf_counter())
    with pytest.raises(NotReady):
        wait_until(lambda: False, found)


def test_one_whose_environment_is_missing_says_so():
    light = site("the site", Path("/nowhere"), Path("a.safetensors"), PORT_OF_CALL="x")
    assert not light.is_installed
    assert light.environ["CHECKPOINT"] == "a.safetensors"
    assert light.environ["PORT_OF_CALL"] == "x"
    with pytest.raises(NotInstalled, match="make bench"), running(light):
        pass


def test_a_server_may_store_compiled_modules_as_for_its_users(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("LANG", "C")
    assert "PYTHONDONTWRITEBYTECODE" not in servers.inherited()
    assert servers.inherited()["LANG"] == "C"
