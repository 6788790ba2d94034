import gzip

import pytest

from tests.making.fakes import FakeClassifier
from web import create_app
from web.settings import Settings


@pytest.mark.parametrize(
    ("peer", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("::ffff:127.0.0.1", {}, 200),
        ("10.0.3.4", {}, 200),
        ("172.18.0.5", {}, 200),
        ("192.168.1.9", {}, 200),
        ("100.64.0.7", {}, 200),
        ("169.254.1.1", {}, 200),
        ("fd00::7", {}, 200),
        ("8.8.8.8", {}, 403),
        ("2001:4860:4860::8888", {}, 403),
        ("::ffff:8.8.8.8", {}, 403),
        ("", {}, 403),
        ("no address", {}, 403),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, 403),
        ("127.0.0.1", {"x-forwarded-for": ""}, 403),
        ("127.0.0.1", {"Forwarded": "for=10.0.0.1"}, 403),
        ("127.0.0.1", {"Via": "1.1 proxy"}, 403),
        ("8.8.8.8", {"X-Forwarded-For": "127.0.0.1"}, 403),
    ],
)
@pytest.mark.parametrize("proxies", [0, 1])
def test_only_who_asks_directly_from_a_private_network_gets_metrics(garden, peer, headers, status, proxies):
    settings = Settings(trusted_proxies=proxies, allowed_hosts="flowers.example.org")
    client = create_app(settings, FakeClassifier(), garden).server.test_client()
    answer = client.get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": peer})
    assert answer.status_code == status
    assert ("florascope_answers_total" in answer.text) is (status == 200)
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "accept",
    ["", "text/plain", "application/openmetrics-text; version=1.0.0", "application/openmetrics-text; version=.."],
)
def test_metrics_come_in_prometheus_s_text_format_whatever_is_asked_for(app, accept):
    answer = app.server.test_client().get("/metrics", headers={"Accept": accept})
    assert answer.status_code == 200
    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
    assert "\nflorascope_line_length 0.0\n" in answer.text


def test_metrics_can_be_compressed_and_cannot_be_posted(app):
    client = app.server.test_client()
    answer = client.get("/metrics", headers={"Accept-Encoding": "gzip"})
    assert b"florascope_line_length 0.0" in gzip.decompress(answer.data)
    assert client.post("/metrics").status_code == 405
