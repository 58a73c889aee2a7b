"""Parse the status values in a subscriber file, depending on the column.

Supported: exports of Mailchimp, Substack, Ghost, listmonk, beehiiv, Buttondown, Keila and our own, and similarly named
columns. Unknown values are rejected and never taken as consent.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, time

from newsletter.audience.models import SubscriptionStatus, SuppressionReason
from newsletter.lib import timestamps
from newsletter.lib.errors import BadInput

State = tuple[SubscriptionStatus | None, str]  # the status (None: no subscription) and the suppression, if any
Reader = Callable[[str, str], State]  # takes the column's name and the cell; raises `BadInput`
ACTIVE: State = (SubscriptionStatus.ACTIVE, "")
LEFT: State = (SubscriptionStatus.UNSUBSCRIBED, "")
DEAD: State = (None, SuppressionReason.HARD_BOUNCE.value)
REFUSED: State = (None, SuppressionReason.PERSON.value)
BARRED: State = (None, SuppressionReason.DESK.value)
COMPLAINED: State = (None, SuppressionReason.COMPLAINT.value)

STATUS_VALUES: dict[str, State] = {
    **dict.fromkeys(("active", "subscribed", "enabled", "confirmed", "regular", "opted in"), ACTIVE),
    **dict.fromkeys(
        ("pending", "unconfirmed", "not confirmed", "unactivated", "unverified"), (SubscriptionStatus.PENDING, "")
    ),
    **dict.fromkeys(("paused",), (SubscriptionStatus.PAUSED, "")),
    **dict.fromkeys(("left", "unsubscribed", "disabled", "inactive", "opted out", "removed", "deleted"), LEFT),
    **dict.fromkeys(("archived", "nonsubscribed", "non subscribed", "not subscribed", "never subscribed"), LEFT),
    **dict.fromkeys(("suppressed", "blocklisted", "blacklisted", "blocked", "banned", "spammy"), BARRED),
    **dict.fromkeys(("cleaned", "bounced", "hard bounced", "undeliverable", "unreachable"), DEAD),
    **dict.fromkeys(("complained", "complaint", "reported as spam"), COMPLAINED),
}
YES, NO = frozenset({"true", "yes", "1"}), frozenset({"false", "no", "0"})
NOTHING = frozenset({"", "null", "none"})

STATUS_COLUMNS = frozenset(
    {"standing", "status", "subscription status", "subscriber status", "email status", "member status"}
    | {"contact status", "marketing status"}
)
POSSIBLE_STATUS_COLUMNS = frozenset(
    {"type", "subscriber type", "subscription type"}
)  # Buttondown's; others have tiers there
UNSUBSCRIBED_AT_COLUMNS = frozenset(
    {"left at", "unsubscribed at", "unsub time", "unsubscribe date", "deleted at", "unsubscribed", "opted out"}
    | {"email opt out", "do not email"}
)


def column_reader(name: str) -> Reader | None:
    """Return the parser for cells of the normalised column `name`; None if the column does not concern consent."""
    if name in STATUS_COLUMNS:
        return _state
    if name in POSSIBLE_STATUS_COLUMNS:
        return _perhaps_state
    if name in ("subscribed to emails", "subscribed"):  # Ghost: false means unsubscribed from everything
        return _given
    if name in UNSUBSCRIBED_AT_COLUMNS:
        return _when(LEFT)
    if name in ("clean time", "bounced", "bounced at"):  # the first is Mailchimp's
        return _when(DEAD)
    if name == "email disabled":  # Substack
        return _when(REFUSED)
    return None


def normalise_word(name: str) -> str:
    """Return a column name or cell value for comparison: lower case, single spaces."""
    return " ".join(re.split(r"[\s_-]+", name.strip().casefold()))


def parse_moment(name: str, written: str) -> datetime | None:
    """Return the time in a cell; None if it is empty or only true or false. Raises `BadInput` otherwise."""
    value = written.casefold()
    if value in NOTHING | YES | NO or value.startswith("0000-00-00"):
        return None
    try:
        at = timestamps.parse(written)
    except ValueError:
        raise BadInput(
            name, "is not a date or time.", "Use a format such as 2026-11-24 or 2026-11-24T09:30Z."
        ) from None
    return at if isinstance(at, datetime) else datetime.combine(at, time(), tzinfo=UTC)


def _state(name: str, written: str) -> State:
    state = STATUS_VALUES.get(normalise_word(written))
    if state is None:
        hint = "Use active, pending, paused, left or suppressed. Other values are not guessed."
        raise BadInput(name, "is not known.", hint)
    return state


def _perhaps_state(_name: str, written: str) -> State:
    return STATUS_VALUES.get(normalise_word(written), ACTIVE)


def _given(name: str, written: str) -> State:
    if written.casefold() in NO:
        return LEFT
    if written.casefold() not in YES and parse_moment(name, written) is None:
        raise BadInput(name, "is empty.", "Use true or false.")
    return ACTIVE


def _when(then: State) -> Reader:
    """Return a parser for a column that contains true or a time if something happened."""
    return lambda name, written: then if parse_moment(name, written) or written.casefold() in YES else ACTIVE
