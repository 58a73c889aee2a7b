"""Errors for a call that the provider did not accept, or may not have accepted (overview in lib/errors.py)."""

from collections.abc import Sequence

from newsletter.lib.errors import NewsletterError


class ProviderError(NewsletterError):
    """Base class. `detail` says what happened, without personal data; `status` is the HTTP status, if any."""

    def __init__(self, detail: str, *, status: int | None = None) -> None:
        self.detail, self.status = detail[:500], status
        super().__init__(self.detail)


class Refused(ProviderError):
    """Not accepted, and a retry of the same call will not be accepted either.

    `readers` are the positions in the call (from 0, ascending) of the readers whose address or values the provider
    rejected; empty if it named none.
    """

    def __init__(self, detail: str, *, status: int | None = None, readers: Sequence[int] = ()) -> None:
        self.readers = tuple(readers)
        super().__init__(detail, status=status)


class RetryLater(ProviderError):
    """Certainly not accepted. The same call may be retried after `wait` seconds."""

    def __init__(self, detail: str, *, status: int | None = None, wait: float = 30) -> None:
        self.wait = wait
        super().__init__(detail, status=status)


class Uncertain(ProviderError):
    """The call may have been accepted. Code must not retry it automatically."""
