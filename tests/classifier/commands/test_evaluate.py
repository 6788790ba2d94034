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


def plant_friends(folder: Path, *, header: str = "file,kind,class,source") -> Path:
    """Photos of three classes from three sources, a shoe, and a table that also names a file that is gone."""
    rows = [header]
    for place, colour in enumerate([(220, 30, 30), (30, 200, 40), (40, 50, 230)]):
        folder.mkdir(exist_ok=True)
        Image.new("RGB", (48, 40), colour).save(folder / f"{place}.png")
        rows.append(f"{place}.png,known,{place + 1},friend [{place}]")
    Image.new("RGB", (48, 40)).save(folder / "shoe.png")
    rows += ["shoe.png,shoe,,friend [0]", "gone.png,shoe,,friend [0]"]
    (folder / "friends.csv").write_text("\n".join(rows))
    return folder


def test_photos_from_elsewhere_alone(
    checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    """The photos of the split are not needed; nor is a calibration, though its figures are missed."""
    monkeypatch.setenv("COLUMNS", "160")
    friends = plant_friends(tmp_path / "f")
    asked = ["evaluate", "--checkpoint", str(checkpoint), "--data", "nowhere", "--wild", str(friends)]
    assert main([*asked, "--json"]) == 0
    said = capsys.readouterr()
    values = json.loads(said.out)
    assert (values["n"], values["known"]["n"], values["known"]["classes"], values["left_out"]) == (4, 3, 3, 1)
    assert values["known"]["turned_away"] is values["strangers"][0]["confident"] is None
    assert {source["name"] for source in values["by_source"]} == {"friend [0]", "friend [1]", "friend [2]"}
    assert [target["met"] for target in values["targets"]] == [None]
    assert "gone.png: There is no such file." in said.err
    assert "python -m classifier calibrate" in said.err
    assert main([*asked, "--sources", "1"]) == 0
    out = capsys.readouterr().out
    assert "friends.csv" in out
    assert out.count("friend [") == 1
    assert "… and 2 more" in out


def test_some_rows_of_a_table_elsewhere(checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    folder = plant_friends(tmp_path / "f")
    table = folder.joinpath("friends.csv").rename(tmp_path / "some.csv")
    asked = ["evaluate", "--checkpoint", str(checkpoint), "--json", "--wild", str(table), "--root", str(folder)]
    assert main([*asked, "--only", "kind=known", "--only", "source=friend [1]"]) == 0
    values = json.loads(capsys.readouterr().out)
    assert (values["n"], values["strangers"]) == (1, [])


def test_photos_from_elsewhere_in_a_report(checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    friends = plant_friends(tmp_path / "f")
    asked = ["evaluate", "--checkpoint", str(checkpoint), "--wild", str(friends), "--report", str(tmp_path / "r")]
    assert main([*asked, "--json"]) == 0
    values = json.loads(capsys.readouterr().out)
    assert (values["n"], values["wild"]["known"]["n"]) == (9, 3)
    report = read_report(tmp_path / "r" / "report.json")
    assert report.wild.to_dict() == values["wild"]
    assert "On photos from elsewhere" in (tmp_path / "r" / "report.html").read_text(encoding="utf-8")
    assert main(asked) == 0
    assert "on photos of its classes from friends.csv" in capsys.readouterr().out.replace("\n", " ")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--wild", "nowhere"], "There is no nowhere"),
        (["--only", "part=test"], "--only is for photos from elsewhere"),
        (["--wild", "{set}", "--tta"], "Leave --tta out"),
        (["--wild", "{set}", "--only", "part=test"], "no column “part”"),
        (["--wild", "{set}", "--root", "nowhere"], "no photo that can be measured"),
        (["--wild", "{set}", "--trust"], "calibrate"),
    ],
)
def test_photos_from_elsewhere_that_cannot_be_measured(
    checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
):
    friends = plant_friends(tmp_path / "f")
    assert main(["evaluate", "--checkpoint", str(checkpoint), *(each.format(set=friends) for each in arguments)]) == 1
    assert words in capsys.readouterr().err
