import io
import json
import logging
import logging.config
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.making.fakes import FakeClassifier
from web import create_app
from web.server.monitoring import logs
from web.settings import LOG_LEVELS, Settings

ROOT = Path(__file__).parents[4]
HOSTILE = (
    "a\nb",
    'quotes " and \\ and {"level": "x"}',
    "\x1b[31mred\x1b[0m \x00 \r\u2028\u2029\x85",
    "lone surrogates \udc80 \ud800",
    "花 🌻",
    "%s %d {}",
)


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """What a logger “hostile” writes, which stands apart from pytest's."""
    yield io.StringIO()
    logger = logging.getLogger("hostile")
    logger.handlers.clear()
    logger.propagate = True


def logger_to(stream: io.StringIO, log_format: str) -> logging.Logger:
    config = logs.describe(Settings(log_format=log_format))
    handler = config["handlers"]["stderr"] | {"stream": stream}
    logger = {"handlers": ["stderr"], "level": "INFO", "propagate": False}
    del config["root"]
    logging.config.dictConfig(config | {"handlers": {"stderr": handler}, "loggers": {"hostile": logger}})
    return logging.getLogger("hostile")


def objects(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.mark.parametrize("message", HOSTILE)
def test_a_json_record_is_one_line_whatever_is_in_it(stream, message):
    logger_to(stream, "json").warning("Odd: %s", message)
    assert stream.getvalue().count("\n") == 1
    assert stream.getvalue().isascii()
    (record,) = objects(stream)
    assert record.keys() == {"time", "level", "logger", "message"}
    assert record["message"] == f"Odd: {message}"
    assert (record["level"], record["logger"]) == ("WARNING", "hostile")
    assert record["time"].endswith("Z")
    assert abs(datetime.fromisoformat(record["time"]).timestamp() - datetime.now().timestamp()) < 5


def test_a_json_record_has_the_exception_and_the_stack(stream):
    logger = logger_to(stream, "json")
    try:
        raise ValueError(HOSTILE[0])
    except ValueError:
        logger.exception("It failed", stack_info=True)
    (record,) = objects(stream)
    assert record["exception"].startswith("Traceback (most recent call last):\n")
    assert record["exception"].endswith("ValueError: a\nb")
    assert "test_logs.py" in record["stack"]


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_records_of_a_request_have_its_number(stream, garden, log_format):
    app, logger = create_app(Settings(), FakeClassifier(), garden), logger_to(stream, log_format)

    @app.server.get("/talk")
    def talk() -> str:
        logger.info("hello")
        return ""

    number = app.server.test_client().get("/talk").headers["X-Request-ID"]
    logger.info("outside")
    inside, outside = stream.getvalue().splitlines()
    if log_format == "json":
        assert json.loads(inside)["request_id"] == number
        assert "request_id" not in json.loads(outside)
    else:
        assert inside.endswith(f" INFO hostile [{number}]: hello")
        assert outside.endswith(" INFO hostile [-]: outside")


@pytest.mark.parametrize("message", HOSTILE)
def test_a_text_record_cannot_be_taken_for_two(stream, message):
    logger_to(stream, "text").warning("%s", message)
    assert len(stream.getvalue().splitlines()) == 1
    assert stream.getvalue().rstrip("\n").isprintable()


def test_a_traceback_follows_a_text_record(stream):
    logger = logger_to(stream, "text")
    try:
        raise ValueError("gone")
    except ValueError:
        logger.exception("It\nfailed")
    first, second, *_, last = stream.getvalue().splitlines()
    assert first.endswith("ERROR hostile [-]: It\\nfailed")
    assert second == "Traceback (most recent call last):"
    assert last == "ValueError: gone"


@pytest.mark.parametrize("level", LOG_LEVELS)
def test_photos_are_not_talked_about_at_any_level(level):
    loggers = logs.describe(Settings(log_level=level))["loggers"]
    assert loggers["PIL"] == {"level": "CRITICAL"}


CODE = """
import logging, sys, warnings
from web.server.monitoring import logs
from web.settings import Settings
logs.configure(Settings(log_format="json"))
warnings.warn("old\\nthing", DeprecationWarning)
for name in ("gunicorn.error", "waitress", "florascope"):
    logging.getLogger(name).warning("from %s", name)
logging.getLogger("waitress.queue").warning("waits")
logging.getLogger("PIL.TiffImagePlugin").warning("tag: Artist")
"""


def test_warnings_of_python_and_of_the_servers_are_records_too():
    done = subprocess.run(
        [sys.executable, "-W", "always", "-c", CODE], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    records = [json.loads(line) for line in done.stderr.splitlines()]
    ours = [record for record in records if record["logger"] != "py.warnings"]
    assert [record["logger"] for record in ours] == ["gunicorn.error", "waitress", "florascope"]
    assert any("old\nthing" in record["message"] for record in records)
