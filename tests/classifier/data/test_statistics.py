from pathlib import Path

import pytest

from classifier.data.collection import Collection, Photo
from classifier.data.statistics import Statistics, mean_colour, spread
from tests.making.fakes import CLASSES, plant_garden


@pytest.fixture
def garden():
    return plant_garden(Path("nowhere"), with_photos=False)


def make_photo(image_id, *, size=(4, 3), colour=(10, 20, 30), class_id=3, splits=None):
    return Photo(image_id, class_id, splits or {"home": "train"}, *size, colour, f"{image_id}.jpg")


def make_statistics(*photos):
    return Statistics(Collection("garden", CLASSES, photos, None, "home"))


def test_counts_are_kept_apart_by_split(garden):
    statistics = Statistics(garden)
    assert statistics.parts == {"home": ("train", "valid", "test"), "away": ("train", "test")}
    whole = len(garden.photos)
    assert {name: sum(parts.values()) for name, parts in statistics.part_totals.items()} == {
        "home": whole,
        "away": whole,
    }
    rows = {row.label.class_id: row for row in statistics.class_counts("home")}
    assert rows[3].parts == {"train": 2, "valid": 1, "test": 1}
    assert rows[20].total == 14
    assert sum(row.total for row in rows.values()) == whole


def test_training_photos_come_from_the_default_split(garden):
    statistics = Statistics(garden)
    photos = statistics.training_photos(20)
    assert photos
    assert {photo.splits["home"] for photo in photos} == {"train"}
    assert statistics.training_photos(999) == ()


def test_without_splits_all_photos_count_as_shown_to_the_model():
    photos = (Photo(1, 3, {}, 4, 3, (1, 2, 3), "1.jpg"),)
    assert Statistics(Collection("garden", CLASSES, photos, None, "split")).training_photos(3) == photos


def test_nothing_is_known_about_no_photos():
    statistics = make_statistics()
    assert statistics.parts == {}
    assert statistics.petals == {}
    assert statistics.colour_bins == ()
    assert all(row.total == 0 for row in statistics.class_counts("home"))


def test_shapes_tell_portrait_square_and_landscape():
    statistics = make_statistics(
        make_photo(1, size=(300, 500)),
        make_photo(2, size=(500, 500)),
        make_photo(3, size=(510, 500)),
        make_photo(4, size=(600, 500)),
        make_photo(5, size=(900, 500)),
    )
    shapes = statistics.shapes
    assert (shapes.portrait, shapes.square, shapes.landscape) == (1, 2, 2)
    assert statistics.sizes[500, 500] == 1


def test_colour_bins_hold_every_photo_once_and_greys_apart():
    statistics = make_statistics(
        make_photo(1, colour=(255, 0, 0)),
        make_photo(2, colour=(250, 2, 0)),
        make_photo(3, colour=(0, 0, 255)),
        make_photo(4, colour=(128, 128, 128)),
        make_photo(5, colour=(255, 255, 255)),
        make_photo(6, colour=(0, 0, 0)),
    )
    bins = statistics.colour_bins
    assert sum(colour_bin.count for colour_bin in bins) == 6
    assert sum(colour_bin.count for colour_bin in bins if colour_bin.hue is None) == 3
    red = bins[0]
    assert red.hue == pytest.approx(3)
    assert red.count == 2
    assert red.colour == (252, 1, 0)


def test_mean_colour_is_the_mean_of_every_channel():
    assert mean_colour([make_photo(1, colour=(0, 10, 255)), make_photo(2, colour=(10, 20, 255))]) == (5, 15, 255)


@pytest.mark.parametrize(("size", "count", "ids"), [(3, 6, [0, 1, 2]), (10, 5, [0, 2, 4, 6, 8]), (0, 4, [])])
def test_spread_takes_evenly_spaced_photos(size, count, ids):
    photos = tuple(make_photo(number + 1) for number in range(size))
    assert [photo.image_id - 1 for photo in spread(photos, count)] == ids
