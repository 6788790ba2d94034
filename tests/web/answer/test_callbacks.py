"""What a calibrated classifier adds to the answer, and the closer look, over HTTP."""

import json
import logging

import pytest

from classifier.predictions.values import Candidate
from tests.making.fakes import COLOURS, FakeClassifier, data_url, draw_flower, encode
from tests.web.classify.test_callbacks import full_line
from tests.web.conftest import ask_callback, response_of
from web import create_app
from web.answer.asking import BUSY, FAULT, FOR_VISITORS
from web.settings import Settings

ANSWER = ["fresh-answer.data"]
PHOTO = {"key": "k1", "name": "a.jpg", "url": data_url(encode(draw_flower()))}


def content_of(app) -> tuple[str, str]:
    """What the page shows of an answer, as JSON, and the sentence for screen readers."""
    answer = ask_callback(app, ANSWER, {"classify-button.n_clicks": 1}, {"photo.data": PHOTO})
    record = response_of(answer)["fresh-answer"]["data"]
    return json.dumps(record["content"], ensure_ascii=False).replace("\u00a0", " "), record["words"]


def app_with(garden, **trust):
    return create_app(Settings(), FakeClassifier(trust=trust), garden)


def ask_output(app, output, inputs):
    """Call the callback whose outputs begin with `output`; duplicated outputs carry a hash in their names."""
    name = next(name for name in app.callback_map if name.startswith(f"..{output}"))
    return ask_callback(app, name.strip(".").split("..."), inputs)


@pytest.mark.parametrize(
    "words",
    [
        '"It is"',
        "The right flower is in this list 95 times of 100: ",
        '"17 of 18 times"',
        "74 to 99 %",
        "The most similar training photos",
        '"similarity 0.91"',
        "1.00 would be the same photo",
        '" sure"',
        '"Any flower"',
        "/photos/100.webp",
        "Where in the photo it sees this",
        "Why Sunflower and not another",
        "What the model saw, and another part to look at",
        "Does the answer hold?",
        "How often such answers are right",
        " was taken for Sunflower twice.",
    ],
)
def test_a_calibrated_answer_says_how_far_it_can_be_trusted(garden, words):
    assert words in content_of(app_with(garden))[0]


def test_without_calibration_index_and_maps_the_answer_is_the_plain_one(app):
    content, words = content_of(app)
    assert words == "This looks like: Sunflower, 94.4\u00a0%."
    assert "Training photos to compare" in content
    for absent in ("It is", "in this list", "similarity", "such answers", "it sees this", "and not another"):
        assert absent not in content


@pytest.mark.parametrize(
    ("trust", "words"),
    [
        ({"verdict": "unsure"}, '"It could be"'),
        ({"verdict": "unsure"}, "your photo is less like those it has learnt from"),
        ({"verdict": "unsure"}, "Frame one flower closely"),
        ({"verdict": "unknown", "reason": "other_kind"}, "Frame one flower closely"),
        ({"verdict": "unknown", "reason": "other_kind"}, "The 5 closest"),
        ({"verdict": "unknown", "reason": "not_the_subject"}, "and may show no flower at all."),
        ({"verdict": "unknown", "reason": "not_the_subject"}, "Frame one flower closely"),
        ({"verdict": "unknown", "reason": "other_kind"}, "none that I have learnt"),
        ({"verdict": "unknown", "reason": None}, "This does not look like one of the 6 flowers I know."),
        ({"duplicate_of": 101}, "The model knows this photo."),
        ({"duplicate_of": 999_999}, "The model knows this photo."),
        (
            {"coverage_set": (Candidate(3, "Sunflower", None, 0.9),)},
            "A list that holds the right flower 95 times of 100 needs this name alone.",
        ),
    ],
)
def test_verdicts_alarm_and_list_in_words(garden, trust, words):
    assert words in content_of(app_with(garden, **trust))[0]


def test_something_unknown_gets_no_list_and_no_track_record(garden):
    content, words = content_of(app_with(garden, verdict="unknown", reason="not_the_subject", coverage_set=()))
    assert words.startswith("This does not look like one of the 6 flowers I know. It is unlike all the photos")
    for absent in (
        "in this list",
        "it was right",
        "such answers are right",
        '"It is"',
        " sure",
        "See all about",
    ):
        assert absent not in content


def test_photos_that_are_not_here_leave_no_trace(bare_garden):
    content, _ = content_of(app_with(bare_garden, duplicate_of=101))
    assert "/photos/" not in content
    assert "similarity 0.91" in content


def test_overlays_are_small_pictures_in_the_answer_and_hold_no_upload(garden):
    content, _ = content_of(app_with(garden))
    assert content.count("data:image/png;base64,") == 5 + 4
    assert len(content) < 250_000
    assert PHOTO["url"][30:90] not in content


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
