import errno

import pytest
import torch

from classifier.training.loop.memory import memory_problem


@pytest.mark.parametrize(
    ("error", "beginning"),
    [
        (RuntimeError("DataLoader worker (pid 12) is killed by signal: Killed. "), "A process that reads photos"),
        (RuntimeError("DataLoader worker (pid(s) 12, 13) exited unexpectedly"), "A process that reads photos"),
        (RuntimeError("DataLoader worker (pid 1) is killed by signal: Bus error. It is possible …"), "A process that"),
        (torch.OutOfMemoryError("CUDA out of memory."), "The memory of the graphics card"),
        (MemoryError("Caught MemoryError in DataLoader worker process 0."), "The memory is full"),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), "The memory is full"),
        (RuntimeError("[enforce fail at alloc_cpu.cpp:127] DefaultCPUAllocator: can't allocate memory"), "The memory"),
        (RuntimeError("mat1 and mat2 shapes cannot be multiplied"), None),
        (OSError(errno.ENOSPC, "No space left on device"), None),
    ],
)
def test_errors_for_want_of_memory(error: Exception, beginning: str | None) -> None:
    found = memory_problem(error)
    assert found == beginning or (found and beginning and found.startswith(beginning))
