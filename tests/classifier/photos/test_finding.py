from pathlib import Path

import pytest

from classifier.errors import UnreadableFile
from classifier.photos.finding import files_below, files_in, find_photos


@pytest.fixture
def holiday(tmp_path: Path) -> Path:
    for name in ("b.jpg", "a/2.jpg", "a/1.png", ".hidden.jpg", "answers.csv"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    return tmp_path


def names(paths: list[Path], root: Path) -> list[str]:
    return [path.relative_to(root).as_posix() for path in paths]


def test_a_folder_means_every_file_below_it_but_hidden_ones(holiday: Path) -> None:
    assert names(files_below(holiday), holiday) == ["a/1.png", "a/2.jpg", "answers.csv", "b.jpg"]
    found = list(find_photos([holiday], leave_out=holiday / "answers.csv"))
    assert names(found, holiday) == ["a/1.png", "a/2.jpg", "b.jpg"]


def test_patterns_and_files_in_the_order_given(holiday: Path) -> None:
    found = list(find_photos([holiday / "b.jpg", str(holiday / "**" / "*.jpg")]))
    assert names(found, holiday) == ["b.jpg", "a/2.jpg", "b.jpg"]


def test_a_file_with_a_star_in_its_name_is_not_a_pattern(tmp_path: Path) -> None:
    (tmp_path / "odd*.jpg").touch()
    assert list(find_photos([tmp_path / "odd*.jpg"])) == [tmp_path / "odd*.jpg"]


def test_nothing_found_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UnreadableFile, match="holds no file"):
        files_in(tmp_path / "empty")
    with pytest.raises(UnreadableFile, match="holds no file"):
        list(find_photos([tmp_path / "empty"]))
    with pytest.raises(UnreadableFile, match="No file matches"):
        list(find_photos([str(tmp_path / "*.jpg")]))
