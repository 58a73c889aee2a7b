"""Logs of workers: events with a stable name and fields, one line each, on standard error."""

import logging.config

import structlog
from django.conf import settings


def set_up() -> None:
    """Send structlog's events through the standard logging that Django's settings describe."""
    logging.config.dictConfig(settings.LOGGING)
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
