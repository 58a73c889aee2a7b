"""A limit on concurrent template previews in each process, because each one takes memory and a processor."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from newsletter.rendering.custom_template.template_errors import TemplateRendererUnavailable

MAX_CONCURRENT_PREVIEWS = 2

_free = threading.BoundedSemaphore(MAX_CONCURRENT_PREVIEWS)


@contextmanager
def preview_slot() -> Iterator[None]:
    """Hold a preview slot for the block. Raises `TemplateRendererUnavailable` at once when all slots are taken."""
    if not _free.acquire(blocking=False):
        raise TemplateRendererUnavailable("Too many templates are being previewed. Try again in a few seconds.")
    try:
        yield
    finally:
        _free.release()
