import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Blocks of 16 MB, freed again: what is still held then is what glibc kept.
CODE = """
import sys
from classifier import memory
memory.{function}()
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
from classifier import memory
memory.return_freed_pictures()
blocks = [bytearray(b"x" * 100_000) for _ in range(600)]
stays = blocks.pop()
del blocks
memory.{function}()
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
