from dataclasses import replace

import pytest

from classifier.predictions.stability import stability
from tests.making.fakes import FakeClassifier, draw_flower, encode
from tests.web.conftest import make_site
from web.answer.closer_look import create_closer_look_section, create_panel, create_strip
from web.answer.upload import WHOLE, PartView


def titles(section):
    return [panel.children[0].children for panel in section.children[1:-1]]


def test_what_the_checkpoint_was_not_fitted_for_is_left_out(garden):
    (plain,) = FakeClassifier().predict([encode(draw_flower())], maps=True)
    section = create_closer_look_section(plain, view=WHOLE, site=make_site(garden))
    assert titles(section) == ["What the model saw, and another part to look at", "Does the answer hold?"]


def test_a_calibrated_answer_has_five_panels_and_an_unknown_one_no_track_record(garden):
    (full,) = FakeClassifier(calibrated={}).predict([encode(draw_flower())], maps=True)
    assert len(titles(create_closer_look_section(full, view=WHOLE, site=make_site(garden)))) == 5
    unknown = replace(full, verdict="unknown")
    assert len(titles(create_closer_look_section(unknown, view=WHOLE, site=make_site(garden)))) == 4


@pytest.mark.parametrize(("view", "opened"), [(WHOLE, False), (PartView(40, 0, 0), True)])
def test_the_frame_stays_open_for_who_has_framed_a_part(garden, view, opened):
    (plain,) = FakeClassifier().predict([encode(draw_flower())])
    section = create_closer_look_section(plain, view=view, site=make_site(garden))
    assert section.children[1].open is opened
    assert section.children[-1].data == view.to_dict()


def test_panels_of_the_visitors_photo_are_marked():
    assert create_panel("a", "b", own=True).className == "panel panel--own"
    assert create_panel("a", "b").className == "panel"


@pytest.mark.parametrize(
    ("others", "words"),
    [(0, "The answer holds:"), (3, "The answer mostly holds:"), (4, "The answer does not hold:")],
)
def test_the_strip_says_how_many_looks_agree(others, words):
    found = stability(FakeClassifier(), draw_flower())
    first, second = found.views[0].best, replace(found.views[0].best, class_id=99)
    views = [replace(view, best=second if place >= 9 - others else first) for place, view in enumerate(found.views)]
    strip = str(create_strip(replace(found, views=tuple(views))))
    assert words in strip
    assert f" {9 - others} of 9 looks give the same name." in strip
    assert strip.count("strip__item--other") == others
