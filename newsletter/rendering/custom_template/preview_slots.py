"""How many templates people may have tried at once, in each process: each takes memory and a processor."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from newsletter.rendering.custom_template.template_errors import TemplateRendererUnavailable

MAX_CONCURRENT_PREVIEWS = 2

_free = threading.BoundedSemaphore(MAX_CONCURRENT_PREVIEWS)


@contextmanager
def preview_slot() -> Iterator[None]:
    """One of the turns, for as long as the block lasts. Raises `NotTried` at once when all are taken."""
    if not _free.acquire(blocking=False):
        raise TemplateRendererUnavailable("Other templates are being tried at this moment. Try again in a few seconds.")
    try:
        yield
    finally:
        _free.release()
