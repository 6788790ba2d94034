import argparse
from pathlib import Path

import pytest

from classifier.cli.options import add_data_options, unknown_files
from classifier.errors import SettingError, UnreadableFile


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "x", "", "²"])
def test_a_batch_has_at_least_one_photo(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    add_data_options(parser)
    with pytest.raises(SystemExit):
        parser.parse_args([f"--batch-size={text}"])
    assert f"a whole number, at least 1; got “{text}”" in capsys.readouterr().err
    assert parser.parse_args(["--batch-size", "7"]).batch_size == 7


def test_unknown_pictures_are_called_as_their_folder(tmp_path: Path) -> None:
    for name in ("other-plants/a.jpg", "shoes/b.jpg", "again/shoes/c.jpg"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    found = unknown_files([tmp_path / "other-plants", tmp_path / "shoes"])
    assert {name: [file.name for file in files] for name, files in found.items()} == {
        "other plants": ["a.jpg"],
        "shoes": ["b.jpg"],
    }
    with pytest.raises(SettingError, match="Two folders of unknown pictures are called “shoes”"):
        unknown_files([tmp_path / "shoes", tmp_path / "again" / "shoes"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(UnreadableFile, match="holds no file"):
        unknown_files([tmp_path / "empty"])
