import csv
import json
import os
import shutil
from pathlib import Path

import pytest

from classifier.__main__ import main
from classifier.commands.predict import find_photos, print_line, print_table
from classifier.data.subject import FLOWERS
from classifier.errors import UnreadableFile
from classifier.inference.predictions_csv import PredictionsCsv
from classifier.predictions.values import Candidate, Prediction
from tests.making.kinds import photo_like
from tests.making.runs import NAMES, plant_photos, plant_run, save_untrained


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(save_untrained(tmp_path_factory.mktemp("tiny") / "tiny.safetensors"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twelve photos, a text file that calls itself a photo, an empty file, a hidden one."""
    root = tmp_path / "holiday 花"
    plant_photos(root)
    (root / "fake.jpg").write_text("not a photo")
    (root / "empty.JPG").touch()
    (root / ".hidden.jpg").touch()
    return root


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_json_has_a_line_for_every_file(checkpoint: str, folder: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["predict", str(folder), "--json", "--checkpoint", checkpoint, "--batch-size", "5"]) == 1
    out, err = capsys.readouterr()
    lines = [json.loads(line) for line in out.splitlines()]
    assert [line["photo"] for line in lines] == [str(photo) for photo in find_photos([folder])]
    failed = {Path(line["photo"]).name: line["error"] for line in lines if "error" in line}
    assert {name: error["code"] for name, error in failed.items()} == {
        "fake.jpg": "not_an_image", "empty.JPG": "not_an_image"
    }  # fmt: skip
    best = next(line for line in lines if "predictions" in line)["predictions"]
    assert sum(candidate["probability"] for candidate in best) == pytest.approx(1, abs=1e-5)
    assert best[0].keys() >= {"class_id", "name", "scientific_name", "probability"}
    assert "14 photos in" in err
    assert "photos/s" in err


@pytest.mark.parametrize("engine", ["auto", "torch"])
def test_a_model_file_that_cannot_be_used_is_named_where_the_engine_was_not_asked_for(
    checkpoint: str, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], engine: str
):
    copy = tmp_path / "tiny.safetensors"
    shutil.copy(checkpoint, copy)
    command = ["predict", str(folder / "fake.jpg"), "--checkpoint", str(copy), "--engine", engine, "--device", "cpu"]
    main(command)
    assert "slower" not in capsys.readouterr().err  # there is no such file
    copy.with_suffix(".onnx").write_bytes(b"damaged")
    assert main(command) == 1
    err = capsys.readouterr().err
    assert ("slower" in err) == (engine == "auto")
    if engine == "auto":
        assert str(copy.with_suffix(".onnx")) in err
        assert f"python -m classifier export --checkpoint {copy}" in err


def test_csv_is_gone_on_with_after_a_stop(checkpoint: str, folder: Path, capsys: pytest.CaptureFixture[str]):
    answers = folder / "answers.csv"  # in the very folder that is looked at
    command = ["predict", str(folder), "--csv", str(answers), "--checkpoint", checkpoint, "--top-k", "2"]
    assert main(command) == 1
    complete = rows_of(answers)
    assert len(complete) == 14
    assert complete[-1].keys() >= {"photo", "model", "error", "message", "name_1", "probability_1", "name_2"}
    # Killed in the middle of the ninth photo's row:
    content = answers.read_bytes().splitlines(keepends=True)
    answers.write_bytes(b"".join(content[:9]) + content[9][:20])
    capsys.readouterr()
    assert main(command) == 1
    err = capsys.readouterr().err
    assert "8 of 14 photos are in" in err
    assert "6 photos in" in err
    assert rows_of(answers) == complete
    # Nothing left to do, and still a photo that could not be read.
    assert main(command) == 1
    assert rows_of(answers) == complete


def test_a_photo_that_could_not_be_read_is_tried_again(
    checkpoint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    plant_photos(tmp_path / "photos", each=1)
    good, bad = sorted((tmp_path / "photos").rglob("*.jpg"))[:2]
    content = bad.read_bytes()
    bad.write_text("not a photo")
    answers = tmp_path / "answers.csv"
    command = ["predict", str(good), str(bad), "--csv", str(answers), "--checkpoint", checkpoint]
    assert main(command) == 1
    assert "The column “message” of" in capsys.readouterr().err
    bad.write_bytes(content)
    assert main(command) == 0
    assert "1 of 2 photos are in" in capsys.readouterr().err
    assert [(row["photo"], row["error"]) for row in rows_of(answers)] == [(str(good), ""), (str(bad), "")]


def test_an_engine_without_a_model_file_is_an_error_and_auto_does_without(
    checkpoint: str, folder: Path, capsys: pytest.CaptureFixture[str]
):
    photo = str(next(folder.rglob("0 photo.jpg")))
    assert main(["predict", photo, "--checkpoint", checkpoint, "--engine", "onnxruntime"]) == 1
    assert "There is no model file" in capsys.readouterr().err
    assert main(["predict", photo, "--checkpoint", checkpoint, "--engine", "auto"]) == 0
    with pytest.raises(SystemExit):
        main(["predict", photo, "--engine", "abacus"])
    assert "invalid choice" in capsys.readouterr().err


def test_a_photo_that_is_not_there_is_named_once(checkpoint: str, capsys: pytest.CaptureFixture[str]):
    assert main(["predict", "/nope.jpg", "--checkpoint", checkpoint]) == 1
    err = capsys.readouterr().err
    assert err.count("/nope.jpg") == 1
    assert "photos/s" not in err


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (["--top-k", "3"], "other columns"),
        (["--tta"], "another checkpoint"),
        (["--checkpoint", ""], "another checkpoint"),
    ],
)
def test_a_csv_of_another_kind_is_left_alone(
    checkpoint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], change: list[str], words: str
):
    photo, answers = plant_photos(tmp_path / "photos", each=1)[0], tmp_path / "a.csv"
    command = ["predict", str(photo), "--csv", str(answers), "--checkpoint", checkpoint, "--top-k", "1"]
    assert main(command) == 0
    before = answers.read_bytes()
    if change[0] == "--checkpoint":
        change = ["--checkpoint", str(save_untrained(tmp_path / "other.safetensors", seed=3))]
    assert main([*command, *change]) == 1
    assert words in capsys.readouterr().err
    assert answers.read_bytes() == before


def test_a_foreign_file_is_never_overwritten(checkpoint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    photo, thesis = plant_photos(tmp_path / "photos", each=1)[0], tmp_path / "thesis.txt"
    thesis.write_text("years of work")
    assert main(["predict", str(photo), "--csv", str(thesis), "--checkpoint", checkpoint]) == 1
    assert "Name another file" in capsys.readouterr().err
    assert thesis.read_text() == "years of work"


def test_few_photos_get_tables_and_many_get_lines(checkpoint: str, folder: Path, capsys: pytest.CaptureFixture[str]):
    photo = str(folder / "class 0" / "0 photo.jpg")
    assert main(["predict", photo, "--checkpoint", checkpoint, "--tta"]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in NAMES)
    assert main(["predict", str(folder), "--checkpoint", checkpoint]) == 1
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 12
    assert "fake.jpg: This file is not a picture" in err
    assert "2 photos could not be read." in err


def test_the_verdict_stands_above_the_table_and_in_the_line_and_in_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    rose, lily, tulip = (
        Candidate(1, "rose", None, 0.7),
        Candidate(2, "lily", None, 0.3),
        Candidate(3, "tulip", None, 0.3),
    )
    photo = Path("photo.jpg")
    said = {
        Prediction((rose, lily)): "",
        Prediction((rose, lily), verdict="confident"): "It is rose.",
        Prediction((rose, lily), verdict="unsure", coverage=0.95, coverage_set=(rose, lily)): (
            "It could be rose. The right one is in this list 95 times out of 100: rose, lily."
        ),
        Prediction((rose, tulip, lily), verdict="unsure", coverage=0.95, coverage_set=(rose, lily)): (
            "It could be one of these two, 95 times out of 100: rose or lily."
        ),
        Prediction((rose, lily), verdict="unknown", reason="not_the_subject"): "and may show no flower at all.",
        Prediction((rose, lily), verdict="confident", duplicate_of=7): "how sure I am means little here.",
    }
    for answer, words in said.items():
        print_table(photo, answer, subject=FLOWERS)
        table = " ".join(capsys.readouterr().out.split())
        assert table.startswith("photo.jpg class") if not words else words in table
        assert table.endswith("30.0 % ██████")
        print_line(photo, answer)
        assert (answer.verdict or "rose") in capsys.readouterr().out
    with PredictionsCsv(tmp_path / "answers.csv", top_k=2, model="m") as file:
        file.write(photo, answer)
    assert rows_of(tmp_path / "answers.csv")[0]["verdict"] == "confident"


def test_patterns_and_folders_and_files_are_found(folder: Path):
    assert [file.name for file in find_photos([f"{folder}/**/0*.jpg"])] == ["0 photo.jpg"] * 3
    assert list(find_photos([folder / "nothing.jpg"])) == [folder / "nothing.jpg"]
    odd = folder / "what [1].jpg"
    shutil.copy(folder / "class 0" / "0 photo.jpg", odd)
    assert list(find_photos([str(odd)])) == [odd]


@pytest.mark.parametrize("name", ["*.tiff", "void"])
def test_where_nothing_is_that_is_said(folder: Path, name: str):
    (folder / "void").mkdir()
    with pytest.raises(UnreadableFile, match=r"matches|holds no file"):
        list(find_photos([f"{folder}/{name}"]))


def test_names_that_are_no_unicode_are_no_obstacle(checkpoint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    strange = os.fsencode(tmp_path) + b"/caf\xe9.jpg"
    shutil.copy(plant_photos(tmp_path / "photos", each=1)[0], strange)
    assert main(["predict", os.fsdecode(strange), "--json", "--checkpoint", checkpoint]) == 0
    assert json.loads(capsys.readouterr().out)["photo"].endswith(r"/caf\xe9.jpg")


@pytest.mark.parametrize("option", ["--top-k", "--batch-size"])
def test_options_below_one_are_refused(checkpoint: str, capsys: pytest.CaptureFixture[str], option: str):
    assert main(["predict", "x.jpg", option, "0", "--checkpoint", checkpoint]) == 1
    assert f"{option} is at least 1" in capsys.readouterr().err


def test_json_says_where_similar_photos_lie(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    checkpoint = plant_run(tmp_path)
    photo = sorted((tmp_path / "photos").rglob("*.jpg"))[0]
    photo_like(1).resize((48, 40)).save(photo)  # plain ones are not said to be known
    assert main(["index", "--checkpoint", str(checkpoint)]) == 0
    command = ["predict", str(photo), "--json", "--checkpoint", str(checkpoint)]
    capsys.readouterr()
    assert main(command) == 0
    said = json.loads(capsys.readouterr().out)
    similar = [*said["neighbours"]["overall"], *said["neighbours"]["by_class"]["1"]]
    assert similar
    assert all(Path(neighbour["photo"]).is_file() for neighbour in similar)
    assert said["duplicate_of"] == 1
    assert said["duplicate_of_photo"] == str(photo)
    (tmp_path / "photos").rename(tmp_path / "elsewhere")
    command[1] = str(photo).replace("photos", "elsewhere")
    assert main(command) == 0
    said = json.loads(capsys.readouterr().out)
    assert [neighbour["photo"] for neighbour in said["neighbours"]["overall"]] == [None] * 3
    assert said["duplicate_of_photo"] is None
    (tmp_path / "best.manifest.csv").unlink()
    assert main(command) == 0
    assert json.loads(capsys.readouterr().out)["neighbours"]["overall"][0]["photo"] is None
