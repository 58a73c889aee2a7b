"""How everything here logs: events with a stable name and fields, one line each, on standard error."""

import structlog


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
