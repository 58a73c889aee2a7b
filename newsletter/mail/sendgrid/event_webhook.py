"""SendGrid's Event Webhook: is a post really theirs, and what does it say in our words. Pure: no database, no clock.

A post is a JSON array of events, each about one reader's letter. They come at least once, in any
order, and any of their fields may be missing; what follows from them is decided in `insights`.
Facts: the pages “Event Webhook Reference” and “Event Webhook Security Features” of SendGrid's
documentation.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

import orjson
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from newsletter.lib.errors import BadInput, BadSetting
from newsletter.mail import text_cleaning

SIGNATURE = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP = "X-Twilio-Email-Event-Webhook-Timestamp"
STAMP = re.compile(r"[0-9]{10}")  # Unix seconds: as many digits as they have from 2001 to 2286
LARGEST_ID = 2**63 - 1
SHA = ec.ECDSA(SHA256())


class EventType(StrEnum):
    """What happened to one reader's letter."""

    PROCESSED = "processed"  # the provider took it and begins to deliver it
    DEFERRED = "deferred"  # the mailbox said “later”; the provider tries for up to 72 hours
    DROPPED = "dropped"  # the provider did not even try
    BLOCKED = "blocked"  # the mailbox refused this letter, not the address
    DELIVERED = "delivered"  # the mailbox took it
    BOUNCED = "bounced"  # the mailbox does not exist
    PREFETCHED = "prefetched"  # a mail program's server fetched the pictures; nobody need have looked
    OPENED = "opened"
    CLICKED = "clicked"
    COMPLAINED = "complained"  # reported as spam
    UNSUBSCRIBED = "unsubscribed"


class SuppressionCause(StrEnum):
    """Why an address must not be mailed any more, if it must not."""

    NONE = ""
    DEAD = "dead"  # the mailbox does not exist
    SPAM = "spam"  # its owner reported us
    LISTED = "listed"  # on the provider's own list of those who left


class Event(NamedTuple):
    """Ids are None, and texts empty, where the event does not carry them. `message` is X-Message-Id of the call,
    `house` the id of the installation that made it."""

    kind: EventType
    at: datetime
    email: str
    message: str
    dispatch: int | None
    batch: int | None
    attempt: int | None
    subscriber: int | None
    cause: SuppressionCause
    detail: str
    installation_id: str = ""


class ParsedPost(NamedTuple):
    """What a post told. `ignored` are of no interest to us, `unreadable` are not events at all."""

    events: list[Event]
    ignored: int
    unreadable: int


WORDS = {
    "processed": EventType.PROCESSED,
    "deferred": EventType.DEFERRED,
    "dropped": EventType.DROPPED,
    "delivered": EventType.DELIVERED,
    "click": EventType.CLICKED,
    "spamreport": EventType.COMPLAINED,
    "unsubscribe": EventType.UNSUBSCRIBED,
    "group_unsubscribe": EventType.UNSUBSCRIBED,
}
# Reasons of a drop that say something about the address. The others (quota, content) say something about us.
DROPS = {
    "bounced address": SuppressionCause.DEAD,
    "invalid": SuppressionCause.DEAD,
    "spam reporting address": SuppressionCause.SPAM,
    "unsubscribed address": SuppressionCause.LISTED,
}


SUPPRESSING = frozenset(
    {EventType.BOUNCED, EventType.COMPLAINED, EventType.DROPPED}
)  # may say something about the address
BOUNCED, UNHARMED = (
    EventType.BOUNCED,
    SuppressionCause.NONE,
)  # by a name of their own, because an enumeration is slow to look into
LONGEST = 500  # characters of a text
LONGEST_MESSAGE = 100  # characters of X-Message-Id, as many as an attempt keeps


def read_key(text: str) -> ec.EllipticCurvePublicKey:
    """The public key of a webhook as SendGrid shows it: base64 of DER. Raises `BadSetting`."""
    hint = "Copy the verification key of the signed event webhook as SendGrid shows it."
    try:
        key = load_der_public_key(base64.b64decode(text, validate=True))
    except (ValueError, UnsupportedAlgorithm):
        raise BadSetting("SENDGRID_WEBHOOK_KEY", "holds something that is not a public key.", hint) from None
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise BadSetting("SENDGRID_WEBHOOK_KEY", "holds a key of another kind.", hint)
    return key


