from pathlib import Path

import pytest

from classifier.errors import UnreadableFile
from classifier.photos.finding import files_below, files_in, find_photos, is_litter


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


def test_patterns_leave_out_litter_and_the_answers_as_folders_do(holiday: Path) -> None:
    (holiday / "Thumbs.db").touch()
    found = find_photos([str(holiday / "*")], leave_out=holiday / "answers.csv")
    assert names(list(found), holiday) == ["b.jpg"]


def test_a_link_that_leads_to_itself_is_a_file_that_cannot_be_read(holiday: Path) -> None:
    (holiday / "a" / "me").symlink_to("me")
    assert names(files_below(holiday / "a"), holiday) == ["a/1.png", "a/2.jpg", "a/me"]


def test_files_of_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="nowhere cannot be read: No such file or directory"):
        files_in(tmp_path / "nowhere")


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


@pytest.mark.parametrize(
    "name",
    [
        *(
            "Thumbs.db",
            "desktop.ini",
            "$RECYCLE.BIN",
            "System Volume Information",
            "__MACOSX",
            ".DS_Store",
            "._rose.jpg",
        ),
        *("@eaDir", "#recycle", "@tmp", "#snapshot", "@Recycle", ".thumbnails", ".trashed-1700000000-rose.jpg"),
        *("Picasa.ini", "Garden Previews.lrdata", "Garden.lrcat", "Icon\r", "FOUND.000", "IMG_1.AAE", "rose.xmp"),
    ],
)
def test_litter_is_nobodys_photo(name: str, tmp_path: Path) -> None:
    assert is_litter(name)
    (tmp_path / "rose.jpg").touch()
    (tmp_path / name).mkdir()
    (tmp_path / name / "SYNOPHOTO_THUMB_M.jpg").touch()
    assert names(files_below(tmp_path), tmp_path) == ["rose.jpg"]


@pytest.mark.parametrize(
    "name", ["rose.jpg", "@rose", "#1", "thumbs", "found.jpg", "recycle", "macosx", "lightroom", "a.xmp.jpg"]
)
def test_what_only_looks_like_litter_stays(name: str) -> None:
    assert not is_litter(name)


def test_links_are_followed_and_circles_end(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    (disk / "more").mkdir(parents=True)
    (disk / "more" / "9.jpg").touch()
    here = tmp_path / "here"
    here.mkdir()
    (here / "1.jpg").touch()
    (here / "link").symlink_to(disk / "more")
    (here / "same").symlink_to(disk / "more")
    (here / "up").symlink_to(here)
    (disk / "more" / "back").symlink_to(here)
    (here / "gone.jpg").symlink_to(tmp_path / "nothing.jpg")
    left_out: list[tuple[str, str]] = []
    found = files_below(here, leave_out=lambda place, reason: left_out.append((place.name, reason)))
    assert names(found, here) == ["1.jpg", "gone.jpg", "link/9.jpg"]
    assert sorted(place for place, _ in left_out) == ["back", "same", "up"]
    assert all("is looked into already" in reason for _, reason in left_out)


def test_what_is_left_out_is_said(tmp_path: Path) -> None:
    (tmp_path / "1.jpg").touch()
    (tmp_path / "up").symlink_to(tmp_path)
    sentences: list[str] = []
    assert list(find_photos([tmp_path], warn=sentences.append)) == [tmp_path / "1.jpg"]
    assert sentences == [
        f"left out: {tmp_path}/up: It leads to {tmp_path}, which is looked into already or holds this folder."
    ]


@pytest.mark.parametrize("address", ["https://example.org/rose.jpg", "HTTP://example.org/*.jpg"])
def test_addresses_are_not_fetched(address: str) -> None:
    with pytest.raises(UnreadableFile, match="is an address"):
        list(find_photos([address]))
