from pathlib import Path

import pytest

from classifier.__main__ import main
from classifier.cli.cluster.parts import report_parts
from classifier.inference.cluster import ray_data
from classifier.inference.cluster.parts import Plan
from classifier.inference.cluster.worker import Done, Worker
from tests.making.runs import plant_photos, save_untrained


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(save_untrained(tmp_path_factory.mktemp("tiny") / "tiny.safetensors"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twelve photos, a text file that calls itself a photo, an empty file."""
    root = tmp_path / "holiday"
    plant_photos(root)
    (root / "fake.jpg").write_text("not a photo")
    (root / "empty.JPG").touch()
    return root


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--parts", "answers"], "--parts is for --cluster ray"),
        (["--workers", "2"], "--workers is for --cluster ray"),
        (["--parts-form", "csv"], "--parts-form is for --cluster ray"),
        (["--cluster", "ray"], "Name it by --parts"),
        (["--cluster", "ray", "--parts", "answers", "--json"], "without --csv and --json"),
        (["--cluster", "ray", "--parts", "answers", "--device", "cuda"], "Leave --device cuda out"),
        (["--cluster", "ray", "--parts", "answers", "--part-size", "0"], "--part-size is at least 1"),
        (["--cluster", "ray", "--parts", "answers", "--workers", "0"], "--workers is at least 1"),
    ],
)
def test_options_of_the_cluster_go_together(
    checkpoint: str, capsys: pytest.CaptureFixture[str], options: list[str], words: str
):
    assert main(["predict", "photos", "--checkpoint", checkpoint, *options]) == 1
    assert words in capsys.readouterr().err


@pytest.fixture
def without_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    """One worker in this process in Ray's place."""
    pytest.importorskip("fsspec")
    monkeypatch.setattr(ray_data, "check_installed", lambda: None)
    monkeypatch.setattr(ray_data, "do_parts", lambda job, parts, workers: map(Worker(job).do, parts))


def test_a_folder_in_parts_and_the_same_command_again(
    checkpoint: str, folder: Path, tmp_path: Path, without_ray: None, capsys: pytest.CaptureFixture[str]
):
    answers = tmp_path / "answers"
    command = ["predict", str(folder), "--cluster", "ray", "--parts", str(answers), "--parts-form", "csv"]
    command += ["--part-size", "5", "--checkpoint", checkpoint]
    assert main(command) == 1
    err = capsys.readouterr().err
    assert "14 photos in" in err
    assert "2 of them could not be read" in err
    files = {file.name: file.read_bytes() for file in answers.glob("part-*.csv")}
    assert len(files) == 3
    (answers / "part-000001.csv").unlink()
    main(command)
    err = capsys.readouterr().err
    assert "2 of 3 parts are in" in err
    assert "5 photos in" in err
    assert {file.name: file.read_bytes() for file in answers.glob("part-*.csv")} == files
    assert main(command) == 0, "nothing left to do"


def test_answers_in_parts_do_not_go_among_the_photos(
    checkpoint: str, folder: Path, without_ray: None, capsys: pytest.CaptureFixture[str]
):
    command = [
        "predict",
        str(folder),
        "--cluster",
        "ray",
        "--parts",
        str(folder / "answers"),
        "--checkpoint",
        checkpoint,
    ]
    assert main(command) == 1
    assert "is among the photos" in capsys.readouterr().err


def test_parts_that_were_not_written_are_named(capsys: pytest.CaptureFixture[str]):
    plan = Plan(("photos",), "m", 5, "parquet", 10, parts=20, photos=200)
    finished = [Done(part, trouble="OSError: away") for part in range(12, 0, -1)] + [Done(0, photos=10, seconds=1)]
    assert report_parts(plan, finished, seconds=2) == 1
    err = capsys.readouterr().err
    assert "10 photos in 2.0 s" in err
    assert "part-000001.parquet was not written: OSError: away" in err
    assert "part-000009" not in err, "eight are enough"
    assert "12 parts are missing. Run the same command again" in err
