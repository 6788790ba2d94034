import csv
import os
from pathlib import Path

import pytest

from classifier.errors import ClassifierError, NotAnImage, OutputError, SettingError
from classifier.inference.predictions_csv import PredictionsCsv
from classifier.predictions.values import Candidate, Prediction

ODD = [
    "a.jpg",
    "r\rover.jpg",
    "a\nb.jpg",
    "caf\udce8.jpg",
    "caf\udce9.jpg",
    "=1+1.jpg",
    "'=1+1.jpg",
    "郁金香.jpg",
    "a\\nb.jpg",
]
ROSE = Prediction((Candidate(1, "=rose;+1\r\n", None, 0.7), Candidate(2, "lily", None, 0.3)), verdict="confident")


def write(path: Path, names: list[str] = ODD, *, model: str = "m", top_k: int = 2) -> None:
    with PredictionsCsv(path, top_k=top_k, model=model) as file:
        for name in names:
            if not file.has(Path(name)):
                file.write(Path(name), ROSE)


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_each_photo_has_one_row_and_is_found_again(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    write(path)
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbfphoto,model,")
    assert content.count(b"\n") == len(content.splitlines()) == len(rows_of(path)) == len(ODD) + 1
    assert b"\r" not in content
    assert not [cell for row in rows_of(path) for cell in row if cell.startswith(("=", "+", "-", "@"))]
    assert rows_of(path)[1][7] == r"'=rose;'+1\r\n"
    write(path)
    assert path.read_bytes() == content, "all are done"


def test_a_stop_at_any_byte_is_recovered_from(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    write(path, ODD[:3])
    content = path.read_bytes()
    header = content.index(b"\n")
    for size in (0, header - 5, header, *range(header + 1, len(content) + 1)):
        path.write_bytes(content[:size])
        write(path, ODD[:3])
        assert path.read_bytes() == content, size


@pytest.mark.parametrize(
    "content",
    [
        b"plant,place\nrose,kitchen\ntulip,garden",
        b"photo,place\nrose,kitchen",
        b"photo\n",
        b"no line end",
        b"\xff\xd8\xff\xe0 photo\n\xff\xd9",
        b"photo;model;error;message;verdict\r\na.jpg;m;;;\r\n",
        "photo\tmodel\terror\tmessage\n".encode("utf-16"),
    ],
)
def test_a_foreign_file_keeps_every_byte(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "mine.csv"
    path.write_bytes(content)
    with pytest.raises(OutputError, match=r"is left as it is\. Name another file by --csv"):
        write(path)
    assert path.read_bytes() == content


@pytest.mark.parametrize("change", [{"model": "other"}, {"top_k": 1}, {"latin-1": True}, {"row": "a.jpg\n"}])
def test_a_file_that_cannot_be_continued_keeps_every_byte(tmp_path: Path, change: dict[str, object]) -> None:
    path = tmp_path / "a.csv"
    write(path, ["é.jpg"])
    with path.open("ab") as file:
        file.write(b"unfin")
    if change.pop("latin-1", None):
        path.write_bytes(path.read_text(encoding="utf-8-sig").encode("latin-1"))
    if row := change.pop("row", None):
        path.write_bytes(path.read_bytes() + f"\n{row}b.jpg,m\n".encode())
    content = path.read_bytes()
    with pytest.raises(SettingError, match="Name another file by --csv"):
        write(path, **change)  # type: ignore[arg-type]
    assert path.read_bytes() == content


def test_what_excel_saved_with_commas_is_continued(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    write(path)
    rows = rows_of(path)
    saved = "".join(",".join(f'"{cell}"' if "," in cell else cell for cell in row).rstrip(",") + "\r\n" for row in rows)
    path.write_bytes(b"\xef\xbb\xbf" + saved.replace("0.700000", "0.7").encode())
    before = path.read_bytes()
    write(path, [*ODD, "new.jpg"])
    assert path.read_bytes().startswith(before)
    assert [row[0] for row in rows_of(path)[len(rows) :]] == ["new.jpg"]
    assert path.read_bytes().count(b"\r\n") == path.read_bytes().count(b"\n")


def test_a_file_of_an_earlier_version_is_continued(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    write(path, ["a.jpg", "b.jpg"])
    without_mark = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    # A name with a line end was quoted; a stop came before its row was complete.
    path.write_bytes(without_mark + b'"c\nd.jp')
    write(path, ["a.jpg", "b.jpg", "c.jpg"])
    assert [row[0] for row in rows_of(path)] == ["photo", "a.jpg", "b.jpg", "c.jpg"]


def test_errors_are_one_line_and_tried_again(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with PredictionsCsv(path, top_k=1, model="m") as file:
        file.write(Path("a.jpg"), NotAnImage("=bad\r\n\udce8"))
        file.write(Path("b.jpg"), ROSE)
    assert rows_of(path)[1][:4] == ["a.jpg", "m", "not_an_image", r"'=bad\r\n\xe8"]
    with PredictionsCsv(path, top_k=1, model="m") as file:
        assert not file.has(Path("a.jpg"))
        assert file.has(Path("b.jpg"))
    assert [row[0] for row in rows_of(path)] == ["photo", "b.jpg"]


def test_a_link_is_followed_and_an_input_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link.csv").symlink_to("real/a.csv")
    write(tmp_path / "link.csv", ["a.jpg"])
    with PredictionsCsv(tmp_path / "link.csv", top_k=2, model="m") as file:
        file.write(Path("b.jpg"), NotAnImage("no"))
    write(tmp_path / "link.csv", ["a.jpg"])  # written again, without the error
    assert (tmp_path / "link.csv").is_symlink()
    assert [row[0] for row in rows_of(tmp_path / "real" / "a.csv")] == ["photo", "a.jpg"]
    os.link(tmp_path / "real" / "a.csv", tmp_path / "hard.csv")
    with pytest.raises(ClassifierError, match="is read by this command"):
        PredictionsCsv(tmp_path / "link.csv", top_k=2, model="m", inputs=[tmp_path / "hard.csv"])
