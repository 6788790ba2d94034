"""Two replicas of the site behind nginx as plain processes, with the configuration of deploy/nginx: `make replicas`.

Serves until Ctrl-C or SIGTERM, which end nginx first and then the replicas. A replica that dies is started again.
Needs the light set or any environment that has its packages, and nginx (Debian and Ubuntu: apt-get install nginx).
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NGINX_FOLDER = ROOT / "deploy" / "nginx"
PORT, FIRST_REPLICA_PORT, REPLICAS = 8080, 8051, 2
READY_PATH = "/readyz"
TO_THE_JOURNAL = "syslog:server=unix:/dev/log,nohostname,tag=florascope_nginx"
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)
STARTS_WITHIN_S, LOOKS_EVERY_S = 180, 0.1
# All end within STOPS_WITHIN_S; for so long nginx alone takes in what clients have begun to send.
STOPS_WITHIN_S, NGINX_STOPS_ALONE_S = 9.0, 3.0
HOW_TO_INSTALL = (
    "nginx is not installed. On Debian and Ubuntu: apt-get install nginx-light; on macOS: brew install nginx."
)


class NotStarted(OSError):
    """A process did not start; the message says what to do."""


def get(port: int, path: str) -> tuple[int, bytes]:
    """The status and the body of an answer from 127.0.0.1.

    Raises:
        OSError: there is no answer, or none within 5 s.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read()
    except http.client.HTTPException as error:
        raise ConnectionError(str(error)) from error
    finally:
        connection.close()


def find_nginx() -> str | None:
    """Path of the nginx program, None without one; where Debian puts it, most users' PATH does not lead."""
    return shutil.which("nginx", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"]))


def write_configuration(
    folder: Path, *, listen: str, replica_ports: Sequence[int], log: str = "/dev/stdout", site: str = "http.conf"
) -> Path:
    """Copy deploy/nginx into a folder, for replicas that are plain processes of this machine.

    Args:
        folder: that is made.
        listen: port of nginx, or address and port.
        replica_ports: of the replicas, on 127.0.0.1.
        log: where a line for each request goes, as nginx's `access_log` takes it.
        site: http.conf or tls.conf.

    Returns:
        The file nginx.conf in it.
    """
    shutil.copytree(NGINX_FOLDER, folder, ignore=shutil.ignore_patterns("tls"))
    upstream = (NGINX_FOLDER / "upstream.conf").read_text("utf-8")
    for name, replica_port in zip(("replica-a", "replica-b"), replica_ports, strict=True):
        upstream = upstream.replace(f"{name}:8050", f"127.0.0.1:{replica_port}")
    (folder / "upstream.conf").write_text(upstream, "utf-8")
    text = (NGINX_FOLDER / site).read_text("utf-8")
    (folder / "site.conf").write_text(text.replace("listen 8080;", f"listen {listen};"), "utf-8")
    configuration = folder / "nginx.conf"
    text = configuration.read_text("utf-8").replace("access_log /dev/stdout ", f"access_log {log} ")
    configuration.write_text(text, "utf-8")
    return configuration


class Replica:
    """One gunicorn server of the site, with its workers in a process group of their own.

    Args:
        port: on 127.0.0.1.
        python: of an environment that has the site's packages.
        environ: further settings.
    """

    def __init__(self, port: int, *, python: str = sys.executable, environ: Mapping[str, str] | None = None) -> None:
        self.port, self._python, self._environ = port, python, dict(environ or {})
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The gunicorn master."""
        if self._process is None:
            raise NotStarted(f"The replica on port {self.port} has not been started.")
        return self._process

    @property
    def is_started(self) -> bool:
        """Whether it has been started; it may have ended since."""
        return self._process is not None

    def start(self) -> None:
        """Start it, without waiting for it."""
        environ = {**os.environ, **self._environ, "HOST": "127.0.0.1", "PORT": str(self.port), "TRUSTED_PROXIES": "1"}
        command = [self._python, "-m", "gunicorn", "--no-control-socket", "app:server"]
        self._process = subprocess.Popen(command, cwd=ROOT, env=environ, start_new_session=True)

    def wait_until_ready(self) -> None:
        """Wait until it answers photos, or says that it has no model to do so and serves what it can.

        Raises:
            NotStarted: it ended, or is not ready within `STARTS_WITHIN_S`.
        """
        give_up = time.monotonic() + STARTS_WITHIN_S
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > give_up:
                raise NotStarted(f"The replica on port {self.port} did not start; its lines above say why.")
            if self.has_no_model():
                print(f"The replica on port {self.port} answers no photos; its lines above say why.", flush=True)
                return
            time.sleep(LOOKS_EVERY_S)

    def is_ready(self) -> bool:
        """Whether it answers photos now."""
        try:
            return get(self.port, READY_PATH)[0] == 200
        except OSError:
            return False

    def has_no_model(self) -> bool:
        """Whether it serves, but without a model: its checkpoint is missing or damaged."""
        try:
            status, body = get(self.port, "/healthz")
            return status == 200 and json.loads(body)["classifier"] is False
        except (OSError, ValueError, KeyError):
            return False

    def kill(self) -> None:
        """End it with all its workers at once, as a power cut would."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Replicas:
    """Replicas behind nginx, which run.

    url: of nginx.
    replicas: those behind it.
    nginx: its process.
    """

    def __init__(self, port: int, replicas: Sequence[Replica], nginx: subprocess.Popen[bytes]) -> None:
        self.port, self.replicas, self.nginx = port, tuple(replicas), nginx
        self.url = f"http://127.0.0.1:{port}"

    def mend(self) -> list[int]:
        """Start those replicas again that have ended.

        Returns:
            Their ports.

        Raises:
            NotStarted: nginx has ended.
        """
        if self.nginx.poll() is not None:
            raise NotStarted("nginx has ended; its last lines above say why.")
        ended = [replica for replica in self.replicas if replica.process.poll() is not None]
        for replica in ended:
            replica.start()
        return [replica.port for replica in ended]


@contextlib.contextmanager
def running(
    *,
    port: int = PORT,
    replica_ports: Sequence[int] = tuple(range(FIRST_REPLICA_PORT, FIRST_REPLICA_PORT + REPLICAS)),
    python: str = sys.executable,
    environ: Mapping[str, str] | None = None,
    log: Path | None = None,
) -> Iterator[Replicas]:
    """Start replicas and nginx, wait until all are ready, and stop them afterwards.

    Args:
        port: of nginx.
        replica_ports: of the replicas.
        python: of an environment that has the site's packages.
        environ: further settings of the site.
        log: file for nginx's lines, one of JSON a request; without one they go where this process prints.

    Raises:
        NotStarted: there is no nginx, or a process did not start.
    """
    program = find_nginx()
    if program is None:
        raise NotStarted(HOW_TO_INSTALL)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="florascope-nginx-")))
        folder.chmod(0o755)  # started by root, nginx works as another user
        configuration = write_configuration(folder / "conf", listen=f"127.0.0.1:{port}", replica_ports=replica_ports)
        lines = stack.enter_context(log.open("ab")) if log else None
        replicas = [Replica(number, python=python, environ=environ) for number in replica_ports]
        processes: list[subprocess.Popen[bytes]] = []
        stack.callback(lambda: stop(processes[0] if processes else None, replicas))
        for number in (port, *replica_ports):
            check_free(number)
        for replica in replicas:
            replica.start()
        for replica in replicas:
            replica.wait_until_ready()
        words = [program, "-p", str(folder), "-c", str(configuration), "-e", "stderr", "-g", "daemon off;"]
        nginx = subprocess.Popen(words, stdout=lines, start_new_session=True)
        processes.append(nginx)
        wait_for_nginx(nginx, port)
        yield Replicas(port, replicas, nginx)


