"""What a row of a file says of a reader's consent: every column that is known is obeyed, and the strictest wins.

How each column is read is in `consent_words.py`. What is not understood is refused and never taken for consent.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from newsletter.audience import consent_words
from newsletter.audience.consent_words import ACTIVE, DEAD, LEFT, LEFT_WHEN, State, normalise_word
from newsletter.audience.models import SubscriptionStatus, SuppressionReason
from newsletter.lib.csv_reader import cell_at
from newsletter.lib.errors import BadInput

STRICTNESS = {
    SubscriptionStatus.ACTIVE: 0,
    SubscriptionStatus.PAUSED: 1,
    SubscriptionStatus.PENDING: 2,
    SubscriptionStatus.UNSUBSCRIBED: 3,
    None: 4,
}
# `export_subscribers.py` writes them
OWN = ("standing", "suppression", "left by", "paused until", "consent source", "consent at")


class ConsentState(NamedTuple):
    """What a row says. `standing` None makes no subscription; `suppression` is a `SuppressionReason` or empty."""

    standing: SubscriptionStatus | None = SubscriptionStatus.ACTIVE
    suppression: str = ""
    unsubscribed_at: datetime | None = None
    unsubscribed_via: str = ""
    paused_until: date | None = None
    consent_source: str = ""
    consent_at: datetime | None = None

    @property
    def strictness(self) -> int:
        """Of two rows about one person the one with the higher value holds."""
        return STRICTNESS[self.standing] + (len(STRICTNESS) if self.suppression else 0)


DEFAULT_CONSENT = ConsentState()


class ConsentColumns:
    """The columns of one file that say something of consent, read off its header."""

    def __init__(self, header: Sequence[str]) -> None:
        self._names = [normalise_word(name) for name in header]
        self._own = {name: self._names.index(name) for name in OWN if name in self._names}
        readers = [(place, name, consent_words.column_reader(name)) for place, name in enumerate(self._names)]
        self._readers = [(place, name, reader) for place, name, reader in readers if reader]
        self._otherwise = _of_whole_file(self._names)

    def read(self, row: Sequence[str]) -> ConsentState:
        """What `row` says; `BadInput` names the column that is not understood, and repeats nothing of it."""
        if not self._readers and not self._own:
            return DEFAULT_CONSENT
        own = {name: cell_at(row, place) for name, place in self._own.items()}
        said = [self._otherwise, *(reader(name, cell_at(row, place)) for place, name, reader in self._readers)]
        standing = max((standing for standing, _ in said), key=STRICTNESS.__getitem__)
        suppression = _reason(own.get("suppression", "")) or next((reason for _, reason in said if reason), "")
        if own.get("standing") == "suppressed" and own.get("suppression"):
            standing = SubscriptionStatus.ACTIVE  # our own word for who would receive it otherwise
        return ConsentState(
            standing,
            suppression,
            unsubscribed_at=self._left_at(row) if standing == SubscriptionStatus.UNSUBSCRIBED else None,
            unsubscribed_via=own.get("left by", "")[:40] if standing == SubscriptionStatus.UNSUBSCRIBED else "",
            paused_until=_paused_until(own.get("paused until", "")) if standing == SubscriptionStatus.PAUSED else None,
            consent_source=own.get("consent source", ""),
            consent_at=consent_words.parse_moment("consent at", own.get("consent at", "")),
        )

    def _left_at(self, row: Sequence[str]) -> datetime | None:
        times = (
            consent_words.parse_moment(name, cell_at(row, place))
            for place, name, _ in self._readers
            if name in LEFT_WHEN
        )
        return next((at for at in times if at), None)


def _of_whole_file(names: Sequence[str]) -> State:
    """What the header alone says: Mailchimp's files of those who left and of dead addresses have a column more."""
    if "unsub time" in names and "last changed" not in names:
        return LEFT
    if "clean time" in names and "unsub time" not in names:
        return DEAD
    return ACTIVE


def _reason(written: str) -> str:
    if written and written not in SuppressionReason.values:
        known = ", ".join(SuppressionReason.values)
        raise BadInput("suppression", "is not one that we know.", f"Give one of: {known}.")
    return written


def _paused_until(written: str) -> date:
    at = consent_words.parse_moment("paused until", written)
    if at is None:
        raise BadInput("standing", "is paused, and no day ends the pause.", "Give it in a column paused_until.")
    return at.date()
