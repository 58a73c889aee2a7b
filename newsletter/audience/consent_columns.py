"""Read the consent state of a subscriber from a row of a file. Of all known columns, the strictest value applies.

`consent_status_values.py` parses each column. Unknown values are rejected and never taken as consent.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from newsletter.audience import consent_status_values
from newsletter.audience.consent_status_values import ACTIVE, DEAD, LEFT, UNSUBSCRIBED_AT_COLUMNS, State, normalise_word
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
ENDED = (SubscriptionStatus.UNSUBSCRIBED, None)
REASON_COLUMNS = frozenset({"unsub reason", "unsubscribe reason", "unsubscribed reason"})  # the first is Mailchimp's
ADDRESS_PART = re.compile(r"\S*@\S*")
# columns that `export_subscribers.py` writes
EXPORT_COLUMNS = ("status", "suppression", "unsubscribed via", "paused until", "consent source", "consent at")


class ConsentState(NamedTuple):
    """The consent state of a row. `status` None: no subscription. `suppression`: a `SuppressionReason` or empty."""

    status: SubscriptionStatus | None = SubscriptionStatus.ACTIVE
    suppression: str = ""
    unsubscribed_at: datetime | None = None
    unsubscribed_via: str = ""
    paused_until: date | None = None
    consent_source: str = ""
    consent_at: datetime | None = None
    evidence: str = ""  # the column of the file that says so, and its value

    @property
    def strictness(self) -> int:
        """Return a rank. Of two rows about one person, the one with the higher rank applies."""
        return STRICTNESS[self.status] + (len(STRICTNESS) if self.suppression else 0)


DEFAULT_CONSENT = ConsentState()


class ConsentColumns:
    """The columns of a file that concern consent, found by its header.

    `floor` is what the file says about everybody in it, and `service` where it comes from.
    """

    def __init__(self, header: Sequence[str], *, floor: State = ACTIVE, service: str = "") -> None:
        self._names = [normalise_word(name) for name in header]
        self._exported = {name: self._names.index(name) for name in EXPORT_COLUMNS if name in self._names}
        readers = [(place, name, consent_status_values.column_reader(name)) for place, name in enumerate(self._names)]
        self._readers = [(place, name, reader) for place, name, reader in readers if reader]
        self._reasons = [place for place, name in enumerate(self._names) if name in REASON_COLUMNS]
        self._default = max(floor, _of_whole_file(self._names), key=lambda state: STRICTNESS[state[0]])
        self._service = service

    def read(self, row: Sequence[str]) -> ConsentState:
        """Return the state of `row`; raise `BadInput` with the column that is not understood, without its value."""
        if not self._readers and not self._exported and self._default == ACTIVE:
            return DEFAULT_CONSENT
        exported = {name: cell_at(row, place) for name, place in self._exported.items()}
        states = [self._default, *(reader(name, cell_at(row, place)) for place, name, reader in self._readers)]
        status = max((status for status, _ in states), key=STRICTNESS.__getitem__)
        left = status == SubscriptionStatus.UNSUBSCRIBED
        suppression = _reason(exported.get("suppression", "")) or next((reason for _, reason in states if reason), "")
        if exported.get("status") == "suppressed" and exported.get("suppression"):
            status = SubscriptionStatus.ACTIVE  # our export marks active subscribers with a suppression like this
        return ConsentState(
            status,
            suppression,
            unsubscribed_at=self._left_at(row) if left else None,
            unsubscribed_via=(exported.get("unsubscribed via", "") or self._reason_for_leaving(row))[:40]
            if left
            else "",
            paused_until=_paused_until(exported.get("paused until", ""))
            if status == SubscriptionStatus.PAUSED
            else None,
            consent_source=exported.get("consent source", ""),
            consent_at=consent_status_values.parse_moment("consent at", exported.get("consent at", "")),
            evidence=self._evidence(row, states) if left or suppression else "",
        )

    @property
    def places(self) -> frozenset[int]:
        """The columns that are read."""
        return frozenset([*self._exported.values(), *(place for place, _, _ in self._readers), *self._reasons])

    @property
    def has_times(self) -> bool:
        """True if the file says when consent was given, as our own export does."""
        return "consent at" in self._exported

    def _evidence(self, row: Sequence[str], states: Sequence[State]) -> str:
        """Return the columns that end the consent, such as “Mailchimp: clean time 2026-11-24”."""
        reasons = [
            f"{name} {cell_at(row, place)}".strip()
            for (place, name, _), state in zip(self._readers, states[1:], strict=True)
            if state[0] in ENDED
        ]
        words = ", ".join(reasons or (["the whole file"] if self._default != ACTIVE else []))
        return ADDRESS_PART.sub("…", f"{self._service}: {words}" if self._service and words else words)[:150]

    def _reason_for_leaving(self, row: Sequence[str]) -> str:
        given = next((reason for place in self._reasons if (reason := cell_at(row, place))), "")
        return f"import: {ADDRESS_PART.sub('…', ' '.join(given.split()))}" if given else ""

    def _left_at(self, row: Sequence[str]) -> datetime | None:
        times = (
            consent_status_values.parse_moment(name, cell_at(row, place))
            for place, name, _ in self._readers
            if name in UNSUBSCRIBED_AT_COLUMNS
        )
        return next((at for at in times if at), None)


def _of_whole_file(names: Sequence[str]) -> State:
    """Return the state that the header implies: Mailchimp's unsubscribed and cleaned files have an extra column."""
    if "unsub time" in names and "last changed" not in names:
        return LEFT
    if "clean time" in names and "unsub time" not in names:
        return DEAD
    return ACTIVE


def _reason(written: str) -> str:
    if written and written not in SuppressionReason.values:
        known = ", ".join(SuppressionReason.values)
        raise BadInput("suppression", "is not known.", f"Use one of: {known}.")
    return written


def _paused_until(written: str) -> date:
    at = consent_status_values.parse_moment("paused until", written)
    if at is None:
        raise BadInput("status", "is paused, but has no end date.", "Add it in a column paused_until.")
    return at.date()
