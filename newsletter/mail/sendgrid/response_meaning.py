"""Interpret SendGrid's response to a mail/send call."""

import http.client
import re
import time
from contextlib import suppress

import orjson

from newsletter.mail.message import Receipt
from newsletter.mail.provider_errors import Refused, RetryLater, Uncertain

ONE_READER_FIELD = re.compile(r"personalizations[.\[](\d{1,3})\]?\.(?:to|substitutions)\b", re.ASCII)
# Statuses that SendGrid documents for requests it did not accept.
REFUSALS = frozenset({400, 401, 403, 404, 405, 406, 411, 413, 414, 415, 422, 451})


def interpret_response(response: http.client.HTTPResponse, content: bytes) -> Receipt:
    """Return the receipt, or raise `Refused`, `RetryLater` or `Uncertain` if the call was not accepted.

    A 5xx is uncertain: SendGrid does not document that the email was not queued. So is a status below 200, because the
    final response may still follow.
    """
    status = response.status
    if status == 202:
        return Receipt(status, response.headers.get("X-Message-Id", ""))
    detail = f"HTTP {status}{_error_summary(content)}"
    if status == 429:
        raise RetryLater(detail, status=status, wait=_retry_after(response))
    if status in REFUSALS or 300 <= status < 400:
        raise Refused(detail, status=status, readers=_rejected_positions(content))
    raise Uncertain(detail, status=status)


def _error_summary(content: bytes) -> str:
    """Return SendGrid's errors as `field: message`, without anything that looks like an address."""
    try:
        errors = orjson.loads(content)["errors"]
        messages = [f"{e['field']}: {e['message']}" if e.get("field") else str(e["message"]) for e in errors[:3]]
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""
    return " – " + "; ".join(" ".join("…" if "@" in word else word for word in line.split()) for line in messages)


def _rejected_positions(content: bytes) -> list[int]:
    """Return the positions of the readers whose address or substitutions were rejected, ascending.

    The other fields of a personalization are the same for all readers, so an error about them concerns no single one.
    """
    try:
        fields = [error.get("field") for error in orjson.loads(content)["errors"]]
    except (ValueError, KeyError, TypeError, AttributeError):
        return []
    found = (ONE_READER_FIELD.match(field) for field in fields if isinstance(field, str))
    return sorted({int(match[1]) for match in found if match})


def _retry_after(response: http.client.HTTPResponse) -> float:
    """Return the seconds until the rate limit ends, from 1 to 300; 30 if the response does not say."""
    for header, origin in (("Retry-After", 0.0), ("X-RateLimit-Reset", time.time())):
        with suppress(TypeError, ValueError):
            return min(300.0, max(1.0, float(response.headers[header]) - origin))
    return 30.0
