"""Ray itself, with a server that stands in for S3. Its processes are killed in tests/benchmarks/resilience."""

import os
import signal
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest

from benchmarks.cluster import start_store
from benchmarks.resilience.lost_workers import parts_in
from classifier.__main__ import main
from classifier.cli.cluster.parts import LOST, lost_parts
from classifier.errors import ClusterError, SettingError
from classifier.inference.cluster import ray_data
from classifier.inference.cluster.parts import Plan, make_plan, missing_parts
from classifier.inference.cluster.photos import list_photos
from classifier.inference.cluster.ray_data import check_installed, do_parts
from classifier.inference.cluster.storage import Place
from classifier.inference.cluster.worker import Job
from classifier.photos.limits import DEFAULT_LIMITS
from tests.making.runs import plant_photos


@pytest.fixture(scope="module")
def server() -> Iterator[None]:
    """A server that speaks S3's protocol, for this process and those that it starts."""
    for package in ("ray", "pyarrow", "s3fs", "moto"):
        if find_spec(package) is None:
            pytest.skip(f"needs {package}: make test-cluster")
    with ExitStack() as stack:
        start_store(stack, {})
        yield


@pytest.fixture
def store(server: None) -> str:
    """URL of an empty bucket."""
    import fsspec

    url = f"s3://flowers-{uuid.uuid4().hex}"
    fsspec.filesystem("s3").mkdir(url)
    return url


def test_a_second_run_does_what_is_missing(
    store: str, checkpoint: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    plant_photos(tmp_path / "photos")
    place = Place.of(f"{store}/answers")
    command = ["predict", str(tmp_path / "photos"), "--cluster", "ray", "--workers", "2", "--part-size", "5"]
    command += ["--parts", place.address, "--checkpoint", str(checkpoint), "--engine", "torch"]
    assert main(command) == 0
    whole = {name: place.read(name) for name in parts_in(place)}
    import fsspec

    fsspec.filesystem("s3").rm(f"{place.address}/part-000001.parquet")
    capfd.readouterr()
    assert main(command) == 0
    err = capfd.readouterr().err
    assert "2 of 3 parts are in" in err
    assert "5 photos in" in err
    assert {name: place.read(name) for name in parts_in(place)} == whole


@dataclass(frozen=True)
class DeadlyPlace(Place):
    """Place of whose second part the list ends the process that reads it."""

    def read(self, name: str) -> bytes:
        if name == "plan/000001.json":
            os.kill(os.getpid(), signal.SIGKILL)
        return super().read(name)


def test_a_part_that_ends_every_worker_is_left_out_and_the_others_are_done(
    server: None, photos: Path, checkpoint: Path, tmp_path: Path
) -> None:
    place = DeadlyPlace(str(tmp_path / "answers"))
    plan, _ = make_plan(place, Plan((str(photos),), "model", 2, "csv", 3), list_photos([str(photos)]))
    job = Job(place, plan, checkpoint, "torch", DEFAULT_LIMITS)
    done = list(do_parts(job, missing_parts(place, plan), workers=1))
    assert sorted(each.part for each in done) == [0, 2, 3, 4]
    (lost,) = lost_parts(place, plan, done)
    assert (lost.part, lost.trouble) == (1, LOST)


def test_what_workers_cannot_load_is_said_in_a_sentence(
    server: None, photos: Path, checkpoint: Path, tmp_path: Path
) -> None:
    place = Place(str(tmp_path / "answers"))
    plan, _ = make_plan(place, Plan((str(photos),), "model", 2, "csv", 9), list_photos([str(photos)]))
    job = Job(place, plan, checkpoint, "onnxruntime", DEFAULT_LIMITS)  # an untrained checkpoint has no model file
    with pytest.raises(ClusterError, match="The workers could not finish: There is no model file"):
        list(do_parts(job, [0], workers=1))


@pytest.mark.parametrize("package", ["ray", "pyarrow", "fsspec"])
def test_what_is_not_installed_is_named(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ray_data, "find_spec", lambda name: None if name == package else True)
    with pytest.raises(SettingError, match=f"the package {package}.*requirements-cluster.txt"):
        check_installed()
