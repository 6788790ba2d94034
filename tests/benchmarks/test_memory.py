import os
import threading
import time

import pytest

from benchmarks.memory import send
from tests.benchmarks.serving.test_visitors import serving


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="reads /proc")
def test_all_photos_are_sent_at_once_and_the_most_memory_is_seen():
    together = threading.Barrier(3, timeout=20)

    def answer(path: str, body: bytes) -> tuple[int, bytes]:
        together.wait()
        time.sleep(0.2)  # the memory is looked at every 20 ms
        return 200, b'{"predictions": [{}]}'

    with serving(answer) as port:
        assert send(port, b"photo", visitors=3, process=os.getpid()) > 1
