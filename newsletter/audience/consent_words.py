"""The words of a file that say how things stand with a reader, each read by the kind of its column.

Known are the exports of Mailchimp, Substack, Ghost, listmonk, beehiiv, Buttondown, Keila and our own, and columns that
people name alike. A word that is not known is refused and never taken for consent.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, time

from newsletter.audience.models import SubscriptionStatus, SuppressionReason
from newsletter.lib import timestamps
from newsletter.lib.errors import BadInput

State = tuple[
    SubscriptionStatus | None, str
]  # how things stand (None: no subscription comes of it), and the suppression, if any
Reader = Callable[[str, str], State]  # takes the column's name and what stands in it; raises `BadInput`
ACTIVE: State = (SubscriptionStatus.ACTIVE, "")
LEFT: State = (SubscriptionStatus.UNSUBSCRIBED, "")
DEAD: State = (None, SuppressionReason.HARD_BOUNCE.value)
REFUSED: State = (None, SuppressionReason.PERSON.value)
BARRED: State = (None, SuppressionReason.DESK.value)
COMPLAINED: State = (None, SuppressionReason.COMPLAINT.value)

WORDS: dict[str, State] = {
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

STATE = frozenset(
    {"standing", "status", "subscription status", "subscriber status", "email status", "member status"}
    | {"contact status", "marketing status"}
)
PERHAPS_STATE = frozenset({"type", "subscriber type", "subscription type"})  # Buttondown's; others have tiers there
LEFT_WHEN = frozenset(
    {"left at", "unsubscribed at", "unsub time", "unsubscribe date", "deleted at", "unsubscribed", "opted out"}
    | {"email opt out", "do not email"}
)


def column_reader(name: str) -> Reader | None:
    """How a cell below the normalised column `name` is read; None when it says nothing of consent."""
    if name in STATE:
        return _state
    if name in PERHAPS_STATE:
        return _perhaps_state
    if name in ("subscribed to emails", "subscribed"):  # Ghost: false is “left all”
        return _given
    if name in LEFT_WHEN:
        return _when(LEFT)
    if name in ("clean time", "bounced", "bounced at"):  # the first is Mailchimp's
        return _when(DEAD)
    if name == "email disabled":  # Substack
        return _when(REFUSED)
    return None


def normalise_word(name: str) -> str:
    """The name of a column, or a word of its cells, as it is compared: small letters, single blanks."""
    return " ".join(re.split(r"[\s_-]+", name.strip().casefold()))


def parse_moment(name: str, written: str) -> datetime | None:
    """What stands in a column of times; None when nothing does, or only that it happened. `BadInput` for the rest."""
    word = written.casefold()
    if word in NOTHING | YES | NO or word.startswith("0000-00-00"):
        return None
    try:
        at = timestamps.parse(written)
    except ValueError:
        raise BadInput(name, "is not a day or a moment.", "Write it like 2026-11-24 or 2026-11-24T09:30Z.") from None
    return at if isinstance(at, datetime) else datetime.combine(at, time(), tzinfo=UTC)


def _state(name: str, written: str) -> State:
    said = WORDS.get(normalise_word(written))
    if said is None:
        hint = "Write active, pending, paused, left or suppressed: other words are not guessed at."
        raise BadInput(name, "is not one that we know.", hint)
    return said


def _perhaps_state(_name: str, written: str) -> State:
    return WORDS.get(normalise_word(written), ACTIVE)


def _given(name: str, written: str) -> State:
    if written.casefold() in NO:
        return LEFT
    if written.casefold() not in YES and parse_moment(name, written) is None:
        raise BadInput(name, "is empty.", "Write true or false.")
    return ACTIVE


def _when(then: State) -> Reader:
    """Of a column that is true, or has a time, when something happened."""
    return lambda name, written: then if parse_moment(name, written) or written.casefold() in YES else ACTIVE
