"""The command line as a process of its own: what becomes of output that cannot be written."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.making.runs import plant_photos, plant_run, save_untrained

FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")


def run(*arguments: object, largest: int | None = None, **options: object) -> subprocess.CompletedProcess[str]:
    """Run a command; with `largest`, no file may become larger than so many bytes, as on a full disk."""

    def limit() -> None:
        if largest is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))

    command = [sys.executable, "-m", "classifier", *map(str, arguments)]
    keywords = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "check": False, "timeout": 120}
    return subprocess.run(command, preexec_fn=limit, **{**keywords, **options})  # type: ignore[call-overload, no-any-return]


def is_one_sentence(text: str) -> bool:
    return text.count("error: ") == 1 and "Traceback" not in text and "Exception ignored" not in text


@needs_full
@pytest.mark.parametrize("arguments", [["--json"], []])
def test_a_full_disk_below_stdout_is_a_sentence(tmp_path: Path, arguments: list[str]) -> None:
    checkpoint = save_untrained(tmp_path / "tiny.safetensors")
    photos = plant_photos(tmp_path / "photos")
    with FULL.open("w") as full:
        done = run("predict", *photos, "--checkpoint", checkpoint, *arguments, stdout=full)
    assert done.returncode == 1
    assert "error: The output cannot be written: No space left on device. Make room" in done.stderr
    assert is_one_sentence(done.stderr)


@needs_full
def test_a_full_disk_below_stdout_and_stderr_is_quiet(tmp_path: Path) -> None:
    checkpoint, photos = save_untrained(tmp_path / "tiny.safetensors"), plant_photos(tmp_path / "photos")
    with FULL.open("w") as full:
        done = run("predict", *photos, "--checkpoint", checkpoint, stdout=full, stderr=full)
    assert done.returncode == 1


@needs_full
def test_a_full_disk_below_the_csv_is_a_sentence(tmp_path: Path) -> None:
    checkpoint = save_untrained(tmp_path / "tiny.safetensors")
    done = run("predict", plant_photos(tmp_path / "photos")[0], "--checkpoint", checkpoint, "--csv", FULL)
    assert done.returncode == 1
    assert "/dev/full cannot be written: No space left on device. Free some space and run the same" in done.stderr
    assert is_one_sentence(done.stderr)


def test_a_disk_that_fills_up_leaves_a_csv_that_can_be_continued(tmp_path: Path) -> None:
    checkpoint, photos = save_untrained(tmp_path / "tiny.safetensors"), plant_photos(tmp_path / "photos")
    command = ["predict", *photos, "--checkpoint", checkpoint, "--csv", tmp_path / "a.csv"]
    stopped = run(*command, largest=1000)
    assert stopped.returncode == 1
    assert "a.csv cannot be written: File too large" in stopped.stderr
    assert is_one_sentence(stopped.stderr)
    assert (tmp_path / "a.csv").stat().st_size == 1000, "the last row is cut"
    assert run(*command).returncode == 0
    rows = (tmp_path / "a.csv").read_text(encoding="utf-8").splitlines()
    assert sorted(row.partition(",")[0] for row in rows[1:]) == sorted(map(str, photos))


@pytest.mark.parametrize("arguments", [["--report"], ["--report", "folder"], ["--report", "x.json"]])
def test_a_disk_that_is_full_for_the_report_leaves_nothing(tmp_path: Path, arguments: list[str]) -> None:
    checkpoint = plant_run(tmp_path / "run")
    before = sorted(checkpoint.parent.iterdir())
    done = run("evaluate", "--checkpoint", checkpoint, *arguments, cwd=tmp_path, largest=100, env=environment())
    assert done.returncode == 1
    assert "cannot be written: File too large" in done.stderr
    assert is_one_sentence(done.stderr)
    assert sorted(checkpoint.parent.iterdir()) == before
    assert not [path for path in tmp_path.rglob("*") if "report" in path.name or path.suffix == ".json"]


def test_a_disk_that_is_full_for_the_manifest_leaves_nothing(tmp_path: Path) -> None:
    plant_photos(tmp_path / "photos")
    done = run("split", "photos", "--manifest", cwd=tmp_path, largest=100, env=environment())
    assert done.returncode == 1
    assert "manifest.csv could not be written: File too large" in done.stderr
    assert is_one_sentence(done.stderr)
    assert not list(tmp_path.rglob("*manifest*"))


@pytest.mark.parametrize("arguments", [["--json"], ["--top-k", "1"]])
@pytest.mark.parametrize("count", [1, 12])
def test_a_reader_that_has_gone_is_no_error(tmp_path: Path, arguments: list[str], count: int) -> None:
    checkpoint = save_untrained(tmp_path / "tiny.safetensors")
    photos = plant_photos(tmp_path / "photos")[:count]  # a table each, or a line
    command = [sys.executable, "-m", "classifier", "predict", *photos, "--checkpoint", checkpoint, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read().decode()
        assert process.wait(timeout=120) == 0
    assert "Error" not in said


def environment() -> dict[str, str]:
    """The environment of this process, with the repository to be imported from any folder."""
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
