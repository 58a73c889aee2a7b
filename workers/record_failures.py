"""Record the unexpected errors of tasks, and those that are logged, for the failures page of ops."""

from typing import Any

from celery.signals import task_failure

from newsletter.lib import clock, logging_config
from newsletter.ops.failures.record_failure import record_failure


def connect() -> None:
    """Record from now on."""
    task_failure.connect(_task_failed, weak=False)
    logging_config.forward_exceptions(_logged)


def _task_failed(sender: Any = None, exception: BaseException | None = None, **_: Any) -> None:
    if exception is not None:
        record_failure(exception, source="task", name=str(getattr(sender, "name", "")), now=clock.now())


def _logged(event: str, error: BaseException) -> None:
    record_failure(error, source="event", name=event, now=clock.now())
