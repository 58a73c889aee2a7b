"""What SendGrid's answer to a call means."""

import http.client
import re
import time
from contextlib import suppress

import orjson

from newsletter.mail.message import Receipt
from newsletter.mail.provider_errors import Refused, RetryLater, Uncertain

OF_ONE_READER = re.compile(r"personalizations[.\[](\d{1,3})\]?\.(?:to|substitutions)\b", re.ASCII)
# Answers which SendGrid's documentation gives to requests that it did not take.
REFUSALS = frozenset({400, 401, 403, 404, 405, 406, 411, 413, 414, 415, 422, 451})


def meaning(answer: http.client.HTTPResponse, said: bytes) -> Receipt:
    """The receipt, or what kept the call from being accepted as an error: `Refused`, `RetryLater` or `Uncertain`.

    A 5xx says nothing about whether the mail was queued; no page promises that it means no. A status below 200
    is no answer yet: the real one may still follow.
    """
    status = answer.status
    if status == 202:
        return Receipt(status, answer.headers.get("X-Message-Id", ""))
    detail = f"HTTP {status}{_error_summary(said)}"
    if status == 429:
        raise RetryLater(detail, status=status, wait=_retry_after(answer))
    if status in REFUSALS or 300 <= status < 400:
        raise Refused(detail, status=status, readers=_rejected_positions(said))
    raise Uncertain(detail, status=status)


def _error_summary(said: bytes) -> str:
    """SendGrid's complaints as `field: message`, with anything like an address left out."""
    try:
        errors = orjson.loads(said)["errors"]
        told = [f"{e['field']}: {e['message']}" if e.get("field") else str(e["message"]) for e in errors[:3]]
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""
    return " – " + "; ".join(" ".join("…" if "@" in word else word for word in line.split()) for line in told)


def _rejected_positions(said: bytes) -> list[int]:
    """Places of the readers whose own address or substitutions are complained of, ascending.

    Other fields of a personalization are the same for everybody, and so is a complaint about them.
    """
    try:
        fields = [error.get("field") for error in orjson.loads(said)["errors"]]
    except (ValueError, KeyError, TypeError, AttributeError):
        return []
    found = (OF_ONE_READER.match(field) for field in fields if isinstance(field, str))
    return sorted({int(match[1]) for match in found if match})


def _retry_after(answer: http.client.HTTPResponse) -> float:
    """Seconds until the provider's limit is lifted, between 1 and 300; 30 when it does not say."""
    for header, origin in (("Retry-After", 0.0), ("X-RateLimit-Reset", time.time())):
        with suppress(TypeError, ValueError):
            return min(300.0, max(1.0, float(answer.headers[header]) - origin))
    return 30.0
