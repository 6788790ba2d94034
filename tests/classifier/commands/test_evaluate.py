import json
import re
from pathlib import Path

import pytest
from PIL import Image

from classifier.__main__ import main
from classifier.reports.report import read_report
from tests.making.runs import plant_run


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return plant_run(tmp_path_factory.mktemp("run"))


def test_json_is_one_object(checkpoint: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["evaluate", "--checkpoint", str(checkpoint), "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["n"] == 9
    assert {"top1", "top5", "mean_class", "nll", "ece", "top1_interval"} <= figures.keys()


def test_tables_name_the_weakest_classes_and_pairs(checkpoint: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["evaluate", "--checkpoint", str(checkpoint), "--split", "split-test", "--batch-size", "4"]) == 0
    out = capsys.readouterr().out
    assert "best.safetensors on colours, split test" in out
    assert re.search(r"top1\s.*%", out)


@pytest.mark.parametrize("target", ["folder", "some.json", None])
def test_the_report_goes_where_it_is_told(checkpoint: Path, tmp_path: Path, target: str | None):
    arguments = [] if target is None else [str(tmp_path / target)]
    assert main(["evaluate", "--checkpoint", str(checkpoint), "--json", "--report", *arguments]) == 0
    if target is None:
        path = checkpoint.with_name("best.report.json")
    else:
        path = tmp_path / target if target.endswith(".json") else tmp_path / target / "report.json"
    report = read_report(path)
    assert report.summary["n"] == len(report.answers) == 9
    assert report.training.best_epoch == 3
    if target == "folder":
        page = (tmp_path / target / "report.html").read_text(encoding="utf-8")
        assert "data:image/webp" in page
        assert "green &amp; &lt;b&gt;" in page


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--split", "nope-test"], "no split “nope”"),
        (["--split", "valid"], "no photo in “valid”"),
        (["--data", "flowers102", "--split", "udacity-test"], "Use the photos that it was trained on|not on this"),
    ],
)
def test_what_cannot_be_measured_is_told(
    checkpoint: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
):
    assert main(["evaluate", "--checkpoint", str(checkpoint), *arguments]) == 1
    assert re.search(words, capsys.readouterr().err)


@pytest.mark.parametrize("size", ["0", "-1", "x", "1.5"])
@pytest.mark.parametrize("command", [["evaluate"], ["compare", "a", "b"]])
def test_a_batch_size_that_makes_no_sense(capsys: pytest.CaptureFixture[str], command: list[str], size: str):
    with pytest.raises(SystemExit):
        main([*command, "--batch-size", size])
    assert f"a whole number, at least 1; got “{size}”" in capsys.readouterr().err


def test_a_folder_by_its_name_is_split_as_in_training(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    checkpoint = plant_run(tmp_path)
    moved = (tmp_path / "photos").rename(tmp_path / "moved")
    assert main(["evaluate", "--checkpoint", str(checkpoint), "--data", str(moved), "--json"]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["n"] == 9, "all that the manifest calls test"
    assert "split as when" in said.err
    assert "WARNING" not in said.err


@pytest.mark.parametrize("change", ["more", "fewer", "others", "parts"])
def test_another_folder_is_not_split_by_the_manifest(tmp_path: Path, capsys: pytest.CaptureFixture[str], change: str):
    checkpoint, photos = plant_run(tmp_path), tmp_path / "photos"
    if change == "more":
        for number in range(5):
            Image.new("RGB", (48, 40), (9 * number, 200, 90)).save(photos / "class 1" / f"later {number}.jpg")
    elif change == "fewer":
        next((photos / "class 0").iterdir()).unlink()
    elif change == "others":
        for path in photos.rglob("*.jpg"):
            Image.new("RGB", (99, 90)).save(path)
    else:
        (photos / "train" / "a").mkdir(parents=True)
        (photos / "test" / "a").mkdir(parents=True)
    main(["evaluate", "--checkpoint", str(checkpoint), "--data", str(photos), "--json"])
    err = capsys.readouterr().err
    assert ("split as when" in err) == (change == "more")
    assert ("5 files that came later are left out" in err) == (change == "more")
