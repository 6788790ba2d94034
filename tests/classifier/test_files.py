import json
import os
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open

from classifier.errors import CheckpointError
from classifier.files import atomic_path, file_digest, save_tensors, to_json, write_text


def test_a_file_appears_whole_with_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "new" / "note.txt"
    write_text(path, "郁金香\r\n\udcff")
    assert path.read_bytes() == "郁金香\r\n".encode() + b"\xff"
    assert os.listdir(path.parent) == ["note.txt"]


def test_after_an_error_the_old_file_is_there_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_text("old")
    with suppress(ZeroDivisionError), atomic_path(path) as partial:
        partial.write_text("half")
        raise ZeroDivisionError
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["note.txt"]


def test_arrays_keep_their_shapes(tmp_path: Path) -> None:
    arrays = {"count": np.array(7), "rows": np.arange(6.0).reshape(2, 3).T}
    save_tensors(tmp_path / "x.safetensors", arrays, {"key": "value"})
    with safe_open(tmp_path / "x.safetensors", framework="np") as file:
        assert file.metadata() == {"key": "value"}
        for name, array in arrays.items():
            assert file.get_tensor(name).shape == array.shape
            assert np.array_equal(file.get_tensor(name), array)
    assert (tmp_path / "x.safetensors").stat().st_mode & 0o777 == 0o644


def test_a_folder_in_the_way_is_an_error_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "x.safetensors" / "inside").mkdir(parents=True)
    with pytest.raises(CheckpointError, match=r"could not be written: .* Make room, or allow writing"):
        save_tensors(tmp_path / "x.safetensors", {"a": np.ones(2)}, {})


def test_the_digest_is_of_the_bytes(tmp_path: Path) -> None:
    for name, content in (("a", b"x"), ("b", b"x"), ("c", b"y")):
        (tmp_path / name).write_bytes(content)
    first, second, third = (file_digest(tmp_path / name) for name in "abc")
    assert first == second != third
    assert len(first) == 16


def test_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real/note.txt")
    for text in ("new", "newer"):
        write_text(tmp_path / "link", text)
        assert (tmp_path / "link").is_symlink()
        assert (tmp_path / "real" / "note.txt").read_text() == text
    assert os.listdir(tmp_path / "real") == ["note.txt"]


def test_the_longest_name_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("花" * 85)
    write_text(path, "x")
    assert path.read_text() == "x"


def test_an_error_of_the_disk_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"No space left on device: '.*note\.txt'"), atomic_path(tmp_path / "note.txt"):
        raise OSError(28, "No space left on device")


def test_json_is_utf_8_and_gives_every_name_back() -> None:
    values = {"root": "/caf\udce8/郁金香", "odd \ud800": ["\x1b", "\\udce8"]}
    text = to_json(values)
    assert "郁金香" in text
    assert json.loads(text.encode()) == values
