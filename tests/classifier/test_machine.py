import mmap
import os
import subprocess
import sys
from pathlib import Path

import pytest

from classifier import machine
from classifier.machine import usable_cores

ROOT = Path(__file__).parents[2]
# Blocks of 16 MB, freed again: what is still held then is what glibc kept.
CODE = """
import sys
from classifier import machine
machine.{function}()
blocks = [bytearray(16 << 20) for _ in range(20)]
for block in blocks:
    block[:] = b"x" * len(block)
del blocks, block
lines = open("/proc/self/status") if sys.platform == "linux" else ["VmRSS 0"]
print(*[line.split()[1] for line in lines if line.startswith("VmRSS")])
"""

# Small blocks below one that stays: glibc gives them back when it is asked only.
SMALL = """
import sys
from classifier import machine
machine.return_freed_pictures()
blocks = [bytearray(b"x" * 100_000) for _ in range(600)]
stays = blocks.pop()
del blocks
machine.{function}()
lines = open("/proc/self/status") if sys.platform == "linux" else ["VmRSS 0"]
print(*[line.split()[1] for line in lines if line.startswith("VmRSS")])
"""


def held_kb(function: str, *, code: str = CODE) -> int:
    code = code.format(function=function)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def test_large_pictures_go_back_and_those_of_a_training_stay() -> None:
    returned, kept = held_kb("return_freed_pictures"), held_kb("keep_freed_memory")
    if sys.platform == "linux":
        assert returned < 100_000
        assert kept > 300_000


def test_what_is_free_goes_back_when_asked_for() -> None:
    held, returned = (held_kb(function, code=SMALL) for function in ("return_freed_pictures", "return_freed_memory"))
    if sys.platform == "linux":
        assert returned < held - 30_000


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system binds no process to cores")
def test_cores_that_the_process_may_not_use_do_not_count() -> None:
    one = min(os.sched_getaffinity(0))
    code = f"import os; from classifier import machine; os.sched_setaffinity(0, [{one}]); print(machine.usable_cores())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "1"


@pytest.mark.parametrize(("count", "expected"), [(8, 8), (None, 1)])
def test_where_the_system_does_not_say_all_cores_count(
    count: int | None, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "os", type("os", (), {"cpu_count": staticmethod(lambda: count)}))
    assert usable_cores() == expected


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not say")
def test_memory_in_use_grows_with_what_is_taken():
    before = machine.resident_bytes()
    assert before is not None
    with mmap.mmap(-1, 64 << 20) as block:  # pages of its own, not some that were freed and stayed with the process
        block[:: mmap.PAGESIZE] = b"x" * (len(block) // mmap.PAGESIZE)
        after = machine.resident_bytes()
    assert after is not None
    assert 60 << 20 < after - before < 200 << 20


def test_where_the_system_does_not_say_memory_in_use_is_unknown(monkeypatch: pytest.MonkeyPatch):
    def missing(_: Path) -> bytes:
        raise FileNotFoundError

    monkeypatch.setattr(Path, "read_bytes", missing)
    assert machine.resident_bytes() is None
