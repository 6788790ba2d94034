import pytest

from web.answer.stage import create_stage


def test_a_stage_with_an_overlay_has_a_frame_that_the_answer_places():
    stage = str(create_stage("heat", overlay="heat-overlay"))
    assert "id='heat-overlay'" in stage
    assert "{'type': 'own-seen', 'index': 'heat'}" in stage
    assert "own__corner" not in stage


def test_a_frame_to_move_has_a_corner_and_is_hidden_from_screen_readers():
    stage = str(create_stage("crop", frame="crop-frame"))
    assert "id='crop-frame'" in stage
    assert "own__corner" in stage
    assert "aria-hidden" in stage


@pytest.mark.parametrize("name", ["heat", "crop"])
def test_the_photo_is_the_browsers_to_fill_in(name):
    assert "src=" not in str(create_stage(name))
