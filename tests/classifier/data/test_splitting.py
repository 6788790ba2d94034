import csv
import os
from collections import Counter
from pathlib import Path

import pytest

from classifier.data.folders import read_folder
from classifier.data.splitting import Ratios, place, stratify
from classifier.errors import DatasetError, SettingError
from tests.making.photo_folders import plant


@pytest.mark.parametrize("parts", [(0.5, 0.5, 0.5), (1.0, 0.0, 0.0), (-0.1, 1.0, 0.1), (0.0, 0.5, 0.5), (85, 10, 5)])
def test_ratios_that_make_no_sense(parts: tuple[float, float, float]) -> None:
    with pytest.raises(SettingError, match="sum to 1"):
        Ratios(*parts)


@pytest.mark.parametrize(
    ("total", "ratios", "expected"),
    [
        (100, Ratios(), (85, 10, 5)),
        (1000, Ratios(0.7, 0.2, 0.1), (700, 200, 100)),
        (2, Ratios(), (1, 1, 0)),
        (3, Ratios(), (1, 1, 1)),
        (10, Ratios(0.9, 0.1, 0.0), (9, 1, 0)),
        (3, Ratios(0.1, 0.8, 0.1), (1, 2, 0)),
    ],
)
def test_every_class_is_cut_in_the_ratios(total: int, ratios: Ratios, expected: tuple[int, int, int]) -> None:
    classes = ["a"] * total + ["b"] * total
    splits = stratify(classes, range(2 * total), ratios=ratios, seed=3)
    for half in (splits[:total], splits[total:]):
        counts = Counter(half)
        assert (counts["train"], counts["valid"], counts["test"]) == expected


def test_twins_stay_together_and_large_groups_stay_in_train() -> None:
    groups = [index // 3 for index in range(90)] + [99] * 40
    splits = stratify(["a"] * 130, groups, ratios=Ratios(0.6, 0.2, 0.2), seed=1)
    for group in set(groups):
        assert len({split for split, of in zip(splits, groups, strict=True) if of == group}) == 1
    assert set(splits[90:]) == {"train"}
    assert Counter(splits)["valid"] in (24, 25, 26)


@pytest.mark.parametrize(("pairs", "valid", "test"), [(2, 2, 0), (3, 2, 2), (5, 2, 2), (7, 2, 2), (40, 8, 4)])
def test_a_class_of_twins_alone_is_split_too(pairs: int, valid: int, test: int) -> None:
    groups = [index // 2 for index in range(2 * pairs)]
    counts = Counter(stratify(["a"] * 2 * pairs, groups, ratios=Ratios(), seed=1))
    assert (counts["valid"], counts["test"]) == (valid, test)


def test_the_seed_decides_and_other_classes_do_not() -> None:
    one = stratify(["a"] * 40, range(40), ratios=Ratios(), seed=1)
    assert one == stratify(["a"] * 40 + ["b"] * 9, range(49), ratios=Ratios(), seed=1)[:40]
    assert one != stratify(["a"] * 40, range(40), ratios=Ratios(), seed=2)


@pytest.mark.parametrize("move", [False, True])
def test_photos_are_copied_or_moved_and_every_one_is_recorded(tmp_path: Path, move: bool) -> None:
    root = plant(tmp_path / "photos", {"rose a": 6, "郁金香": 6})
    (root / "rose a" / "notes.jpg").write_text("no photo")
    before = {path: path.read_bytes() for path in root.rglob("*.jpg")}
    collection = read_folder(root).collection
    place(collection, tmp_path / "cut", move=move)
    with (tmp_path / "cut" / "split.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 12
    for row in rows:
        source = Path(row["source"])
        assert (tmp_path / "cut" / row["file"]).read_bytes() == before[source]
        assert source.exists() is not move
    assert (root / "rose a" / "notes.jpg").exists()
    again = read_folder(tmp_path / "cut").collection
    assert again.counts("split") == collection.counts("split")


@pytest.mark.parametrize("output", ["photos/cut", ".", "full", "file"])
def test_nothing_is_overwritten(tmp_path: Path, output: str) -> None:
    root = plant(tmp_path / "photos", {"a": 3, "b": 3})
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    (tmp_path / "file").touch()
    files = sorted(tmp_path.rglob("*"))
    with pytest.raises(DatasetError, match="--output"):
        place(read_folder(root).collection, tmp_path / output, move=False)
    assert sorted(tmp_path.rglob("*")) == files


def test_a_full_disk_is_told_before_copying(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = plant(tmp_path / "photos", {"a": 3, "b": 3})
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 10})())
    with pytest.raises(DatasetError, match="0 MB free"):
        place(read_folder(root).collection, tmp_path / "cut", move=False)


@pytest.mark.parametrize("move", [False, True])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_stop_in_the_middle_leaves_every_photo_where_it_was(tmp_path: Path, move: bool, error: BaseException) -> None:
    root = plant(tmp_path / "photos", {"a": 5, "b": 5})
    (root / "a" / "link.jpg").symlink_to(root / "b" / "0.jpg")
    (tmp_path / "cut").mkdir()
    before = {path: path.read_bytes() for path in root.rglob("*.jpg")}

    def stop(done: int, total: int) -> None:
        if done == 7:
            raise error

    with pytest.raises(DatasetError if isinstance(error, OSError) else KeyboardInterrupt):
        place(read_folder(root).collection, tmp_path / "cut", move=move, step=stop)
    assert {path: path.read_bytes() for path in root.rglob("*.jpg")} == before
    assert os.listdir(tmp_path / "cut") == [], "a folder of the user's stays"


def test_a_copy_that_breaks_off_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = plant(tmp_path / "photos", {"a": 3, "b": 3})

    def half(source: Path, destination: Path) -> None:
        destination.write_bytes(source.read_bytes()[:9])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copy2", half)
    with pytest.raises(DatasetError, match=r"No space left on device\. Every photo is where it was"):
        place(read_folder(root).collection, tmp_path / "cut", move=False)
    assert not (tmp_path / "cut").exists()


def test_a_photo_that_cannot_be_brought_back_is_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = plant(tmp_path / "photos", {"a": 3, "b": 3})

    def stop(done: int, total: int) -> None:
        monkeypatch.setattr("os.rename", refuse)
        monkeypatch.setattr("shutil.copy2", refuse)
        raise KeyboardInterrupt

    def refuse(*paths: Path) -> None:
        raise OSError(30, "Read-only file system")

    with pytest.raises(DatasetError, match=r"No photo is lost: split\.csv there names"):
        place(read_folder(root).collection, tmp_path / "cut", move=True, step=stop)
    with (tmp_path / "cut" / "split.csv").open(encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert (tmp_path / "cut" / row["file"]).is_file()


def test_a_link_is_copied_even_when_photos_are_moved(tmp_path: Path) -> None:
    root = plant(tmp_path / "photos", {"a": 3, "b": 3})
    (root / "a" / "link.jpg").symlink_to(root / "b" / "0.jpg")
    place(read_folder(root).collection, tmp_path / "cut", move=True)
    (link,) = (tmp_path / "cut").rglob("link.jpg")
    assert link.is_file()
    assert not link.is_symlink()