def is_signed(body: bytes, *, signature: str, timestamp: str, keys: Iterable[ec.EllipticCurvePublicKey]) -> bool:
    """True when one of `keys` signed the header `timestamp` and the raw `body`, byte for byte.

    Both are signed as one text, so a timestamp of any other length than ten digits is refused: digits could
    otherwise be moved from it into the body.
    """
    if not STAMP.fullmatch(timestamp):
        return False
    try:
        proof = base64.b64decode(signature, validate=True)
        signed = timestamp.encode("ascii") + body
    except (binascii.Error, ValueError):
        return False
    for key in keys:
        try:
            key.verify(proof, signed, SHA)
        except (InvalidSignature, ValueError):
            continue
        return bool(proof)
    return False


def moment(stamp: str) -> datetime | None:
    """The time in the header `TIMESTAMP`; None when it is not one of ten digits."""
    return datetime.fromtimestamp(int(stamp), UTC) if STAMP.fullmatch(stamp) else None


def read(body: bytes, *, received_at: datetime) -> ParsedPost:
    """The events of a post in our words; `BadInput` when it is not JSON with a list (or one event) in it.

    An event without a time that can be true gets the time at which its post came in.
    """
    given = _parsed(body)
    given = [given] if isinstance(given, dict) else given
    if not isinstance(given, list):
        raise BadInput("post", "is not a list of events.")
    events: list[Event] = []
    ignored = unreadable = 0
    latest = (received_at + timedelta(days=1)).timestamp()
    for one in given:
        if not isinstance(one, dict) or not isinstance(one.get("event"), str):
            unreadable += 1
        elif (kind := _kind(one)) is None:
            ignored += 1
        else:
            events.append(_event(kind, one, received_at, latest))
    return ParsedPost(events, ignored, unreadable)


def _parsed(body: bytes) -> Any:
    """What stands in a post. Half a character or a wrong byte in one text must not cost the others theirs."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        raise BadInput("post", "is not JSON.") from None


def _kind(given: Mapping[str, Any]) -> EventType | None:
    word = given["event"]
    if word == "bounce":
        # “blocked” and whatever may be added to it are not put on SendGrid's list of dead addresses
        return EventType.BOUNCED if given.get("type", "bounce") == "bounce" else EventType.BLOCKED
    if word == "open":
        return EventType.PREFETCHED if given.get("sg_machine_open") in (True, "true") else EventType.OPENED
    return WORDS.get(word)


def _event(kind: EventType, given: Mapping[str, Any], received_at: datetime, latest: float) -> Event:
    """This runs for every event of every letter, so what is usual is looked for first, and in place.

    JSON knows no subclasses: `type(…) is` says the same as `isinstance`, and tells a number from a truth value.
    """
    get = given.get
    at, email, message = get("timestamp"), get("email"), get("sg_message_id")
    dispatch, batch, attempt, subscriber = get("nl_dispatch"), get("nl_batch"), get("nl_attempt"), get("nl_subscriber")
    installation_id = get("nl_installation")
    is_time = (type(at) is int or type(at) is float) and 946_684_800 < at < latest  # since 2000
    return Event._make(
        (
            kind,
            _moment(at) if is_time else received_at,
            email
            if type(email) is str and len(email) <= LONGEST and email.isascii() and email.isprintable()
            else _text(email),
            _text(message).partition(".")[0][:LONGEST_MESSAGE],
            _number(dispatch) if type(dispatch) is str else None,
            _number(batch) if type(batch) is str else None,
            _number(attempt) if type(attempt) is str else None,
            _whole(subscriber) if type(subscriber) is str else None,
            _cause(kind, given) if kind in SUPPRESSING else UNHARMED,
            # never the reason itself: mail servers like to repeat the address in it
            _text(get("bounce_classification")) if kind is BOUNCED else "",
            _text(installation_id),
        )
    )


def _cause(kind: EventType, given: Mapping[str, Any]) -> SuppressionCause:
    if kind is EventType.DROPPED:
        return DROPS.get(_text(given.get("reason")).strip().lower(), SuppressionCause.NONE)
    return SuppressionCause.DEAD if kind is EventType.BOUNCED else SuppressionCause.SPAM


def _text(value: object) -> str:
    if type(value) is not str:
        return ""
    return (
        value[:LONGEST]
        if value.isascii() and value.isprintable()
        else text_cleaning.remove_unprintable(value)[:LONGEST].strip()
    )


@lru_cache(maxsize=1024)
def _moment(seconds: float) -> datetime:
    """Kept, because the thousands of events in a post share a few seconds."""
    return datetime.fromtimestamp(seconds, UTC)


def _whole(digits: str) -> int | None:
    """An id as we gave it away; None for anything else."""
    if len(digits) > 19 or not digits.isdigit() or not digits.isascii():
        return None
    number = int(digits)
    return number if 0 < number <= LARGEST_ID else None


_number = lru_cache(maxsize=1024)(_whole)  # kept, because all events of a call share three of their four ids
