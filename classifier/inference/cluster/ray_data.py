"""Ray Data: hands the parts out to workers on this machine or on a cluster, and again where a worker was lost.

https://docs.ray.io/en/latest/data/data.html
"""

import logging
import os
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from classifier.errors import ClusterError, SettingError
from classifier.inference.cluster.worker import Done, Job, Worker

# Parts travel as numbers and come back as a few more, so that Ray's store of objects need not be large.
STORE_BYTES = 256 * 1024 * 1024
# Ray keeps books about each block; beyond so many parts, several share one, and are repeated together.
MOST_BLOCKS = 10_000
# A part whose worker is lost so often is given up: a photo in it may be what ends the process.
MOST_RETRIES = 3


class RayWorker:
    """Worker as Ray Data calls it: a row with a part's number → a row that says what became of it."""

    def __init__(self, job: Job, folder: str) -> None:
        """Load the classifier, in the folder that relative paths start from."""
        if Path(folder).is_dir():
            os.chdir(folder)
        self.worker = Worker(job)

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        """Do the part of a row."""
        return asdict(self.worker.do(int(row["item"])))


def check_installed() -> None:
    """Check that the packages are here, before photos are listed.

    Raises:
        SettingError: one is not.
    """
    for package in ("ray", "fsspec", "pyarrow"):
        if find_spec(package) is None:
            raise SettingError(
                f"--cluster ray needs the package {package}, which is in a set of its own: "
                "pip install -r requirements-cluster.txt"
            )


def do_parts(job: Job, parts: Sequence[int], *, workers: int | None = None) -> Iterator[Done]:
    """Do parts by workers, each on a core of its own.

    RAY_ADDRESS names a cluster; without it, Ray is started on this machine and ends with the command.

    Args:
        job: what the workers have to know.
        parts: numbers.
        workers: how many; None for one on every core that Ray has.

    Yields:
        What became of each part, as they end. Parts whose worker was lost again and again are left out.

    Raises:
        ClusterError: Ray cannot be reached, or workers cannot start.
    """
    # Ray would otherwise report to its makers that and how it is used.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    # Ray's C++ part warns on stderr of what Ray Data does inside.
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    import ray
    import ray.data

    try:
        _start(ray, workers)
        context = ray.data.DataContext.get_current()
        context.enable_progress_bars = False
        context.max_errored_blocks = -1  # a part that ends its workers does not keep others from being done
        count = workers or max(1, int(ray.cluster_resources().get("CPU", 1)))
        numbers = ray.data.from_items(list(parts), override_num_blocks=min(len(parts), MOST_BLOCKS))
        # Ray Data 2.60 has no other way to say how often a part is tried, though it means to drop this one in 2.64.
        warnings.filterwarnings("ignore", message=".*ray_remote_args_fn", category=DeprecationWarning)
        done = numbers.map(
            RayWorker,
            fn_constructor_args=(job, os.getcwd()),
            # A part that waited in a lost worker's line would lose one of its retries, too.
            compute=ray.data.ActorPoolStrategy(size=min(count, len(parts)), max_tasks_in_flight_per_actor=1),
            num_cpus=1,
            ray_remote_args_fn=lambda: {"max_task_retries": MOST_RETRIES},
        )
        for row in done.iter_rows():
            yield Done(**row)
    except (ray.exceptions.RayError, ConnectionError, ValueError) as error:
        raise ClusterError(
            f"The workers could not finish: {_last_line(error)} Whole parts are kept; see to that, and run the same "
            "command again."
        ) from error
    finally:
        ray.shutdown()


def _start(ray: Any, workers: int | None) -> None:
    for handler in logging.getLogger("ray.data").handlers:
        if isinstance(handler, logging.StreamHandler):  # its file in Ray's folder has all
            handler.setLevel(logging.CRITICAL)
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR"}
    if not os.environ.get("RAY_ADDRESS"):
        options |= {"address": "local", "num_cpus": workers, "object_store_memory": STORE_BYTES}
        options |= {"include_dashboard": False}
    try:
        ray.init(**options)
    except Exception as error:  # Ray raises errors of many kinds, plain ones too
        where = os.environ.get("RAY_ADDRESS", "on this machine")
        raise ClusterError(
            f"Ray ({where}) does not answer: {_last_line(error)} See that it runs, and run the same command again."
        ) from error


def _last_line(error: Exception) -> str:
    """The sentence of an error that came from a worker, without its traceback and the name of its class."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return re.sub(r"^[\w.]+(Error|Exception): ", "", lines[-1]) if lines else type(error).__name__
