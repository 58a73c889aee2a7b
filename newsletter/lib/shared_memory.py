"""Check for the shared memory that worker processes need for their locks."""

import multiprocessing

from newsletter.lib.errors import NewsletterError


def require_shared_memory() -> None:
    """Raise `NewsletterError` if semaphores cannot be created, as on Linux without a usable /dev/shm."""
    try:
        multiprocessing.get_context("fork").Lock()
    except (OSError, ImportError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise NewsletterError(
            f"Workers need shared memory, and this machine has none ({reason}). "
            "Mount it: mount -t tmpfs -o mode=1777 tmpfs /dev/shm"
        ) from None
