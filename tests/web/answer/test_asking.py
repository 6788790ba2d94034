"""Upload → prediction → words, without a browser and without a request."""

import base64
import io
import logging
from dataclasses import replace

import pytest
from PIL import Image

from classifier.errors import NotAnImage, SettingError, UnsupportedFormat
from classifier.photos import reading
from tests.making.fakes import COLOURS, FakeClassifier, data_url, draw_flower, encode
from tests.web.conftest import make_site
from web.answer.asking import (
    BUSY,
    FAULT,
    FOR_PROGRAMS,
    FOR_VISITORS,
    SHOWN_PX,
    answer_upload,
    explain,
    look_nine_ways,
)
from web.answer.upload import NoPhoto, PartView, Upload
from web.server.visitors.line import Busy
from web.site import NoModel


def upload(content: bytes, **values) -> Upload:
    return Upload.from_store({"key": "k", "url": data_url(content), **values})


def test_a_photo_gets_an_answer(garden):
    answer = answer_upload(upload(encode(draw_flower(COLOURS[1]))), site=make_site(garden))
    assert answer.words == "This looks like: Tiger lily, 94.4\u00a0%."
    assert answer.content.className == "result"
    assert answer.shown is None


def test_a_photo_sent_as_it_is_comes_back_small(garden):
    content = encode(draw_flower(size=(3000, 1500)), "TIFF", compression="tiff_lzw")
    shown = answer_upload(upload(content, shrunk=False), site=make_site(garden)).shown
    assert shown is not None
    picture = Image.open(io.BytesIO(base64.b64decode(shown.partition(",")[2])))
    assert (picture.format, picture.size) == ("JPEG", (SHOWN_PX, SHOWN_PX // 2))


@pytest.mark.parametrize("sent", [{}, {"shrunk": False}, {"uncut": True, "view": {"size": 40}}])
@pytest.mark.parametrize("ask", [answer_upload, look_nine_ways])
def test_a_photo_is_decoded_once(garden, monkeypatch, ask, sent):
    opened = []
    monkeypatch.setattr("web.site.is_large", lambda photo: False)  # which opens it too, but reads its header alone
    open_any_size = reading.open_any_size
    monkeypatch.setattr(reading, "open_any_size", lambda *given: opened.append(1) or open_any_size(*given))
    ask(upload(encode(draw_flower(size=(1500, 1000))), **sent), site=make_site(garden))
    assert len(opened) == 1


def test_an_answer_to_a_part_says_so(garden):
    part = upload(encode(draw_flower()), view=PartView(40, 1, 9).to_dict())
    assert "This is about the part that you framed." in str(answer_upload(part, site=make_site(garden)).content)


@pytest.mark.parametrize(("view", "name"), [(PartView(40, 0, 0), "Tiger lily"), (PartView(40, 100, 100), "Sunflower")])
def test_a_part_that_the_browser_could_not_cut_is_cut_here(garden, view, name):
    photo = Image.new("RGB", (400, 200), COLOURS[0])
    photo.paste(COLOURS[1], (0, 0, 200, 200))
    part = upload(encode(photo), view=view.to_dict(), uncut=True)
    answer = answer_upload(part, site=make_site(garden))
    assert name in answer.words
    assert answer.shown is None
    assert look_nine_ways(part, site=make_site(garden)).agreeing == 9


def test_nine_looks(garden):
    found = look_nine_ways(upload(encode(draw_flower())), site=make_site(garden))
    assert (found.agreeing, found.total) == (9, 9)


@pytest.mark.parametrize("ask", [answer_upload, look_nine_ways])
def test_what_is_not_a_photo_is_refused_and_the_limit_holds(garden, ask):
    with pytest.raises(NotAnImage):
        ask(upload(b"This is a text."), site=make_site(garden))
    with pytest.raises(NoPhoto):
        ask(Upload.from_store(None), site=make_site(garden))
    site = replace(make_site(garden), classifier=None, problem="It is gone.")
    with pytest.raises(NoModel, match="gone"):
        ask(upload(encode(draw_flower())), site=site)


@pytest.mark.parametrize("sentences", [FOR_VISITORS, FOR_PROGRAMS])
def test_failures_become_words_for_their_readers(sentences):
    assert explain(UnsupportedFormat("A PDF is not a photo."), sentences).words == "A PDF is not a photo."
    assert explain(SettingError("top_k is wrong."), sentences).code == "bad_setting"
    assert explain(Busy(), sentences) == explain(Busy(), sentences)
    assert explain(Busy(), sentences).words == sentences[BUSY]
    assert explain(ValueError("secret"), sentences).words == sentences[FAULT]
    assert all(words.endswith(".") for words in sentences.values())


def test_only_faults_of_the_server_are_logged(caplog):
    caplog.set_level(logging.DEBUG)
    explain(NotAnImage("This is not a photo."))
    explain(Busy())
    assert not caplog.text
    assert explain(RuntimeError("broken")).code == FAULT
    assert "broken" in caplog.text


def test_a_failing_model_is_explained(garden):
    site = make_site(garden, FakeClassifier(error=RuntimeError("broken")))
    with pytest.raises(RuntimeError) as caught:
        answer_upload(upload(encode(draw_flower())), site=site)
    assert explain(caught.value).words == FOR_VISITORS[FAULT]
