"""Record the unexpected errors of pages, for the failures page of ops."""

import sys
from typing import Any

from django.core.signals import got_request_exception
from django.http import HttpRequest

from newsletter.lib import clock
from newsletter.ops.failures.record_failure import record_failure


def connect() -> None:
    """Record from now on."""
    got_request_exception.connect(_failed, weak=False)


def _failed(request: HttpRequest | None = None, **_: Any) -> None:
    error = sys.exc_info()[1]
    match = getattr(request, "resolver_match", None)
    if error is not None:  # the name of the view, because a path may have a reader's token
        record_failure(error, source="page", name=match.view_name if match else "unknown", now=clock.now())
