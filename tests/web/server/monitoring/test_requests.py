"""What is counted of requests to the whole site: by the API and by the pages."""

import io
from threading import Thread

import pytest
from flask.testing import FlaskClient

from tests.making.fakes import FakeClassifier, HeldClassifier, data_url, draw_flower, encode
from tests.making.scraping import Scrape
from tests.web.answer.conftest import ask_output
from tests.web.classify.test_callbacks import classify
from tests.web.conftest import response_of
from web import create_app
from web.server.monitoring.metrics import NINE_LOOKS, ModelIdentity
from web.server.monitoring.requests import note_answer, note_refusal, note_seconds, waiting
from web.server.visitors.line import Busy
from web.settings import Settings
from web.site import photos_at_once

API = "/api/v1/classify"
PHOTO = encode(draw_flower())
SECRET = "my-secret-garden"


def scrape(client: FlaskClient) -> Scrape:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    return Scrape(answer.text)


def refusals(client: FlaskClient) -> dict[str, float]:
    found = scrape(client)
    codes = [labels["code"] for labels in found.labels("florascope_refusals_total")]
    return {code: found.value("florascope_refusals_total", code=code) for code in codes}


def make_client(garden, classifier=None, **settings) -> FlaskClient:
    return create_app(Settings(**settings), classifier or FakeClassifier(calibrated={}), garden).server.test_client()


@pytest.mark.parametrize(("verdict", "label"), [("confident",) * 2, ("unsure",) * 2, ("unknown",) * 2, (None, "none")])
def test_answers_of_the_api_are_counted_by_verdict_with_their_seconds(garden, verdict, label):
    client = make_client(garden, FakeClassifier(calibrated={"verdict": verdict}, seconds=0.01))
    for _ in range(2):
        assert client.post(API, data=PHOTO).status_code == 200
    found = scrape(client)
    assert found.value("florascope_answers_total", verdict=label) == found.total("florascope_answers_total") == 2
    stages = {labels["stage"] for labels in found.labels("florascope_stage_seconds_sum")}
    assert stages == {"waiting", "decoding", "network", "rest"}
    assert all(found.value("florascope_stage_seconds_count", stage=stage) == 2 for stage in stages)
    assert 0.02 <= found.total("florascope_stage_seconds_sum") < 5
    assert refusals(client) == {}


def test_answers_of_the_page_its_parts_and_nine_looks_are_counted(garden):
    app = create_app(Settings(), FakeClassifier(calibrated={}), garden)
    classify(app, PHOTO)
    for output, asks in (("part-answer.data", "part.data"), ("stability-answer.data", "stability-request.data")):
        assert response_of(ask_output(app, output, {asks: {"key": "a", "turn": 1, "url": data_url(PHOTO)}}))
    found = scrape(app.server.test_client())
    assert found.value("florascope_answers_total", verdict="confident") == 2
    assert found.value("florascope_answers_total", verdict=NINE_LOOKS) == 1
    assert found.value("florascope_stage_seconds_sum", stage="decoding") > 0
    assert found.value("florascope_stage_seconds_count", stage="rest") == 3


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("POST", API, b"", "no_photo"),
        ("POST", API, b"a text", "not_an_image"),
        ("POST", f"{API}?top_k=x", PHOTO, "bad_setting"),
        ("POST", API, PHOTO[: len(PHOTO) // 2], "truncated_image"),
        ("POST", API, encode(draw_flower(size=(3, 3)), "PNG"), "too_small"),
        ("POST", API, b"a" * (1024 * 1024 + 1), "too_many_bytes"),
        ("GET", API, None, "http_405"),
        ("GET", f"/{SECRET}", None, "http_404"),
        ("POST", "/_dash-update-component", b'{"output": "my-secret-garden"}', "http_400"),
        ("POST", "/_dash-update-component", b"a" * (2 * 1024 * 1024), "http_413"),
    ],
)
def test_refusals_are_counted_by_code_once_each(garden, method, path, body, code):
    client = make_client(garden, max_upload_mb=1)
    client.open(path, method=method, data=body, content_type="application/json" if "dash" in path else None)
    assert refusals(client) == {code: 1}
    assert scrape(client).total("florascope_answers_total") == 0


