import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import save_file

from classifier.errors import OutputError
from classifier.outputs import kinds
from classifier.outputs.claims import claim
from tests.making.runs import save_untrained

FOREIGN = {
    "photo.jpg": "a JPEG picture",
    "photo.png": "a PNG picture",
    "page.html": "a web page",
    "thesis.json": "a JSON file of another program",
    "notes.txt": "a text",
    "paper.pdf": "a PDF document",
    "plants.csv": "a table with the columns plant, place",
    "other.safetensors": "a safetensors file of another program",
    "other.onnx": "an ONNX file of another program",
    "other.pt2": "a .pt2 file of another program",
    "excel.csv": "a table of “predict --csv” that a spreadsheet has saved with semicolons",
    "unicode.csv": "a text in UTF-16",
}


def plant_foreign(folder: Path) -> None:
    """Files that other programs made, by the names of `FOREIGN`."""
    for name in ("photo.jpg", "photo.png"):
        Image.new("RGB", (40, 40), "red").save(folder / name)
    (folder / "page.html").write_text("<!DOCTYPE html><html><head><meta charset='utf-8'></head></html>")
    (folder / "thesis.json").write_text('{"schema": 1, "my": "thesis"}')
    (folder / "notes.txt").write_text("years of work")
    (folder / "paper.pdf").write_bytes(b"%PDF-1.7\n...")
    (folder / "plants.csv").write_text("plant,place\nrose,kitchen\ntulip,garden")
    save_file({"weight": np.zeros(3)}, folder / "other.safetensors", metadata={"florascope": "no JSON"})
    # ONNX of another program: version 8, producer "pytorch", metadata {"author": "me"}.
    (folder / "other.onnx").write_bytes(b"\x08\x08\x12\x07pytorch\x72\x0c\x0a\x06author\x12\x02me")
    shutil.make_archive(str(folder / "archive"), "zip", folder, "notes.txt")
    (folder / "archive.zip").rename(folder / "other.pt2")
    (folder / "excel.csv").write_text("\ufeffphoto;model;error;message\r\na.jpg;m;;\r\n")
    (folder / "unicode.csv").write_text("photo\tmodel\n", encoding="utf-16")


@pytest.mark.parametrize("name", FOREIGN)
@pytest.mark.parametrize("link", ["", "symbolic", "hard"])
def test_no_kind_takes_a_file_of_another_program(tmp_path: Path, name: str, link: str) -> None:
    plant_foreign(tmp_path)
    path, before = tmp_path / name, (tmp_path / name).read_bytes()
    if link == "symbolic":
        path = tmp_path / "link"
        path.symlink_to(name)
    elif link == "hard":
        path = tmp_path / f"link{(tmp_path / name).suffix}"
        os.link(tmp_path / name, path)
    for kind in kinds.ALL:
        with pytest.raises(OutputError) as refused:
            claim(path, kind, option="--here")
        assert FOREIGN[name] in str(refused.value)
        assert kind.words in str(refused.value)
        assert "Name another file by --here." in str(refused.value)
        claim(path, kind, force=True)
    assert (tmp_path / name).read_bytes() == before


def test_an_input_is_never_written_by_any_name(tmp_path: Path) -> None:
    checkpoint = save_untrained(tmp_path / "a.safetensors")
    (tmp_path / "soft").symlink_to("a.safetensors")
    os.link(checkpoint, tmp_path / "hard")
    (tmp_path / "folder").symlink_to(".")
    for name in ("a.safetensors", "soft", "hard", "folder/a.safetensors", "./folder/folder/a.safetensors"):
        for force in (True, False, None):
            with pytest.raises(OutputError, match="is read by this command"):
                claim(tmp_path / name, kinds.CHECKPOINT, inputs=[tmp_path / "nothing", checkpoint], force=force)


def test_what_is_ours_may_be_renewed_or_not(tmp_path: Path) -> None:
    checkpoint = save_untrained(tmp_path / "a.safetensors")
    claim(checkpoint, kinds.CHECKPOINT)
    with pytest.raises(OutputError, match=r"it is a checkpoint of Florascope, and is left .* or replace it by --force"):
        claim(checkpoint, kinds.CHECKPOINT, renew=False, force=False)
    claim(checkpoint, kinds.CHECKPOINT, renew=False, force=True)
    with pytest.raises(OutputError, match="a checkpoint of Florascope, not an index of training photos"):
        claim(checkpoint, kinds.INDEX)


def test_what_is_not_there_yet_leaves_no_trace(tmp_path: Path) -> None:
    claim(tmp_path / "new" / "folder" / "x", kinds.ONNX)
    (tmp_path / "empty").touch()
    claim(tmp_path / "empty", kinds.ONNX)
    (tmp_path / "dangling").symlink_to("nothing")
    claim(tmp_path / "dangling", kinds.ONNX)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dangling", "empty"]


@pytest.mark.parametrize("force", [True, False, None])
def test_folders_devices_pipes_and_circles_are_refused(tmp_path: Path, force: bool | None) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "circle").symlink_to("circle")
    for path, words in (
        (tmp_path, "is a folder"),
        (Path("/dev/null"), "is a device or a pipe"),
        (tmp_path / "pipe", "is a device or a pipe"),
        (tmp_path / "circle", "is a link that leads nowhere"),
    ):
        with pytest.raises(OutputError, match=words):
            claim(path, kinds.REPORT_JSON, force=force)
    claim(Path("/dev/null"), kinds.PREDICTIONS)  # written from its beginning to its end, like what is printed


@pytest.mark.parametrize("name", ["file/x.json", "x" * 300])
def test_what_cannot_be_written_is_refused_in_a_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="Name another"):
        claim(tmp_path / name, kinds.REPORT_JSON)


def test_odd_names_are_one_line_in_the_sentence(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"a\nb\x1b[31m\xe8.json")
    path.write_text("{}")
    with pytest.raises(OutputError) as refused:
        claim(path, kinds.REPORT_JSON)
    assert r"a\nb\u001b[31m\xe8.json exists already" in str(refused.value)


def test_a_file_that_is_write_protected_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkpoint = save_untrained(tmp_path / "a.safetensors")
    monkeypatch.setattr(os, "access", lambda path, mode: path != checkpoint)  # who runs this may be root
    for force in (True, False, None):
        with pytest.raises(
            OutputError, match=r"is write-protected\. Allow writing \(chmod u\+w\), or name another file"
        ):
            claim(checkpoint, kinds.CHECKPOINT, force=force)
