import os
import threading
import time
from pathlib import Path

import pytest

from benchmarks.serving import resources
from benchmarks.serving.resources import Memory, answer, disk_mb, first_answer_s, row
from benchmarks.serving.servers import Running, Server
from tests.benchmarks.serving.test_visitors import serving

SITE = Server("the site", Path("/nowhere"), ())


def test_files_count_once_and_links_lead_nowhere(tmp_path: Path):
    (tmp_path / "environment").mkdir()
    (tmp_path / "elsewhere").write_bytes(bytes(5_000_000))
    file = tmp_path / "environment" / "file"
    file.write_bytes(os.urandom(1_000_000))
    os.link(file, tmp_path / "environment" / "same")
    (tmp_path / "environment" / "link").symlink_to(tmp_path / "elsewhere")
    assert disk_mb(tmp_path / "environment") == pytest.approx(1.0, abs=0.1)


def test_the_first_answer_is_waited_for():
    refusals = iter([503, 503])
    with serving(lambda path, body: (next(refusals, 200), b'{"predictions": [{}]}')) as port:
        found = Running(SITE, port, os.getpid(), time.perf_counter() - 1)
        assert 1 < first_answer_s(found, b"photo") < 20


def test_memory_is_read_after_each_count_of_answers(monkeypatch: pytest.MonkeyPatch):
    lock, answers = threading.Lock(), [0]

    def count(path: str, body: bytes) -> tuple[int, bytes]:
        with lock:
            answers[0] += 1
        return 200, b'{"predictions": [{}]}'

    monkeypatch.setattr(resources.processes, "resident_mb", lambda process: float(answers[0]))
    monkeypatch.setattr(resources.processes, "proportional_mb", lambda process: 7.0)
    with serving(count) as port:
        memory = answer(Running(SITE, port, os.getpid(), 0.0), [b"a", b"b"], [5, 12])
    assert memory == Memory((0.0, 5.0, 12.0), 7.0)


def test_a_row_has_the_median_start_and_the_memory(tmp_path: Path):
    server = Server("the site", tmp_path, ())
    cells = row(server, [1.0, 9.0, 2.0], Memory((10.0, 20.0, 30.0), 25.0))
    assert cells == ("the site", "2", "10", "20", "30", "25", "0")
