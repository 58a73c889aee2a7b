"""The three ways in which a call to a provider can fail to be accepted (tree in lib/errors.py)."""

from collections.abc import Sequence

from newsletter.lib.errors import NewsletterError


class ProviderError(NewsletterError):
    """`detail` is what happened in words without personal data; `status` the HTTP status, if any."""

    def __init__(self, detail: str, *, status: int | None = None) -> None:
        self.detail, self.status = detail[:500], status
        super().__init__(self.detail)


class Refused(ProviderError):
    """Not accepted, and the same call will not be accepted later either.

    `readers` are the places of readers in the call, from 0 and ascending, whose own address or values
    the provider complained of; empty when it named nobody.
    """

    def __init__(self, detail: str, *, status: int | None = None, readers: Sequence[int] = ()) -> None:
        self.readers = tuple(readers)
        super().__init__(detail, status=status)


class RetryLater(ProviderError):
    """Not accepted for certain; the same call may be made again after `wait` seconds."""

    def __init__(self, detail: str, *, status: int | None = None, wait: float = 30) -> None:
        self.wait = wait
        super().__init__(detail, status=status)


class Uncertain(ProviderError):
    """The call may have been accepted. Nobody may make it again by themselves."""
