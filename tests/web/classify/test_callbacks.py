import base64
import io
import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import dash
import pytest
from dash.exceptions import PreventUpdate
from PIL import Image

from tests.making.fakes import COLOURS, FakeClassifier, HeldClassifier, data_url, draw_flower, encode
from tests.web.conftest import ask_callback, make_site, response_of
from web import create_app
from web.answer.asking import BUSY, FAULT, FOR_VISITORS
from web.classify import callbacks
from web.settings import Settings
from web.site import photos_at_once

OUTPUTS = ["fresh-answer.data"]


def classify(app, content, *, key="k1", clicks=1, url=None):
    photo = None if content is None else {"key": key, "name": "my garden.jpg", "url": url or data_url(content)}
    return ask_callback(app, OUTPUTS, {"classify-button.n_clicks": clicks}, {"photo.data": photo})


@contextmanager
def full_line(garden, *, busy_after_s: int) -> Iterator[dash.Dash]:
    """An app at whose model stand as many visitors of the page as may; they get their answers when the block ends."""
    classifier = HeldClassifier()
    settings = Settings(busy_after_s=busy_after_s)
    app, places = create_app(settings, classifier, garden), photos_at_once(settings)
    visitors = [threading.Thread(target=classify, args=(app, encode(draw_flower()))) for _ in range(places)]
    for visitor in visitors:
        visitor.start()
    try:
        for _ in visitors:
            assert classifier.asked.acquire(timeout=10)
        yield app
        assert not classifier.asked.acquire(blocking=False), "more at the model than may"
    finally:
        classifier.let_go.set()
        for visitor in visitors:
            visitor.join()


def told(response):
    """The record that the browser gets: key, content, message, words."""
    return response_of(response)["fresh-answer"]["data"]


def message_of(response):
    return told(response)["message"]


def test_a_photo_gets_a_verdict_bars_and_training_photos(app):
    record = told(classify(app, encode(draw_flower(COLOURS[1]))))
    content = json.dumps(record["content"])
    assert record["key"] == "k1"
    assert record["message"] == ""
    assert record["words"] == "This looks like: Tiger lily, 94.4\u00a0%."
    assert '"This looks like"' in content
    assert '"Lilium lancifolium"' in content
    assert '"type": "Graph"' in content
    assert "/photos/200.webp?w=320" in content
    assert "/flower/4" in content
    assert "base64" not in content.replace("bdata", "")


def test_the_answer_does_not_hold_the_upload(app):
    content = encode(draw_flower())
    assert data_url(content)[30:90] not in classify(app, content).text


def test_a_photo_sent_as_it_is_comes_back_small_with_its_answer(app):
    photo = {
        "key": "k1",
        "url": data_url(encode(draw_flower(size=(1500, 1000)), "TIFF", compression="tiff_lzw")),
        "shrunk": False,
    }
    record = told(ask_callback(app, OUTPUTS, {"classify-button.n_clicks": 1}, {"photo.data": photo}))
    head, _, payload = record["shown"].partition(",")
    assert head == "data:image/jpeg;base64"
    assert Image.open(io.BytesIO(base64.b64decode(payload))).size == (1024, 683)
    assert told(classify(app, encode(draw_flower())))["shown"] is None


@pytest.mark.parametrize(
    ("picture", "kind", "options"),
    [
        (draw_flower(), "PNG", {}),
        (draw_flower().convert("RGBA"), "PNG", {}),
        (draw_flower().convert("P"), "GIF", {}),
        (draw_flower(), "WEBP", {}),
        (draw_flower(), "BMP", {}),
        (draw_flower(), "TIFF", {}),
        (draw_flower().convert("CMYK"), "JPEG", {}),
    ],
)
def test_what_phones_and_browsers_send_is_understood(app, picture, kind, options):
    assert "Sunflower" in told(classify(app, encode(picture, kind, **options)))["words"]


@pytest.mark.parametrize(
    "content", [b"This is a text named flower.jpg.", b"\xff\xd8\xff\xe0", b"<html>", b"\0" * 100, b"%PDF-1.7\n"]
)
def test_a_file_that_is_no_photo_gets_the_named_sentence(app, content):
    record = told(classify(app, content))
    assert record["content"] is None
    assert len(record["message"]) > 20
    assert "went wrong on our side" not in record["message"]


