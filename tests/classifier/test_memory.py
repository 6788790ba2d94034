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


def held_kb(function: str) -> int:
    code = CODE.format(function=function)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def test_large_pictures_go_back_and_those_of_a_training_stay() -> None:
    returned, kept = held_kb("return_freed_pictures"), held_kb("keep_freed_memory")
    if sys.platform == "linux":
        assert returned < 100_000
        assert kept > 300_000
