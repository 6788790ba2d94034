import logging
from collections.abc import Sequence
from threading import Event, Thread
from time import monotonic

import pytest
from PIL import Image

from tests.making.fakes import FakeClassifier, draw_flower, encode
from tests.web.conftest import make_site
from web import create_app
from web.server.monitoring import readiness
from web.server.monitoring.metrics import Metrics
from web.server.monitoring.readiness import FAILED, FRESH_S, SILENT, Readiness
from web.settings import Settings
from web.site import photos_at_once


class CountedClassifier(FakeClassifier):
    """Counts how often it was asked, and waits first where it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.may_answer = 0, Event()
        self.may_answer.set()

    def predict(self, images: Sequence[bytes | Image.Image], *, top_k: int = 5, maps: bool = False):
        self.asked += 1
        assert self.may_answer.wait(30)
        return super().predict(images, top_k=top_k, maps=maps)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds that readiness is ahead of the time."""
    ahead = [0.0]
    monkeypatch.setattr(readiness, "monotonic", lambda: monotonic() + ahead[0])
    return ahead


def test_a_model_is_tried_and_then_trusted_for_a_while(garden, clock):
    classifier = CountedClassifier()
    client = create_app(Settings(), classifier, garden).server.test_client()
    for _ in range(3):
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json) == (200, {"status": "ok"})
    assert classifier.asked == 1
    clock[0] += FRESH_S + 1
    assert client.get("/readyz").status_code == 200
    assert classifier.asked == 2
    assert 'florascope_answers_total{verdict="none"} 0.0' in client.get("/metrics").text, "trials are no answers"


def test_an_answer_to_a_visitor_is_as_good_as_a_trial(garden):
    classifier = CountedClassifier()
    client = create_app(Settings(), classifier, garden).server.test_client()
    assert client.post("/api/v1/classify", data=encode(draw_flower())).status_code == 200
    assert client.get("/readyz").status_code == 200
    assert classifier.asked == 1


@pytest.mark.parametrize(
    ("problem", "words"), [(None, "There is no trained model on this machine"), ("It is damaged.", "It is damaged.")]
)
def test_without_a_model_the_reason_is_said_and_the_process_lives(garden, problem, words):
    client = create_app(Settings(), None, garden, problem=problem).server.test_client()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json["status"].startswith(words)
    assert client.get("/healthz").status_code == 200


def test_a_model_that_fails_is_not_ready_until_it_answers(garden, caplog):
    classifier = CountedClassifier()
    classifier.error = RuntimeError("broken")
    client = create_app(Settings(), classifier, garden).server.test_client()
    with caplog.at_level(logging.ERROR):
        answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"status": FAILED})
    assert "The model failed in a trial" in caplog.text
    assert "broken" not in answer.text
    classifier.error = None
    assert client.get("/readyz").status_code == 200


def test_a_model_that_never_answers_is_not_ready_and_keeps_one_thread(garden, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(readiness, "PATIENCE_S", 0.2)
    classifier = CountedClassifier()
    classifier.may_answer.clear()
    found = Readiness(make_site(garden, classifier), Metrics())
    first = Thread(target=found.problem)
    first.start()
    while not classifier.asked:
        pass
    began = monotonic()
    assert [found.problem() for _ in range(3)] == [SILENT] * 3
    assert monotonic() - began < 2
    assert classifier.asked == 1
    classifier.may_answer.set()
    first.join()
    assert found.problem() is None


def test_photos_that_take_all_turns_for_ever_make_it_not_ready(garden, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(readiness, "PATIENCE_S", 0.2)
    site = make_site(garden, CountedClassifier())
    stuck, let_go = [], Event()

    def ask() -> None:
        with site.asking():
            stuck.append(True)
            assert let_go.wait(30)

    visitors = [Thread(target=ask) for _ in range(photos_at_once(site.settings))]
    for visitor in visitors:
        visitor.start()
    while len(stuck) < len(visitors):
        pass
    metrics = Metrics()
    found = Readiness(site, metrics)
    assert found.problem() == SILENT
    metrics.count_answer("unsure")  # busy, but it answers
    assert found.problem() is None
    let_go.set()
    for visitor in visitors:
        visitor.join()


def test_one_trial_serves_all_who_ask_at_once(garden):
    classifier = CountedClassifier()
    classifier.seconds = 0.1
    found = Readiness(make_site(garden, classifier), Metrics())
    told: list[str | None] = []
    asking = [Thread(target=lambda: told.append(found.problem())) for _ in range(5)]
    for each in asking:
        each.start()
    for each in asking:
        each.join()
    assert told == [None] * 5
    assert classifier.asked == 1