def test_a_truncated_photo_is_refused(app):
    content = encode(draw_flower(size=(640, 480)), quality=95)
    assert message_of(classify(app, content[: len(content) // 2]))


def test_without_a_photo_the_sentence_says_what_to_do(app):
    assert message_of(classify(app, None)) == "There is no photo yet. Choose or drop one first."


@pytest.mark.parametrize(
    "photo", [{}, [], "x", 7, {"url": 7}, {"url": "x", "key": {"a": 1}}, {"key": None, "url": None}]
)
def test_hostile_photos_get_a_sentence(app, photo):
    answer = ask_callback(app, OUTPUTS, {"classify-button.n_clicks": 1}, {"photo.data": photo})
    assert message_of(answer).endswith(".")


def test_a_page_drawn_again_asks_nothing(app):
    assert classify(app, encode(draw_flower()), clicks=None).status_code == 204


def test_a_failing_model_is_our_fault_and_is_logged_without_the_photo(garden, caplog):
    caplog.set_level(logging.DEBUG)
    app = create_app(Settings(), FakeClassifier(error=RuntimeError("broken")), garden)
    content = encode(draw_flower())
    assert message_of(classify(app, content)) == FOR_VISITORS[FAULT]
    assert "broken" in caplog.text
    assert "my garden" not in caplog.text
    assert data_url(content)[30:90] not in caplog.text


def test_a_photo_and_its_name_are_never_logged(app, caplog):
    caplog.set_level(logging.DEBUG)
    for content in (encode(draw_flower()), b"no photo"):
        classify(app, content)
        assert "my garden" not in caplog.text
        assert data_url(content)[23:60] not in caplog.text


def test_without_a_model_the_page_says_so(garden):
    app = create_app(Settings(), None, garden)
    assert "no trained model" in message_of(classify(app, encode(draw_flower())))


def test_a_busy_server_says_so_and_keeps_the_photo(garden):
    content = encode(draw_flower())
    with full_line(garden, busy_after_s=1) as app:
        record = told(classify(app, content))
    assert record["message"] == FOR_VISITORS[BUSY]
    assert "content" not in record, "an answer that is there stays"
    assert message_of(classify(app, content)) == "", "the line moves on"


def test_the_api_stands_in_the_line_of_the_page(garden):
    content = encode(draw_flower())
    with full_line(garden, busy_after_s=1) as app:
        refused = app.server.test_client().post("/api/v1/classify", data=content)
    assert refused.status_code == 503
    assert json.loads(refused.text)["code"] == "busy"
    assert int(refused.headers["Retry-After"]) > 0
    answered = app.server.test_client().post("/api/v1/classify", data=content)
    assert answered.status_code == 200, "the line moves on"


def test_the_api_waits_for_the_page(garden):
    answers = []

    def ask(app):
        answers.append(app.server.test_client().post("/api/v1/classify", data=encode(draw_flower())))

    with full_line(garden, busy_after_s=30) as app:
        program = threading.Thread(target=ask, args=(app,))
        program.start()
        program.join(timeout=0.5)
        assert not answers
    program.join()
    assert answers[0].status_code == 200


def test_two_visitors_never_meet(app):
    answers = {}

    def visit(name, colour):
        for turn in range(5):
            answers[name, turn] = told(classify(app, encode(draw_flower(colour)), key=f"{name}{turn}"))

    visitors = [threading.Thread(target=visit, args=(f"v{i}", colour)) for i, colour in enumerate(COLOURS[:4])]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    names = ("Sunflower", "Tiger lily", "Fire lily", "Rose")
    for (name, turn), record in answers.items():
        assert record["key"] == f"{name}{turn}"
        assert names[int(name[1])] in record["words"]
    assert len(answers) == 20


def test_two_apps_in_one_process_never_meet(garden, bare_garden):
    here, there = (
        create_app(Settings(), FakeClassifier(), garden),
        create_app(Settings(), FakeClassifier(), bare_garden),
    )
    for app, with_photos in ((here, True), (there, False), (here, True)):
        text = json.dumps(response_of(classify(app, encode(draw_flower()))))
        assert ("/photos/" in text) is with_photos
        assert ("python -m classifier download" in text) is not with_photos


def test_probabilities_never_show_certainty(garden):
    app = create_app(Settings(), FakeClassifier(probabilities=(0.99999, 0.00001, 0, 0, 0)), garden)
    text = json.dumps(response_of(classify(app, encode(draw_flower()))), ensure_ascii=False)
    assert ">99.9" in text.replace("\\u003e", ">")
    assert "100\u00a0%" not in text
    assert "100.0" not in text


def test_another_specimen_is_drawn(app):
    answer = ask_callback(app, ["specimen.children"], {"specimen-button.n_clicks": 1})
    assert "/photos/" in json.dumps(response_of(answer))
    assert ask_callback(app, ["specimen.children"], {"specimen-button.n_clicks": None}).status_code == 204


def test_the_functions_answer_without_an_app(garden):
    photo = {"key": "k1", "url": data_url(encode(draw_flower()))}
    record = callbacks.classify(make_site(garden), 1, photo)
    assert (record["key"], record["message"], record["shown"]) == ("k1", "", None)
    assert record["words"] == "This looks like: Sunflower, 94.4\u00a0%."
    refused = callbacks.classify(make_site(garden), 1, {"key": "k2", "url": data_url(b"no photo")})
    assert (refused["key"], refused["content"], refused["words"]) == ("k2", None, "")
    assert callbacks.show_another(make_site(garden), 1).className == "specimen"


@pytest.mark.parametrize(
    "function", [lambda site: callbacks.classify(site, None, {}), lambda site: callbacks.show_another(site, None)]
)
def test_a_page_that_is_drawn_calls_nothing(garden, function):
    with pytest.raises(PreventUpdate):
        function(make_site(garden))
