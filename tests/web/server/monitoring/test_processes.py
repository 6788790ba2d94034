"""Real gunicorn with two workers, one of which is killed; and the hooks by themselves."""

import fcntl
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest
from prometheus_client.mmap_dict import MmapedDict

from tests.making.fakes import draw_flower, encode
from tests.making.scraping import Scrape
from web.server.monitoring import processes
from web.server.monitoring.metrics import VERDICTS

ROOT = Path(__file__).parents[4]
PHOTO = encode(draw_flower())


class Server:
    """gunicorn with the fake classifier, which takes 0.2 s a photo, in two workers that look at two at once each."""

    def __init__(self, folder: Path, **environ: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        settings = {"HOST": "127.0.0.1", "PORT": str(self.port), "GARDEN": str(folder), "WEB_CONCURRENCY": "2"}
        command = [sys.executable, "-m", "gunicorn", "--no-control-socket", "tests.browser.fake_app:server"]
        self.log = folder / "log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env={**os.environ, **settings, "LOG_FORMAT": "json", **environ}, stderr=log
            )

    def ask(self, path: str, body: bytes | None = None) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET" if body is None else "POST", path, body)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def classify(self) -> None:
        self.ask("/api/v1/classify", PHOTO)

    def classify_or_fail(self) -> None:
        with suppress(OSError, http.client.HTTPException):
            self.classify()

    def scrape(self) -> Scrape:
        status, text = self.ask("/metrics")
        assert status == 200, text
        return Scrape(text)

    def workers(self) -> list[int]:
        return list(map(int, Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()))

    def wait_for(self, workers: set[str]) -> Scrape:
        until = time.monotonic() + 60
        while True:
            assert time.monotonic() < until
            assert self.process.poll() is None, self.log.read_text()
            try:
                found = self.scrape()
            except OSError:
                found = Scrape("")
            if {labels["worker"] for labels in found.labels("florascope_resident_bytes")} == workers:
                return found
            time.sleep(0.1)

    def folders(self) -> list[Path]:
        """Those that its main process has open, to lock them."""
        return [link.readlink() for link in Path(f"/proc/{self.process.pid}/fd").iterdir() if is_shared(link)]


def is_shared(link: Path) -> bool:
    try:
        return link.readlink().name.startswith(processes.PREFIX)
    except OSError:
        return False


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path)
    try:
        server.wait_for({"0", "1"})
        yield server
    finally:
        server.process.terminate()
        server.process.wait(timeout=30)


def test_all_workers_are_in_one_scrape_and_a_killed_one_takes_its_line_with_it_but_not_its_answers(server):
    first, second = server.workers()
    for stopped in (first, second):  # so that the other one answers
        os.kill(stopped, signal.SIGSTOP)
        server.classify()
        os.kill(stopped, signal.SIGCONT)
    for _ in range(6):  # whoever is asked
        found = server.scrape()
        assert found.value("florascope_answers_total", verdict="none") == 2
        assert found.value("florascope_stage_seconds_count", stage="rest") == 2
        assert found.value("florascope_line_length") == 0
    assert all(
        found.value("florascope_peak_resident_bytes", worker=worker)
        >= found.value("florascope_resident_bytes", worker=worker) * 0.9
        > 10 << 20
        for worker in "01"
    )

    os.kill(second, signal.SIGSTOP)
    visitors = [threading.Thread(target=server.classify_or_fail) for _ in range(20)]
    for visitor in visitors:
        visitor.start()
    until = time.monotonic() + 10
    while server.scrape().value("florascope_line_length") < 5:
        assert time.monotonic() < until
    os.kill(first, signal.SIGKILL)
    os.kill(second, signal.SIGCONT)
    for visitor in visitors:
        visitor.join()
    found = server.wait_for({"0", "1"})
    assert found.value("florascope_line_length") == 0
    assert found.value("florascope_answers_total", verdict="none") >= 2
    (folder,) = server.folders()
    assert {file.name for file in folder.iterdir()} == {
        name.format(number) for name in processes.FILES for number in (0, 1)
    }, "the new worker goes on in the files of the killed one, and prometheus_client made no others"
    used = [MmapedDict(file, read_mode=True)._used for file in folder.iterdir()]
    assert max(used) < processes.FILE_BYTES / 2

    server.process.terminate()
    assert server.process.wait(timeout=30) == 0
    assert not folder.exists()
    records = [json.loads(line) for line in server.log.read_text().splitlines()]
    assert {"Shutting down: Master", f"Worker (pid:{first}) was sent SIGKILL! Perhaps out of memory?"} <= {
        record["message"] for record in records
    }


