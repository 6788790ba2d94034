from pathlib import Path

import pytest

from classifier.data.collection import SPLITS, Collection, Photo
from classifier.data.labels import LabelClass
from classifier.data.manifest import oxford_file, write_manifest
from classifier.data.oxford import flowers102
from classifier.errors import DatasetError
from classifier.photos.colour import mean_rgb
from classifier.photos.reading import open_with_size

DATA = Path(__file__).parents[3] / "data"
CLASSES = (LabelClass(1, "Rose"), LabelClass(2, "Tulip"), LabelClass(3, "Lotus"))
HEADER = "image_id,class_id,width,height,mean_r,mean_g,mean_b"


def photo(image_id: int, class_id: int, file: str | None = None, **splits: str) -> Photo:
    return Photo(image_id, class_id, splits, 40, 30, (1, 2, 3), file or oxford_file(image_id))


def collection(*photos: Photo, root: Path | None = None) -> Collection:
    return Collection("garden", CLASSES, photos, root, "mine")


GARDEN = collection(
    photo(1, 1, mine="train", yours="test"),
    photo(2, 1, mine="valid", yours="train"),
    photo(3, 2, mine="train", yours="train"),
    photo(4, 2, yours="valid"),
)


@pytest.mark.parametrize(
    ("class_id", "split_name", "split", "expected"),
    [
        (1, None, None, [1, 2]),
        (1, None, "train", [1]),
        (1, "yours", "train", [2]),
        (2, "mine", "train", [3]),
        (2, "yours", "valid", [4]),
        (2, "mine", "valid", []),
        (3, None, None, []),
        (9, None, None, []),
        (1, "nobody's", "train", []),
    ],
)
def test_photos_of_a_class(class_id: int, split_name: str | None, split: str | None, expected: list[int]) -> None:
    assert [found.image_id for found in GARDEN.of_class(class_id, split_name=split_name, split=split)] == expected


def test_counts_have_every_class_and_every_part() -> None:
    assert GARDEN.counts("mine") == {
        1: {"train": 1, "valid": 1, "test": 0},
        2: {"train": 1, "valid": 0, "test": 0},
        3: {"train": 0, "valid": 0, "test": 0},
    }


def test_the_default_split_comes_first() -> None:
    assert GARDEN.split_names == ("mine", "yours")
    assert collection(photo(1, 1, alpha="train", mine="train")).split_names == ("mine", "alpha")


def test_counts_of_an_unknown_split() -> None:
    with pytest.raises(DatasetError, match="garden has no split 'official', only mine, yours"):
        GARDEN.counts("official")
    assert collection().counts("official")[1] == {"train": 0, "valid": 0, "test": 0}


def test_a_photo_by_its_id() -> None:
    assert GARDEN.photo(3) is GARDEN.photos[2]
    assert GARDEN.photo(5) is None


def test_paths_are_of_photos_that_are_here(tmp_path: Path) -> None:
    here, away = photo(1, 1, "rose/a b.jpg"), photo(2, 1, "rose/gone.jpg")
    (tmp_path / "rose").mkdir()
    (tmp_path / "rose" / "a b.jpg").touch()
    garden = collection(here, away, root=tmp_path)
    assert garden.has_photos
    assert garden.path(here) == tmp_path / "rose" / "a b.jpg"
    assert garden.path(away) is None
    assert GARDEN.path(GARDEN.photos[0]) is None
    assert not GARDEN.has_photos


def test_photos_can_be_members_of_sets() -> None:
    assert len({photo(1, 1, mine="train"), photo(1, 1, mine="train"), photo(2, 1)}) == 2


@pytest.mark.parametrize(
    ("photos", "message"),
    [
        ([(1, 1), (1, 2)], "gives an image id more than once"),
        ([(1, 4)], "Photo 1 is of class 4, which garden does not have"),
    ],
)
def test_contradictions_are_refused(photos: list[tuple[int, int]], message: str) -> None:
    with pytest.raises(DatasetError, match=message):
        collection(*(photo(*ids) for ids in photos))


@pytest.mark.parametrize("file", ["/etc/passwd", "../secret.jpg", "rose/../../secret.jpg", ".."])
def test_a_photo_cannot_lie_outside_the_photos_folder(file: str) -> None:
    with pytest.raises(DatasetError, match="not a path below"):
        photo(1, 1, file)


