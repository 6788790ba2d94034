import os
import subprocess
import sys

import pytest

from benchmarks.serving.processes import family, processor_s, proportional_mb, resident_mb, worker

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
CODE = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'print(1, flush=True); input()'])"


@pytest.fixture
def parent():
    process = subprocess.Popen([sys.executable, "-c", CODE], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout
    assert process.stdin
    process.stdout.readline()  # the child runs
    yield process.pid
    process.stdin.close()
    process.wait(timeout=30)
    process.stdout.close()


def test_a_family_is_a_process_and_its_children(parent: int):
    members = family(parent)
    assert members[0] == parent
    assert len(members) == 2
    assert worker(parent) == members[1]
    assert worker(members[1]) == members[1]


def test_memory_is_in_megabytes(parent: int):
    assert 1 < resident_mb(os.getpid()) < 100_000
    assert proportional_mb(parent) < resident_mb(parent) + resident_mb(worker(parent))
    assert proportional_mb(parent) > proportional_mb(worker(parent)) > 0


def test_time_grows_with_work():
    before = processor_s(os.getpid())
    while processor_s(os.getpid()) < before + 0.05:
        sum(range(10_000))


def test_a_process_that_is_gone_has_no_children():
    assert family(2**22 + 1) == [2**22 + 1]
