"""Sentences for what PyTorch raises when the memory is full, here or in a process that reads photos."""

import errno
import re

import torch

# As in PyTorch's torch/utils/data/dataloader.py, torch/csrc/DataLoader.cpp and c10/core/CPUAllocator.cpp.
_LOST = re.compile(r"DataLoader worker \(pid.*(exited unexpectedly|killed by signal)")
_FULL = re.compile(r"can't allocate memory|unable to (open|allocate) shared memory|Cannot allocate memory")


def memory_problem(error: BaseException) -> str | None:
    """Beginning of a sentence on an error that comes from too little memory; None if it has another cause."""
    text = str(error)
    if _LOST.search(text):
        return "A process that reads photos was ended from outside, as systems do when the memory is full"
    if isinstance(error, torch.OutOfMemoryError):
        return "The memory of the graphics card is full"
    if isinstance(error, MemoryError) or getattr(error, "errno", None) == errno.ENOMEM or _FULL.search(text):
        return "The memory is full"
    return None
