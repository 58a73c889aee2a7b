"""What the pauses of sending in force mean for an edition that is not opened yet: when it is sent, or that it is held.

`open_dispatch` opens no edition under a pause; when the pause ends, it holds one that is over its lateness limit.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from newsletter.delivery.pause_models import SendingPause
from newsletter.editions.models import Edition

NEVER = datetime.max.replace(tzinfo=UTC)


class PauseEffect(NamedTuple):
    """An edition under a pause that ends at `ends_at`; None: when a person resumes sending."""

    scope: str
    ends_at: datetime | None
    due_at: datetime
    limit: datetime

    @property
    def delays(self) -> bool:
        """Return False if the pause ends before the edition is due, so that it is sent as planned."""
        return self.ends_at is None or self.ends_at > self.due_at

    @property
    def ends_too_late(self) -> bool:
        """Return True if the edition is over its lateness limit when the pause ends, so that it is held then."""
        return self.ends_at is not None and self.ends_at >= self.limit


def effect_of_pauses(edition: Edition, pauses: Iterable[SendingPause]) -> PauseEffect | None:
    """Return which of these pauses, all in force, covers the edition the longest, and what it means for it."""
    covering = [pause for pause in pauses if pause.publication_id in (None, edition.publication_id)]
    if not covering:
        return None
    last = max(covering, key=lambda pause: pause.until or NEVER)
    return PauseEffect(last.scope, last.until, edition.due_at, edition.too_late_after)


def describe(effect: PauseEffect, *, at: Callable[[datetime], str], now: datetime) -> str:
    """Return in sentences how long the edition waits and what becomes of it; `at` puts a time into words."""
    scope, ends_at, limit = effect.scope, effect.ends_at, effect.limit
    if limit < now:
        return f"{scope} is paused, and the lateness limit has passed: the edition is held when the pause ends."
    if ends_at and effect.ends_too_late:
        return f"{scope} is paused until {at(ends_at)}. The lateness limit is {at(limit)}, so the edition is held then."
    if ends_at:
        waits = f"{scope} is paused until {at(ends_at)}, and the edition waits until then."
    else:
        earliest = f", at the earliest {at(effect.due_at)}" if effect.due_at > now else ""
        waits = f"{scope} is paused, and the edition waits until somebody resumes sending{earliest}."
    return f"{waits} If the pause lasts beyond {at(limit)}, the edition is held."
