import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator

import pytest

from tests.making.fakes import FakeClassifier, draw_flower, encode
from web import create_app
from web.server.visitors.rates import SMALL_BYTES
from web.settings import Settings

PHOTO = encode(draw_flower())
ELSEWHERE, OTHER, HERE = "192.0.2.1", "192.0.2.2", "127.0.0.1"


def make_ask(garden, **settings):
    client = create_app(Settings(**settings), FakeClassifier(), garden).server.test_client()

    def ask(address=ELSEWHERE, method="POST", path="/api/v1/classify", **options):
        data = PHOTO if method == "POST" else None
        return client.open(path, method=method, data=data, environ_overrides={"REMOTE_ADDR": address}, **options)

    return ask


def test_who_asks_too_often_is_told_when_to_ask_again_and_others_are_not_kept(garden):
    ask = make_ask(garden, rate_limit="3 per minute")
    assert [ask().status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    refused = ask()
    assert json.loads(refused.text)["code"] == "too_many_requests"
    assert refused.mimetype == "application/problem+json"
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert ask(OTHER).status_code == 200
    assert ask(method="GET", path="/").status_code == 200, "pages are free"


def test_a_page_gets_the_sentence_as_text(garden):
    client = create_app(Settings(rate_limit="1 per hour"), FakeClassifier(), garden).server.test_client()

    def send(size):
        elsewhere = {"REMOTE_ADDR": ELSEWHERE}
        return client.post("/_dash-update-component", data=b"x" * size, environ_overrides=elsewhere)

    send(SMALL_BYTES + 1)
    assert send(SMALL_BYTES).status_code == 400, "pages that are opened are not counted"
    refused = send(SMALL_BYTES + 1)
    assert refused.status_code == 429
    assert refused.mimetype == "text/plain"
    assert "Wait a little" in refused.text
    assert int(refused.headers["Retry-After"]) > 60


def test_this_machine_asks_as_often_as_it_likes(garden):
    ask = make_ask(garden, rate_limit="1 per hour")
    assert {ask(HERE).status_code for _ in range(5)} == {200}


def test_visitors_behind_a_trusted_proxy_on_this_machine_are_counted_each(garden):
    ask = make_ask(garden, rate_limit="1 per hour", trusted_proxies=1)
    for visitor in (ELSEWHERE, OTHER):
        sent = {"headers": {"X-Forwarded-For": visitor}}
        assert [ask(HERE, **sent).status_code for _ in range(2)] == [200, 429]


@pytest.mark.parametrize("rate", ["off", "OFF"])
def test_the_limit_can_be_switched_off(garden, rate):
    ask = make_ask(garden, rate_limit=rate)
    assert {ask().status_code for _ in range(5)} == {200}


def test_while_the_shared_counts_cannot_be_reached_the_process_counts_by_itself(garden):
    ask = make_ask(garden, rate_limit="2 per minute", rate_limit_storage="redis://127.0.0.1:1")
    assert [ask().status_code for _ in range(4)] == [200, 200, 429, 429]


@pytest.fixture
def redis(tmp_path) -> Iterator[str]:
    """Address of a real Redis."""
    if not (program := shutil.which("redis-server")):
        pytest.skip("NO REDIS: there is no redis-server, so counts that several servers share are not tried")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 10
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.05)
        yield f"redis://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=10)


def test_several_servers_count_together_in_a_redis(garden, redis):
    one, other = (make_ask(garden, rate_limit="3 per minute", rate_limit_storage=redis) for _ in range(2))
    assert [ask().status_code for ask in (one, other, one, other, one)] == [200, 200, 200, 429, 429]
    assert one(OTHER).status_code == 200
