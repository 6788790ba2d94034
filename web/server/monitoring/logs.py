"""Logs, one line a record: as text for people, or as JSON for programs that collect them."""

from __future__ import annotations

import json
import logging
import logging.config
from datetime import UTC, datetime
from typing import Any

from classifier.outputs.names import escape
from web.server.visitors.request_ids import NONE, RequestIdFilter
from web.settings import JSON, Settings

TEXT_FORMAT = "%(asctime)s %(levelname)s %(name)s [%(request_id)s]: %(message)s"


class TextFormatter(logging.Formatter):
    """Formatter whose message is one line, whatever is in it: what a client sent cannot look like another record."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        """The line; what follows it, such as a traceback, is added by logging."""
        record.message = escape(record.message)
        return super().formatMessage(record)


class JsonFormatter(logging.Formatter):
    """Formatter that makes one JSON object of a record, in ASCII and in one line.

    time: ISO 8601 in UTC, to the ms; level, logger, message: texts; request_id: only in requests; exception: the
    traceback, and stack: where it was logged, only if there are any.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The object."""
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        fields = {"time": time, "level": record.levelname, "logger": record.name, "message": record.getMessage()}
        request_id = getattr(record, "request_id", NONE)
        if request_id != NONE:
            fields["request_id"] = request_id
        if record.exc_info:
            fields["exception"] = self.formatException(record.exc_info)
        if record.stack_info:
            fields["stack"] = self.formatStack(record.stack_info)
        return json.dumps(fields)


def describe(settings: Settings) -> dict[str, Any]:
    """Configuration for `logging.config.dictConfig`: of the site, and of gunicorn and waitress as well."""
    as_text = {"()": TextFormatter, "fmt": TEXT_FORMAT}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": JsonFormatter} if settings.log_format == JSON else as_text},
        "filters": {"request_id": {"()": RequestIdFilter}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request_id"]}},
        "root": {"level": settings.log_level, "handlers": ["stderr"]},
        "loggers": {
            "gunicorn.error": {"level": settings.log_level, "handlers": [], "propagate": True},
            # It warns of each request that waits for a thread.
            "waitress.queue": {"level": "ERROR"},
            # At DEBUG it tells what a photo says: who took it, and where. What is wrong with a visitor's file is no
            # error of ours.
            "PIL": {"level": "CRITICAL"},
        },
    }


def configure(settings: Settings) -> None:
    """Log as the settings say, warnings of Python too."""
    logging.config.dictConfig(describe(settings))
    logging.captureWarnings(True)
