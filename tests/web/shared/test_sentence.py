import pytest
from dash import html

from web.shared.sentence import fill


def test_components_stand_in_the_holes_and_texts_are_joined():
    link = html.A("here")
    assert fill("See {link} for {count} photos.", link=link, count="3") == ["See ", link, " for 3 photos."]
    assert fill("{link}", link=link) == [link]
    assert fill("{a}{b}", a="x", b="") == ["x"]
    assert fill("100 % {{sure}}") == ["100 % {sure}"]


def test_a_hole_without_anything_for_it_is_an_error():
    with pytest.raises(KeyError):
        fill("See {link}.")
