"""The closer look over HTTP: another part of the photo, nine looks."""

import json
import logging

import pytest
from dash import no_update
from dash.exceptions import PreventUpdate

from tests.making.fakes import COLOURS, FakeClassifier, data_url, draw_flower, encode
from tests.web.answer.conftest import PHOTO, app_with, ask_output
from tests.web.classify.test_callbacks import full_line
from tests.web.conftest import make_site, response_of
from web import create_app
from web.answer.asking import BUSY, FAULT, FOR_VISITORS
from web.answer.callbacks import classify_part, show_stability
from web.settings import Settings


def test_a_part_of_the_photo_gets_an_answer_of_its_own(garden):
    part = {
        "key": "k1",
        "turn": 3,
        "url": data_url(encode(draw_flower(COLOURS[1]))),
        "view": {"size": 40, "x": 1, "y": 9},
    }
    response = response_of(ask_output(app_with(garden), "part-answer.data", {"part.data": part}))
    answer = response["part-answer"]["data"]
    content = json.dumps(answer["content"])
    assert (answer["key"], answer["turn"]) == ("k1", 3)
    assert "Tiger lily" in content
    assert "Ask about the whole photo" in content
    assert '{"size": 40, "x": 1, "y": 9}' in content


@pytest.mark.parametrize(
    "view", [None, 7, {}, {"size": "x"}, {"size": -4, "x": 1e300, "y": True}, {"size": float("nan")}]
)
def test_hostile_views_become_ordinary_ones(garden, view):
    response = response_of(ask_output(app_with(garden), "part-answer.data", {"part.data": {**PHOTO, "view": view}}))
    assert response["notice"]["children"] == ""


@pytest.mark.parametrize("output", ["part-answer.data", "stability-answer.data"])
@pytest.mark.parametrize("sent", ["x", [1], {"url": 7}, {"url": data_url(b"no photo")}, {"key": {}, "turn": "x"}])
def test_hostile_requests_get_a_sentence(garden, output, sent):
    asks = {"part-answer.data": "part.data", "stability-answer.data": "stability-request.data"}[output]
    response = response_of(ask_output(app_with(garden), output, {asks: sent}))
    assert response["notice"]["children"].endswith(".")
    assert response["notice"]["children"] != FOR_VISITORS[FAULT]


@pytest.mark.parametrize(
    ("output", "asks"), [("part-answer.data", "part.data"), ("stability-answer.data", "stability-request.data")]
)
def test_a_page_drawn_again_asks_nothing_and_a_failure_is_ours(garden, caplog, output, asks):
    assert ask_output(app_with(garden), output, {asks: None}).status_code == 204
    broken = create_app(Settings(), FakeClassifier(error=RuntimeError("broken")), garden)
    caplog.set_level(logging.DEBUG)
    assert response_of(ask_output(broken, output, {asks: PHOTO}))["notice"]["children"] == FOR_VISITORS[FAULT]
    assert PHOTO["url"][30:90] not in caplog.text


@pytest.mark.parametrize(
    ("output", "asks"), [("part-answer.data", "part.data"), ("stability-answer.data", "stability-request.data")]
)
def test_a_busy_server_says_so_and_keeps_the_answer(garden, output, asks):
    with full_line(garden, busy_after_s=1) as app:
        response = response_of(ask_output(app, output, {asks: PHOTO}))
    assert response["notice"]["children"] == FOR_VISITORS[BUSY]
    assert output.partition(".")[0] not in response


def test_photos_are_decoded_when_their_turn_comes(garden):
    text = {**PHOTO, "url": data_url(b"This is no photo.")}
    with full_line(garden, busy_after_s=1) as app:
        response = response_of(ask_output(app, "stability-answer.data", {"stability-request.data": text}))
    assert response["notice"]["children"] == FOR_VISITORS[BUSY]


def test_nine_looks_come_with_pictures_and_their_answers(app):
    response = response_of(ask_output(app, "stability-answer.data", {"stability-request.data": {**PHOTO, "turn": 2}}))
    found = response["stability-answer"]["data"]
    content = json.dumps(found["content"])
    assert (found["key"], found["turn"]) == ("k1", 2)
    assert "9 of 9 looks give the same name." in content
    assert content.count("data:image/jpeg;base64,") == 9


def test_the_functions_answer_without_an_app(garden):
    site = make_site(garden)
    record, notice, words = classify_part(site, {**PHOTO, "turn": 2, "view": {"size": 50}})
    assert (record["key"], record["turn"], notice) == ("k1", 2, "")
    assert words == "This looks like: Sunflower, 94.4\u00a0%."
    record, notice = show_stability(site, {**PHOTO, "turn": 5})
    assert (record["key"], record["turn"], notice) == ("k1", 5, "")


@pytest.mark.parametrize("function", [classify_part, show_stability])
def test_the_functions_say_what_is_wrong_without_an_app(garden, function):
    record, notice, *_ = function(make_site(garden), {"url": 7})
    assert record is no_update
    assert notice == "That did not arrive as a photo. Choose the file again."
    with pytest.raises(PreventUpdate):
        function(make_site(garden), None)
