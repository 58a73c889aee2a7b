"""Verify and parse posts from SendGrid's Event Webhook. Pure: no database, no clock.

A post is a JSON array of events, each about one reader's email. Events arrive at least once, in any order, and any
field may be missing. `newsletter.insights` acts on them.
Source: SendGrid's pages “Event Webhook Reference” and “Event Webhook Security Features”.
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
STAMP = re.compile(r"[0-9]{10}")  # Unix seconds have ten digits from 2001 to 2286
MAX_ID = 2**63 - 1
SHA = ec.ECDSA(SHA256())


class EventType(StrEnum):
    """What happened to one reader's email."""

    PROCESSED = "processed"  # the provider accepted it and starts delivery
    DEFERRED = "deferred"  # the mailbox asked to retry later; the provider retries for up to 72 hours
    DROPPED = "dropped"  # the provider did not attempt delivery
    BLOCKED = "blocked"  # the mailbox refused this email, not the address
    DELIVERED = "delivered"  # the mailbox accepted it
    BOUNCED = "bounced"  # the mailbox does not exist
    PREFETCHED = "prefetched"  # an email client's server fetched the pictures; perhaps nobody opened the email
    OPENED = "opened"
    CLICKED = "clicked"
    COMPLAINED = "complained"  # reported as spam
    UNSUBSCRIBED = "unsubscribed"


class SuppressionCause(StrEnum):
    """Why an event means that an address must not be mailed any more; empty if it does not."""

    NONE = ""
    DEAD = "dead"  # the mailbox does not exist
    SPAM = "spam"  # its owner reported us
    LISTED = "listed"  # on the provider's own unsubscribe list


class Event(NamedTuple):
    """One event. Ids are None and texts empty where the event has no value.

    `message` is the X-Message-Id of the call; `installation_id` is the installation that made it.
    """

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
    """The events of a post.

    `ignored` counts events that we do not use, `unreadable` counts items that are not events.
    """

    events: list[Event]
    ignored: int
    unreadable: int


EVENT_TYPES = {
    "processed": EventType.PROCESSED,
    "deferred": EventType.DEFERRED,
    "dropped": EventType.DROPPED,
    "delivered": EventType.DELIVERED,
    "click": EventType.CLICKED,
    "spamreport": EventType.COMPLAINED,
    "unsubscribe": EventType.UNSUBSCRIBED,
    "group_unsubscribe": EventType.UNSUBSCRIBED,
}
# Drop reasons that concern the address. The others (quota, content) concern the sender.
BOUNCE_LIST = "bounced address"  # the address is on the provider's list of bounces
DROPS = {
    BOUNCE_LIST: SuppressionCause.DEAD,
    "invalid": SuppressionCause.DEAD,
    "spam reporting address": SuppressionCause.SPAM,
    "unsubscribed address": SuppressionCause.LISTED,
}


# Refusals for the sender's own set-up: Gmail 5.7.25 to 5.7.32, Yahoo 5.7.9, Microsoft 5.7.515.
# Sources: Google's “SMTP error reference”, Yahoo's “SMTP error codes”, Microsoft's requirements for high-volume senders
OUR_SET_UP = re.compile(r"(?<![\d.])5\.7\.(?:9|25|26|27|29|30|32|515)(?![\d])", re.ASCII)


SUPPRESSING = frozenset(
    {EventType.BOUNCED, EventType.COMPLAINED, EventType.DROPPED}
)  # types that may mean that the address must not be mailed
BOUNCED, NO_CAUSE = (
    EventType.BOUNCED,
    SuppressionCause.NONE,
)  # module constants, because attribute access on an enumeration is slow
MAX_TEXT_CHARS = 500  # of a text
MAX_MESSAGE_ID_CHARS = 100  # of X-Message-Id, the length that an attempt stores


def read_key(text: str) -> ec.EllipticCurvePublicKey:
    """Return the public key of a webhook from the form SendGrid shows: base64 of DER. Raises `BadSetting`."""
    hint = "Copy the verification key of the signed event webhook as SendGrid shows it."
    try:
        key = load_der_public_key(base64.b64decode(text, validate=True))
    except (ValueError, UnsupportedAlgorithm):
        raise BadSetting("SENDGRID_WEBHOOK_KEY", "is not a public key.", hint) from None
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise BadSetting("SENDGRID_WEBHOOK_KEY", "is a public key of the wrong type.", hint)
    return key


