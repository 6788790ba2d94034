import logging
import re

import pytest

from tests.making.fakes import FakeClassifier
from web import create_app
from web.server.visitors.request_ids import RequestIdFilter, current_request_id
from web.settings import Settings

GIVEN = "proxy-0123456789"


@pytest.mark.parametrize(
    ("proxies", "came", "kept"),
    [
        (0, GIVEN, False),
        (1, GIVEN, True),
        (1, "short", False),
        (1, "a b" * 9, False),
        (1, "x" * 65, False),
        (1, "", False),
    ],
)
def test_every_answer_has_a_number_and_only_a_trusted_proxy_chooses_it(garden, proxies, came, kept):
    client = create_app(Settings(trusted_proxies=proxies), FakeClassifier(), garden).server.test_client()
    for path in ("/", "/nope", "/healthz", "/api/v1/nope"):
        number = client.get(path, headers={"X-Request-ID": came}).headers["X-Request-ID"]
        assert (number == came) is kept
        assert kept or re.fullmatch("[0-9a-f]{16}", number)


def test_the_page_for_errors_has_the_number_that_the_log_has(garden):
    app = create_app(Settings(), FakeClassifier(), garden)
    seen = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            seen.append(record.request_id)

    handler = Keep()
    handler.addFilter(RequestIdFilter())
    logging.getLogger("web.server.limits").addHandler(handler)

    @app.server.get("/broken")
    def broken() -> str:
        raise ZeroDivisionError

    try:
        answer = app.server.test_client().get("/broken")
    finally:
        logging.getLogger("web.server.limits").removeHandler(handler)
    number = answer.headers["X-Request-ID"]
    assert answer.status_code == 500
    assert f"(request {number})" in answer.text
    assert seen == [number]


def test_outside_of_requests_the_log_has_a_dash():
    record = logging.LogRecord("a", logging.INFO, "a.py", 1, "hello", (), None)
    assert RequestIdFilter().filter(record)
    assert record.request_id == current_request_id() == "-"