@pytest.mark.parametrize("file", ["rose/a..b.jpg", "…/x.jpg", "rose/…/..jpg"])
def test_dots_in_names_are_fine(file: str) -> None:
    assert photo(1, 1, file).file == file


def test_the_oxford_flowers_without_their_photos() -> None:
    flowers = flowers102(data_dir=DATA, flowers_root=Path("/nowhere"))
    assert (len(flowers.classes), len(flowers.photos)) == (102, 8189)
    assert flowers.split_names == ("udacity", "official")
    assert not flowers.has_photos or flowers.root == DATA  # who ran `download` has them in data/
    assert sum_of_parts(flowers, "official") == {"train": 1020, "valid": 1020, "test": 6149}
    assert sum_of_parts(flowers, "udacity") == {"train": 6552, "valid": 818, "test": 819}
    assert {count[part] for count in flowers.counts("official").values() for part in ("train", "valid")} == {10}


def sum_of_parts(flowers: Collection, split_name: str) -> dict[str, int]:
    return {part: sum(count[part] for count in flowers.counts(split_name).values()) for part in SPLITS}


def test_the_figures_of_the_data_card() -> None:
    """The card's figures that follow from the manifest; the others come from scripts/describe_data.py."""
    card = " ".join((DATA / "README.md").read_text(encoding="utf-8").split())
    flowers = flowers102(data_dir=DATA)
    totals = {label.name: len(flowers.of_class(label.class_id)) for label in flowers.classes}
    largest = sorted(totals, key=totals.__getitem__)[-5:][::-1]
    smallest = sorted(name for name in totals if totals[name] == min(totals.values()))
    assert f"The smallest, with {min(totals.values())} each: {', '.join(smallest)}." in card
    assert f"The largest: {', '.join(f'{name} {totals[name]}' for name in largest)}." in card
    sides = [min(found.width, found.height) for found in flowers.photos]
    assert f"500 px in {sides.count(500):,} photos and 501 px in {sides.count(501)}" in card
    shapes = [(found.width > found.height) - (found.width < found.height) for found in flowers.photos]
    landscape, portrait, square = (shapes.count(shape) for shape in (1, -1, 0))
    assert f"{landscape:,} photos are landscape, {portrait:,} portrait, {square} square" in card
    for name in ("udacity", "official"):
        assert all(f"{total:,}" in card for total in sum_of_parts(flowers, name).values())


@pytest.fixture
def oxford(tmp_path: Path) -> Path:
    """A data folder with two classes, two photos in the manifest, and no photo."""
    data = tmp_path / "data"
    data.mkdir()
    (data / "classes.csv").write_text("class_id,name,scientific_name,family\n1,Rose,,\n2,Tulip,,\n")
    write_manifest(data / "flowers102.csv", [photo(1, 1, udacity="train"), photo(2, 2, udacity="test")])
    return data


@pytest.mark.parametrize(
    ("in_root", "in_data", "expected"),
    [(True, True, "root"), (True, False, "root"), (False, True, "data"), (False, False, None)],
)
def test_where_the_photos_are_found(
    oxford: Path, tmp_path: Path, in_root: bool, in_data: bool, expected: str | None
) -> None:
    for name, has_photos in (("root", in_root), ("data", in_data)):
        if has_photos:
            (tmp_path / name / "flowers-102" / "jpg").mkdir(parents=True)
            (tmp_path / name / oxford_file(1)).touch()
    flowers = flowers102(data_dir=oxford, flowers_root=tmp_path / "root")
    assert flowers.root == (tmp_path / expected if expected else None)
    path = flowers.path(flowers.photos[0])
    assert path == (tmp_path / expected / oxford_file(1) if expected else None)


def test_a_relative_root_becomes_absolute(oxford: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "root" / "flowers-102" / "jpg").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert flowers102(data_dir=oxford, flowers_root=Path("root")).root == tmp_path / "root"


@pytest.mark.photos
def test_the_manifest_is_of_these_photos(flowers_root: Path) -> None:
    flowers = flowers102(data_dir=DATA, flowers_root=flowers_root)
    assert flowers.has_photos
    for found in flowers.photos[::400]:
        path = flowers.path(found)
        assert path
        picture, (width, height) = open_with_size(path, draft_px=64)
        # The copies at hand may be smaller than the originals that the manifest describes.
        assert width / height == pytest.approx(found.width / found.height, rel=0.01)
        assert all(abs(a - b) <= 3 for a, b in zip(mean_rgb(picture), found.mean_colour, strict=True))