def test_new_settings_replace_the_workers_and_figures_go_on(server):
    server.classify()
    (folder,) = server.folders()
    server.process.send_signal(signal.SIGHUP)
    found = server.wait_for({"2", "3"})
    assert found.value("florascope_answers_total", verdict="none") == 1
    assert server.folders() == [folder]
    server.classify()
    assert server.scrape().total("florascope_answers_total") == 2


def test_without_room_for_the_files_the_site_starts_and_says_so(tmp_path: Path):
    code = (
        "import os, runpy, sys\n"
        "from web.server.monitoring import processes\n"
        "def full(*_): raise OSError(28, 'No space left on device')\n"
        "processes.make_files = full\n"
        "sys.argv[0] = 'gunicorn'\n"
        "runpy.run_module('gunicorn', run_name='__main__', alter_sys=True)\n"
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = object.__new__(Server)
    server.port, server.log = port, tmp_path / "log"
    environ = {"HOST": "127.0.0.1", "PORT": str(port), "GARDEN": str(tmp_path), "PYTHONPATH": str(ROOT)}
    with server.log.open("wb") as log:
        server.process = subprocess.Popen(
            [sys.executable, "-c", code, "--no-control-socket", "tests.browser.fake_app:server"],
            cwd=ROOT, env={**os.environ, **environ}, stderr=log,
        )  # fmt: skip
    try:
        server.wait_for({"0"})
        server.classify()
        assert server.scrape().total("florascope_answers_total") == 1
        assert "their files cannot be made ([Errno 28] No space left on device)." in server.log.read_text()
    finally:
        server.process.terminate()
        server.process.wait(timeout=30)


@pytest.mark.parametrize(("taken", "free"), [((), 0), ((0, 1), 2), ((1, 2), 0), ((0, 2, 3), 1), ((5, 5), 0)])
def test_a_worker_gets_the_lowest_number_that_is_free(taken, free):
    assert processes.lowest_free(taken) == free


def test_files_are_made_whole_and_not_made_twice(tmp_path: Path):
    processes.make_files(tmp_path, 3)
    sizes = {file.name: (file.stat().st_size, file.stat().st_blocks * 512) for file in tmp_path.iterdir()}
    assert sizes == {name.format(3): (processes.FILE_BYTES,) * 2 for name in processes.FILES}
    (tmp_path / processes.FILES[0].format(3)).write_bytes(b"counted")
    processes.make_files(tmp_path, 3)
    assert (tmp_path / processes.FILES[0].format(3)).read_bytes() == b"counted"
    with pytest.raises(OSError, match="No such file"):
        processes.make_files(tmp_path / "gone", 3)


def test_folders_of_killed_servers_are_removed_and_those_in_use_stay(tmp_path: Path):
    abandoned, used, new, other = (
        tmp_path / name
        for name in (f"{processes.PREFIX}a", f"{processes.PREFIX}b", f"{processes.PREFIX}c", "something-else")
    )
    for folder in (abandoned, used, new, other):
        folder.mkdir()
        (folder / "file").touch()
    long_ago = time.time() - 2 * processes.UNLOCKED_S
    for folder in (abandoned, used, other):
        os.utime(folder, (long_ago, long_ago))
    (tmp_path / f"{processes.PREFIX}link").symlink_to(other)
    lock = os.open(used, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    processes.remove_abandoned(tmp_path)
    os.close(lock)
    assert [folder.exists() for folder in (abandoned, used, new, other)] == [False, True, True, True]
    assert (other / "file").exists()


def test_a_dead_worker_without_files_is_nothing_to_forget(tmp_path: Path):
    processes.child_exit(None, SimpleNamespace(number=0, metrics_folder=None))
    processes.child_exit(None, SimpleNamespace(number=0, metrics_folder=tmp_path / "gone"))


def test_alone_a_process_counts_in_its_memory():
    assert processes.number() == "0"
    assert processes.folder() is None
    assert len(VERDICTS) == len(set(VERDICTS))


def test_the_folder_is_in_memory_or_else_where_temporary_files_may_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    memory, temporary = tmp_path / "memory", tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(processes, "MEMORY", memory)
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(temporary))
    for place in (temporary, memory):  # the second is not there at first
        made = processes.make_folder.__wrapped__(0)  # as if another process had: it stays
        assert made.parent == place
        assert made.stat().st_mode & 0o777 == 0o700
        memory.mkdir(exist_ok=True)
