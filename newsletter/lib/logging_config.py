"""Logging for all processes: events with a stable name and fields, one per line, on standard error."""

import logging
import re
import sys
from collections.abc import Callable, MutableMapping
from typing import Any

import structlog

LINE = "%(asctime)s %(levelname)s %(name)s %(message)s"
# The path of a reader's page contains a token that lets its holder act for that reader; that of an invitation or a
# password link opens an account. It may occur whole, truncated or percent-encoded.
READER_PATH = re.compile(
    r"(?i)((?:/|%2f)(?:[cdupv]|invitations|password(?:/|%2f)reset)(?:/|%2f))[\w%=.~-]{8,}[^\s\"'<>]*"
)

# PostgreSQL prints the values of a row after DETAIL (DÉTAIL, DETALLE: it speaks the server's language), and those of a
# COPY after CONTEXT. Values may have line breaks; in a field of an event, a line break is written as \\n.
ROW = re.compile(
    r"(?s)(^|\n|\\n)(D[EÉ]T[A-Z]+|CONTEXT) ?: .*?"
    r"(?=(?:\n|\\n)(?:HINT|CONTEXT): |(?:\n|\\n){2}(?:The above exception|During handling)|\Z)"
)


def without_tokens(text: str) -> str:
    """Return `text` without the tokens of links in emails: `/u/…`, `/invitations/…`."""
    return READER_PATH.sub(r"\1…", text)


def without_rows(text: str) -> str:
    """Return `text` without the values of rows, which PostgreSQL adds to its errors."""
    return ROW.sub(r"\1\2: [row]", text)


class LineFormatter(logging.Formatter):
    """Formatter that removes readers' tokens and the values of rows from messages and tracebacks."""

    def format(self, record: logging.LogRecord) -> str:
        return without_rows(without_tokens(super().format(record)))


class ExpectedAnswers(logging.Filter):
    """Filter for `django.request` that logs a response such as 403 or 404 without a traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "status_code", 500) < 500:
            record.exc_info = record.exc_text = None
        return True


def settings(level: str) -> dict[str, Any]:
    """Return Django's LOGGING setting: everything from `level` up goes to standard error."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": LineFormatter, "fmt": LINE}},
        "filters": {"expected": {"()": ExpectedAnswers}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # a line for every periodic task, several a second, would hide all others
            **{name: {"level": "WARNING"} for name in ("celery.app.trace", "celery.worker.strategy", "celery.beat")},
            "django": {"handlers": []},  # its own handlers would write paths with tokens
            "django.request": {"filters": ["expected"]},
        },
    }


ExceptionHook = Callable[[str, BaseException], None]
_hooks: list[ExceptionHook] = []


def forward_exceptions(hook: ExceptionHook) -> None:
    """Call `hook` with the name of the event and the exception, for each event that is logged with one."""
    _hooks.append(hook)


def _forward(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if _hooks and event.get("exc_info"):
        error = event["exc_info"] if isinstance(event["exc_info"], BaseException) else sys.exc_info()[1]
        for hook in _hooks if error else ():
            hook(str(event.get("event", "")), error)  # type: ignore[arg-type]  # checked above
    return event


def configure() -> None:
    """Send structlog's events through the standard logging.

    Tracebacks are plain, because structlog's own show local variables, which include readers' addresses.
    """
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.filter_by_level,
            _forward,
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["event"]),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
