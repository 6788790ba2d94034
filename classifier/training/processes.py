"""Processes that train together: torchrun says in the environment how many there are, and which one this is.

The only place that reads RANK, WORLD_SIZE and LOCAL_WORLD_SIZE (https://docs.pytorch.org/docs/stable/elastic/run.html).
"""

import os


def is_first_process() -> bool:
    """Whether this is the process that talks and writes files; a process on its own is."""
    return os.environ.get("RANK", "0") == "0"


def world_size() -> int:
    """Number of processes that train together, on all machines."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def local_world_size() -> int:
    """Number of processes that train together on this machine."""
    return int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