def test_refusals_of_the_page_faults_and_rates_are_counted(garden):
    app = create_app(Settings(), FakeClassifier(), garden)
    classify(app, b"a text")
    assert refusals(app.server.test_client()) == {"not_an_image": 1}

    faulty = make_client(garden, FakeClassifier(error=RuntimeError("broken")))
    assert faulty.post(API, data=PHOTO).status_code == 500
    assert refusals(faulty) == {"error": 1}

    eager = make_client(garden, rate_limit="1 per minute")
    for _ in range(3):
        eager.post(API, data=PHOTO, environ_base={"REMOTE_ADDR": "203.0.113.9"})
    assert refusals(eager) == {"http_429": 2}

    without = create_app(Settings(), None, garden).server.test_client()
    assert without.post(API, data=PHOTO).status_code == 503
    assert refusals(without) == {"no_model": 1}


def test_machines_that_watch_are_not_counted(garden):
    client = create_app(Settings(), None, garden).server.test_client()
    assert client.get("/readyz").status_code == 503
    client.get("/healthz")
    client.get("/metrics", environ_base={"REMOTE_ADDR": "203.0.113.9"})
    assert refusals(client) == {}


def test_photos_that_wait_are_the_lines_length_until_they_are_answered_or_turned_away(garden):
    classifier = HeldClassifier()
    app = create_app(Settings(), classifier, garden)
    at_once = photos_at_once(Settings())
    visitors = [Thread(target=lambda: app.server.test_client().post(API, data=PHOTO)) for _ in range(at_once + 3)]
    for visitor in visitors:
        visitor.start()
    for _ in range(at_once):
        assert classifier.asked.acquire(timeout=10)
    client = app.server.test_client()
    while scrape(client).value("florascope_line_length") < 3:
        pass
    classifier.let_go.set()
    for visitor in visitors:
        visitor.join()
    found = scrape(client)
    assert found.value("florascope_line_length") == 0
    assert found.value("florascope_answers_total", verdict="none") == at_once + 3
    assert found.value("florascope_stage_seconds_sum", stage="waiting") > 0


def test_nothing_that_a_visitor_sends_is_in_the_metrics(garden):
    client = make_client(garden)
    for odd in (SECRET, 'a"} 1\nflorascope_evil 1', "\x00 \x7f"):
        client.post(API, data={"image": (io.BytesIO(PHOTO), f"{odd}.jpg")}, headers={"X-Request-ID": SECRET})
        client.get("/", query_string={"q": odd}, headers={"User-Agent": SECRET, "Referer": SECRET})
        client.get(f"/{SECRET}/x", environ_base={"REMOTE_ADDR": "203.0.113.9"})
        client.open("/", method="SECRETS")
    text = client.get("/metrics").text
    assert SECRET not in text
    assert "evil" not in text
    assert "SECRETS" not in text
    assert "203.0.113.9" not in text
    known = {"verdict", "code", "stage", "le", "worker", "engine", "backbone", "weights"}
    found = Scrape(text)
    assert {label for name in found.names for labels in found.labels(name) for label in labels} <= known


def test_what_model_answers_is_said(garden):
    for classifier, model, engine in (
        (FakeClassifier(), ModelIdentity("openvino", "net", "0" * 64), "openvino"),
        (None, None, "none"),
    ):
        client = create_app(Settings(), classifier, garden, model=model).server.test_client()
        (labels,) = scrape(client).labels("florascope_model_processes")
        assert labels["engine"] == engine


def test_outside_of_requests_notes_have_no_effect():
    note_answer("confident")
    note_refusal("busy")
    note_seconds("network", 1)
    with pytest.raises(Busy), waiting():
        raise Busy
