from tests.web.conftest import make_site
from web.shared.picture import create_picture


def test_a_picture_is_fetched_in_the_width_it_is_drawn(garden):
    picture = create_picture(garden.photos[0], site=make_site(garden), alt="A rose", largest=320).children
    attributes = picture.attributes["root"]
    assert attributes["srcSet"].count("w,") + 1 == 2
    assert (attributes["loading"], attributes["width"], attributes["height"]) == ("lazy", 320, 427)
    assert "640w" in str(create_picture(garden.photos[0], site=make_site(garden), alt="A rose", largest=640))


def test_without_photos_a_tile_stands_in(bare_garden):
    tile = create_picture(bare_garden.photos[0], site=make_site(bare_garden), alt="A rose")
    assert tile.style == {"backgroundColor": "#f0be1e"}
    assert tile.to_plotly_json()["props"]["aria-label"] == "A rose: mean colour of the photo #f0be1e"


def test_a_photo_that_is_not_known_has_an_empty_frame(garden):
    assert create_picture(None, site=make_site(garden), alt="A rose").className == "picture picture--none"
