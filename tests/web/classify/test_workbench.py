from dataclasses import replace

from tests.web.conftest import make_site
from web.classify.workbench import create_try_photos, create_workbench_section, try_photos


def test_photos_to_try_are_test_photos_of_different_classes(garden):
    photos = try_photos(make_site(garden))
    assert len({photo.class_id for photo in photos}) == len(photos) == 3
    assert {photo.splits["home"] for photo in photos} == {"test"}


def test_without_photos_or_a_test_part_there_is_nothing_to_try(garden, bare_garden):
    trained = replace(garden, photos=tuple(replace(photo, splits={"home": "train"}) for photo in garden.photos))
    for collection in (bare_garden, trained):
        assert create_try_photos(make_site(collection)) is None


def test_the_browser_learns_the_limit_and_whether_there_is_a_model(garden):
    section = create_workbench_section(make_site(garden, max_upload_mb=2)).to_plotly_json()["props"]
    assert (section["data-max-bytes"], section["data-ready"]) == (str(2 * 1024 * 1024), "yes")
    none = replace(make_site(garden), classifier=None, problem="It is gone.")
    assert create_workbench_section(none).to_plotly_json()["props"]["data-ready"] == "no"
    assert "It is gone." in str(create_workbench_section(none))
