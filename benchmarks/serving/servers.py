"""Servers to be measured: started as their users start them, each from its own virtual environment."""

import contextlib
import http.client
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FULL, LIGHT, OTHERS = (ROOT / name for name in (".venv", ".venv-serve", ".venv-bench"))
STARTS_WITHIN_S, STOPS_WITHIN_S = 180, 60
LOOKS_EVERY_S = 0.02


class NotInstalled(OSError):
    """The environment that a server needs is not there."""


class NotReady(OSError):
    """A server does not answer."""


@dataclass(frozen=True)
class Server:
    """A server.

    name: for the tables.
    environment: the folder of its virtual environment.
    command: what its Python is given; {port} stands for the port.
    environ: further environment variables.
    ready: a path that answers 200 once it can be asked.
    """

    name: str
    environment: Path
    command: tuple[str, ...]
    environ: Mapping[str, str] = field(default_factory=dict)
    ready: str = "/"

    @property
    def python(self) -> Path:
        """The Python that runs it."""
        return self.environment / "bin" / "python"

    @property
    def is_installed(self) -> bool:
        """Whether there is such a Python."""
        return self.python.is_file()


@dataclass(frozen=True)
class Running:
    """A server that runs.

    port: on 127.0.0.1.
    process: the number of the process that was started.
    started: when, by `time.perf_counter`.
    """

    server: Server
    port: int
    process: int
    started: float


def site(name: str, environment: Path, checkpoint: Path, *, engine: str = "auto", **environ: str) -> Server:
    """The site as `make serve` and `make app` start it.

    Args:
        name: for the tables.
        environment: `LIGHT`, `FULL`, or another that has its packages.
        checkpoint: that it serves.
        engine: as the setting ENGINE.
        environ: further settings.
    """
    settings = {"CHECKPOINT": str(checkpoint), "ENGINE": engine, "LOG_LEVEL": "ERROR", "FLOWERS_ROOT": "", **environ}
    command = ("-m", "gunicorn", "--no-control-socket", "app:server")
    return Server(name, environment, command, settings, ready="/healthz")


@contextlib.contextmanager
def running(server: Server, *, wait: bool = True) -> Iterator[Running]:
    """Start a server, and stop it afterwards.

    Args:
        server: to start.
        wait: until it is ready.

    Raises:
        NotInstalled: its environment is not there.
        NotReady: it ends by itself or does not answer in time; what it printed is in the message.
    """
    if not server.is_installed:
        raise NotInstalled(f"{server.name}: there is no {server.python}; `make bench` installs it.")
    port = free_port()
    environ = {**inherited(), "HOST": "127.0.0.1", "PORT": str(port), "WEB_CONCURRENCY": "1", **server.environ}
    command = [str(server.python), *(part.format(port=port) for part in server.command)]
    with tempfile.TemporaryFile() as log:
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=log, stderr=log)
        try:
            found = Running(server, port, process.pid, started)
            if wait:
                wait_until(lambda: is_ready(found), found)
            yield found
        except NotReady as error:
            log.seek(0)
            raise NotReady(f"{error} It said: {log.read().decode(errors='replace').strip()[-2000:]}") from None
        finally:
            process.terminate()
            try:
                process.wait(timeout=STOPS_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def inherited() -> dict[str, str]:
    """Environment variables of this process, without what would keep Python from storing compiled modules."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def wait_until(done: Callable[[], bool], found: Running) -> None:
    """Wait until something succeeds with a server.

    Raises:
        NotReady: it does not within `STARTS_WITHIN_S`, or the server's process has ended.
    """
    while not done():
        if time.perf_counter() - found.started > STARTS_WITHIN_S or not is_alive(found.process):
            raise NotReady(f"{found.server.name} did not start.")
        time.sleep(LOOKS_EVERY_S)


def is_ready(found: Running) -> bool:
    """Whether a server answers its path `ready`."""
    connection = http.client.HTTPConnection("127.0.0.1", found.port, timeout=10)
    try:
        connection.request("GET", found.server.ready)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def is_alive(process: int) -> bool:
    """Whether a process runs; one that has ended and was not waited for does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def free_port() -> int:
    """A port on 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
