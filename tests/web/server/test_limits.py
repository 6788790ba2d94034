import io
import json
import tracemalloc

import pytest

from tests.making.fakes import FakeClassifier, data_url, draw_flower, encode
from tests.web.conftest import ask_callback
from web import create_app
from web.server.limits import CALLBACK_PATH
from web.settings import Settings


@pytest.fixture
def client(app):
    return app.server.test_client()


def test_a_body_over_the_limit_is_refused_with_a_sentence(garden):
    client = create_app(Settings(max_upload_mb=1), FakeClassifier(), garden).server.test_client()
    response = client.post(CALLBACK_PATH, data=b"x" * (2 * 1024 * 1024), content_type="application/json")
    assert response.status_code == 413
    assert response.mimetype == "text/plain"
    assert "up to 1 MB" in response.text


def test_a_body_over_the_limit_is_read_to_its_end(garden):
    body = io.BytesIO(b"x" * 3_000_000)
    client = create_app(Settings(max_upload_mb=1), FakeClassifier(), garden).server.test_client()
    answer = client.post(CALLBACK_PATH, input_stream=body, content_length=3_000_000, content_type="application/json")
    assert answer.status_code == 413
    assert body.tell() == 3_000_000


def test_a_photo_just_under_the_limit_passes(garden):
    app = create_app(Settings(max_upload_mb=1), FakeClassifier(), garden)
    content = encode(draw_flower())
    padded = content + b"\0" * (1024 * 1024 - len(content))
    answer = ask_callback(
        app,
        ["fresh-answer.data"],
        {"classify-button.n_clicks": 1},
        {"photo.data": {"key": "k", "url": data_url(padded)}},
    )
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "application/json"),
        (b"{}", "application/json"),
        (b"[]", "application/json"),
        (b"null", "application/json"),
        (b"{", "application/json"),
        (b"\xff\xfe", "application/json"),
        (b'{"output": "nope.data"}', "application/json"),
        (b'{"output": ["a"]}', "application/json"),
        (b'{"output": {}}', "application/json"),
        (b"[" * 200_000, "application/json"),
        (b"a=1", "text/plain"),
    ],
)
def test_nonsense_for_callbacks_is_refused_not_tried(client, body, kind):
    response = client.post(CALLBACK_PATH, data=body, content_type=kind)
    assert response.status_code == 400
    assert "Reload the page" in response.text


def test_an_unexpected_failure_shows_no_traceback(app, caplog, monkeypatch):
    def fail(*_, **__):
        raise RuntimeError("unexpected")

    monkeypatch.setitem(app.callback_map["specimen.children"], "callback", fail)
    response = ask_callback(app, ["specimen.children"], {"specimen-button.n_clicks": 1})
    assert response.status_code == 500
    assert "unexpected" not in response.text
    assert "Traceback" not in response.text
    assert response.text.endswith("reload the page.")
    assert "failed" in caplog.text


class GoneClient(io.BytesIO):
    """Body of a client that went away while it was read."""

    def read(self, size=-1):
        raise ConnectionResetError("gone")


@pytest.mark.parametrize("path", [CALLBACK_PATH, "/api/v1/classify"])
def test_a_client_that_goes_away_is_no_fault_of_ours(client, caplog, path):
    answer = client.post(path, input_stream=GoneClient(), content_length=100, content_type="application/json")
    assert answer.status_code == 400
    assert not caplog.records


class WeighingClassifier(FakeClassifier):
    """Notes how much memory is held while it looks at a photo."""

    held_bytes = 0

    def predict(self, images, *, top_k=5, maps=False):
        self.held_bytes, _ = tracemalloc.get_traced_memory()
        return super().predict(images, top_k=top_k, maps=maps)


def test_while_the_model_looks_the_request_holds_the_text_and_the_photo_and_no_copy(garden):
    classifier = WeighingClassifier()
    client = create_app(Settings(), classifier, garden).server.test_client()
    photo = encode(draw_flower()) + b"\0" * 4_000_000
    record = {"output": "fresh-answer.data", "outputs": {"id": "fresh-answer", "property": "data"}}
    record["inputs"] = [{"id": "classify-button", "property": "n_clicks", "value": 1}]
    record["state"] = [{"id": "photo", "property": "data", "value": {"key": "k", "url": data_url(photo)}}]
    body = json.dumps(record).encode()
    for turn in range(2):  # the first loads what later ones share
        if turn:
            tracemalloc.start()
        try:
            answer = client.post(CALLBACK_PATH, data=body, content_type="application/json")
        finally:
            tracemalloc.stop()
    assert answer.status_code == 200
    assert len(photo) < classifier.held_bytes < 2.5 * len(photo)  # base64 is a third longer: 4/3 + 1
