"""How everything here logs: events with a stable name and fields, one line each, on standard error."""

import logging
import re
from typing import Any

import structlog

LINE = "%(asctime)s %(levelname)s %(name)s %(message)s"
# The address of a reader's page is its key: whoever has it may unsubscribe them. Whole, cut short or quoted.
READER_PATH = re.compile(r"(?i)((?:/|%2f)[upv](?:/|%2f))[\w%=.~-]{8,}[^\s\"'<>]*")


def without_tokens(text: str) -> str:
    """`text` with the tokens of readers' pages taken out: `/u/…`."""
    return READER_PATH.sub(r"\1…", text)


class LineFormatter(logging.Formatter):
    """Writes no reader's token, wherever in a record or its traceback it stands."""

    def format(self, record: logging.LogRecord) -> str:
        return without_tokens(super().format(record))


class ExpectedAnswers(logging.Filter):
    """For `django.request`: an answer such as 403 or 404 is a line and not a traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "status_code", 500) < 500:
            record.exc_info = record.exc_text = None
        return True


def settings(level: str) -> dict[str, Any]:
    """Django's LOGGING: everything to standard error, from `level` on."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": LineFormatter, "fmt": LINE}},
        "filters": {"expected": {"()": ExpectedAnswers}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # a line for every tick, several a second, would hide all others
            **{name: {"level": "WARNING"} for name in ("celery.app.trace", "celery.worker.strategy", "celery.beat")},
            "django": {"handlers": []},  # its own handlers write paths as they are
            "django.request": {"filters": ["expected"]},
        },
    }


def configure() -> None:
    """Hand structlog's events to the standard logging.

    Tracebacks are plain ones: structlog's own show the values of local variables, and readers'
    addresses are among them.
    """
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.filter_by_level,
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["event"]),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