def is_signed(body: bytes, *, signature: str, timestamp: str, keys: Iterable[ec.EllipticCurvePublicKey]) -> bool:
    """Return True if one of `keys` signed the header `timestamp` and the raw `body`, byte for byte.

    The signature covers both as one text. A timestamp must have exactly ten digits; otherwise digits could be moved
    from it into the body.
    """
    if not STAMP.fullmatch(timestamp):
        return False
    try:
        signature_bytes = base64.b64decode(signature, validate=True)
        signed = timestamp.encode("ascii") + body
    except (binascii.Error, ValueError):
        return False
    for key in keys:
        try:
            key.verify(signature_bytes, signed, SHA)
        except (InvalidSignature, ValueError):
            continue
        return bool(signature_bytes)
    return False


def parse_timestamp(stamp: str) -> datetime | None:
    """Return the time in the header `TIMESTAMP`; None if it does not have ten digits."""
    return datetime.fromtimestamp(int(stamp), UTC) if STAMP.fullmatch(stamp) else None


def parse_post(body: bytes, *, received_at: datetime) -> ParsedPost:
    """Return the events of a post; raise `BadInput` if it is not JSON with a list (or a single event).

    An event without a plausible time gets the time at which its post arrived.
    """
    given = _load_json(body)
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


def is_about_our_set_up(given: Mapping[str, Any]) -> bool:
    """Return True if a mailbox refused the email because of the sending domain: SPF, DKIM, DMARC, TLS or policy.

    Such a refusal says nothing about the reader, whatever type the provider gives it.
    """
    return bool(OUR_SET_UP.search(f"{given.get('reason', '')} {given.get('status', '')}"[:2000]))


def _load_json(body: bytes) -> Any:
    """Load a post. A broken character in one text must not lose the other events."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        raise BadInput("post", "is not JSON.") from None


def _kind(given: Mapping[str, Any]) -> EventType | None:
    name = given["event"]
    if name == "bounce":
        # SendGrid does not put “blocked”, or any other type, on its list of bounced addresses
        is_bounce = given.get("type", "bounce") == "bounce" and not is_about_our_set_up(given)
        return EventType.BOUNCED if is_bounce else EventType.BLOCKED
    if name == "open":
        return EventType.PREFETCHED if given.get("sg_machine_open") in (True, "true") else EventType.OPENED
    return EVENT_TYPES.get(name)


def _event(kind: EventType, given: Mapping[str, Any], received_at: datetime, latest: float) -> Event:
    """Build an event. This runs for every event of every email, so the common cases come first and are inlined.

    JSON values have exact types, so `type(…) is` replaces `isinstance`, and also separates numbers from booleans.
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
            if type(email) is str and len(email) <= MAX_TEXT_CHARS and email.isascii() and email.isprintable()
            else _text(email),
            _text(message).partition(".")[0][:MAX_MESSAGE_ID_CHARS],
            _number(dispatch) if type(dispatch) is str else None,
            _number(batch) if type(batch) is str else None,
            _number(attempt) if type(attempt) is str else None,
            _whole(subscriber) if type(subscriber) is str else None,
            _cause(kind, given) if kind in SUPPRESSING else NO_CAUSE,
            # never the reason of a bounce itself: mail servers often repeat the address in it
            _text(get("bounce_classification"))
            if kind is BOUNCED
            else _drop_reason(given)
            if kind is EventType.DROPPED
            else "",
            _text(installation_id),
        )
    )


def _cause(kind: EventType, given: Mapping[str, Any]) -> SuppressionCause:
    if kind is EventType.DROPPED:
        return DROPS.get(_drop_reason(given), SuppressionCause.NONE)
    return SuppressionCause.DEAD if kind is EventType.BOUNCED else SuppressionCause.SPAM


def _drop_reason(given: Mapping[str, Any]) -> str:
    """Return the reason of a drop if it concerns the address, in lower case, otherwise an empty text."""
    reason = _text(given.get("reason")).strip().lower()
    return reason if reason in DROPS else ""


def _text(value: object) -> str:
    if type(value) is not str:
        return ""
    return (
        value[:MAX_TEXT_CHARS]
        if value.isascii() and value.isprintable()
        else text_cleaning.remove_unprintable(value)[:MAX_TEXT_CHARS].strip()
    )


@lru_cache(maxsize=1024)
def _moment(seconds: float) -> datetime:
    """Return the time of `seconds`. Cached, because the thousands of events in a post share a few seconds."""
    return datetime.fromtimestamp(seconds, UTC)


def _whole(digits: str) -> int | None:
    """Return an id that we sent out; None for anything else."""
    if len(digits) > 19 or not digits.isdigit() or not digits.isascii():
        return None
    number = int(digits)
    return number if 0 < number <= MAX_ID else None


_number = lru_cache(maxsize=1024)(_whole)  # cached, because all events of a call share three of their four ids
