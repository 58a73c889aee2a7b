"""The three ways in which a call to a provider can fail to be accepted (tree in lib/errors.py)."""

from newsletter.lib.errors import NewsletterError


class DispatchError(NewsletterError):
    """`detail` is what happened in words without personal data; `status` the HTTP status, if any."""

    def __init__(self, detail: str, *, status: int | None = None) -> None:
        self.detail, self.status = detail[:500], status
        super().__init__(self.detail)


class Refused(DispatchError):
    """Not accepted, and the same call will not be accepted later either."""


class TryLater(DispatchError):
    """Not accepted for certain; the same call may be made again after `wait` seconds."""

    def __init__(self, detail: str, *, status: int | None = None, wait: float = 30) -> None:
        self.wait = wait
        super().__init__(detail, status=status)


class Uncertain(DispatchError):
    """The call may have been accepted. Nobody may make it again by themselves."""
