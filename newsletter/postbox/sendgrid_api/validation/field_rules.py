"""Rules for values that occur in several places: addresses, headers, string maps, times."""

import re
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson

from newsletter.postbox.sendgrid_api.validation.problem import Found

ADDRESS_CHARACTERS = 320
ARGS_BYTES = 10_000
SUBSTITUTION_BYTES = 10_000  # another page says 50,000; real answers have shown the smaller number too
AHEAD_SECONDS = 72 * 3600
RESERVED_HEADERS = frozenset(
    [
        "x-sg-id",
        "x-sg-eid",
        "received",
        "dkim-signature",
        "content-type",
        "content-transfer-encoding",
        "to",
        "from",
        "subject",
        "reply-to",
        "cc",
        "bcc",
    ]
)
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+{_LABEL}")
_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_PARAMETER = rf"""\s*;\s*{_WORD}=(?:{_WORD}|"[^"\\\r\n]*")"""
_MEDIA_TYPE = re.compile(rf"{_WORD}/{_WORD}(?:{_PARAMETER})*\s*;?\s*")
_HEADER_NAME = re.compile(r"[!-9;-~]+")  # printable ASCII without space and colon: RFC 5322, section 2.2


def check_text(found: Found, field: str, value: object) -> bool:
    """Check for a non-empty string."""
    if isinstance(value, str) and value:
        return True
    found.add(field, "must be a string of at least one character")
    return False


def is_media_type(value: str) -> bool:
    """Return True for a media type with or without parameters.

    The page of errors forbids `;` in types. Since 2018 the service takes `text/calendar; method=REQUEST`
    (sendgrid/sendgrid-ruby#298, sendgrid/sendgrid-php#250), and takes and drops a charset
    (anymail/django-anymail#150 and its live tests).
    """
    return "\r" not in value and "\n" not in value and _MEDIA_TYPE.fullmatch(value) is not None


def check_person(found: Found, field: str, person: object) -> str:
    """Check an object with `email` and optional `name`. Return its address in lower case, empty if invalid."""
    if not isinstance(person, dict):
        found.add(field, "must be an object with an email and an optional name")
        return ""
    if "name" in person and not isinstance(person["name"], str):
        found.add(f"{field}.name", "must be a string")
    email = person.get("email")
    if not isinstance(email, str):
        found.add(f"{field}.email", "is needed and must be a string")
    elif len(email) > ADDRESS_CHARACTERS:
        found.add(f"{field}.email", f"is longer than {ADDRESS_CHARACTERS} characters")
    elif not _ADDRESS.fullmatch(email):
        found.add(f"{field}.email", "is not a valid address")
    else:
        return email.lower()
    return ""


def check_strings(found: Found, field: str, value: object) -> bool:
    """Check for an object whose values are all strings."""
    if isinstance(value, dict) and {str}.issuperset(map(type, value.values())):
        return True
    found.add(field, "must be an object whose values are all strings")
    return False


def check_headers(found: Found, field: str, headers: object) -> None:
    """Check header lines: ASCII names without spaces, not reserved, not repeated; values on one line."""
    if not check_strings(found, field, headers):
        return
    lines: dict[str, str] = headers  # type: ignore[assignment]  # check_strings has verified it
    for problem in _name_problems(tuple(lines)):
        found.add(field, problem)
    everything = "".join(lines.values())
    if "\r" in everything or "\n" in everything:
        found.add(field, "has a value with a line break")


@lru_cache(maxsize=256)  # all personalizations of a call use the same names
def _name_problems(names: tuple[str, ...]) -> tuple[str, ...]:
    low = [name.lower() for name in names]
    tests = {
        "has a name that is not ASCII without spaces and colons": not all(map(_HEADER_NAME.fullmatch, names)),
        "has a reserved header": not RESERVED_HEADERS.isdisjoint(low),
        "has the same header twice": len(set(low)) < len(low),
    }
    return tuple(problem for problem, is_so in tests.items() if is_so)


def check_send_at(found: Found, field: str, value: object, *, now: datetime) -> None:
    """Check for whole Unix seconds, at most 72 hours ahead. A past time is allowed and means at once."""
    if not isinstance(value, int) or isinstance(value, bool):
        found.add(field, "must be a Unix timestamp, a whole number")
    elif value > now.timestamp() + AHEAD_SECONDS:
        found.add(field, "is more than 72 hours ahead")


def check_size(found: Found, field: str, value: dict[str, Any], *, max_bytes: int) -> None:
    """Check the size as compact JSON, because no page says how SendGrid counts."""
    if len(orjson.dumps(value)) > max_bytes:
        found.add(field, f"is larger than {max_bytes:,} bytes")