def check_free(port: int) -> None:
    """Check that no other program listens, which would be taken for a replica or nginx.

    Raises:
        NotStarted: one does, or the port may not be used.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise NotStarted(
                f"Port {port} cannot be used: {error.strerror}. Choose others: "
                "make replicas PORT=8090 REPLICA_PORT=8061"
            ) from error


def wait_for_nginx(nginx: subprocess.Popen[bytes], port: int) -> None:
    """Wait until nginx answers.

    Raises:
        NotStarted: it ended.
    """
    while nginx.poll() is None:
        with contextlib.suppress(OSError):
            get(port, "/healthz")
            return
        time.sleep(LOOKS_EVERY_S)
    raise NotStarted(f"nginx did not start on port {port}; its last lines above say why.")


def stop(nginx: subprocess.Popen[bytes] | None, replicas: Sequence[Replica]) -> None:
    """End nginx and the replicas after the requests in flight, all within `STOPS_WITHIN_S`.

    nginx, asked by SIGQUIT, would wait for as long as a slow client likes: what has not arrived in whole when the
    replicas have ended is dropped.
    """
    until = time.monotonic() + STOPS_WITHIN_S
    if nginx is not None:
        nginx.send_signal(signal.SIGQUIT)
        wait(nginx, until=time.monotonic() + NGINX_STOPS_ALONE_S)
    started = [replica for replica in replicas if replica.is_started]
    for replica in started:
        replica.process.terminate()
    for replica in started:
        if not wait(replica.process, until=until):
            replica.kill()
    if nginx is not None and nginx.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(nginx.pid, signal.SIGKILL)
        nginx.wait()


def wait(process: subprocess.Popen[bytes], *, until: float) -> bool:
    """Wait for the end of a process until a time (`time.monotonic`); whether it has ended."""
    try:
        process.wait(timeout=max(0.0, until - time.monotonic()))
    except subprocess.TimeoutExpired:
        return False
    return True


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until asked to stop, or only write nginx's configuration."""
    options = build_parser().parse_args(arguments)
    ports = tuple(range(options.replica_port, options.replica_port + REPLICAS))
    if options.configure:
        print(write_configuration(options.configure, listen=options.listen, replica_ports=ports, log=TO_THE_JOURNAL))
        return 0
    for number in STOP_SIGNALS:
        signal.signal(number, stop_once)
    try:
        with running(port=options.port, replica_ports=ports) as site:
            print(f"{REPLICAS} replicas serve behind nginx: {site.url}", flush=True)
            while True:
                time.sleep(LOOKS_EVERY_S)
                for port in site.mend():
                    print(f"The replica on port {port} ended and is started again.", flush=True)
    except KeyboardInterrupt:
        return 0
    except NotStarted as error:
        sys.exit(f"error: {error}")


def build_parser() -> argparse.ArgumentParser:
    """The options of `python -m scripts.replicas`."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0], prog="python -m scripts.replicas")
    parser.add_argument("--port", type=int, default=PORT, help="of nginx, on 127.0.0.1 (default: %(default)s)")
    parser.add_argument(
        "--replica-port", type=int, default=FIRST_REPLICA_PORT, help="of the first replica (default: %(default)s)"
    )
    parser.add_argument(
        "--configure",
        type=Path,
        metavar="FOLDER",
        help="only write nginx's configuration into a new folder, for replicas that systemd runs (docs/operations.md)",
    )
    parser.add_argument(
        "--listen", default="80", help="with --configure: port, or address and port, of nginx (default: %(default)s)"
    )
    return parser


def stop_once(*_: object) -> None:
    """End what is being done; further signals would only leave processes behind.

    Raises:
        KeyboardInterrupt: always.
    """
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
