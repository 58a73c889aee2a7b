"""The rules for single values that occur in several places: people, headers, maps of strings, times."""

import re
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson

from newsletter.postbox.rules.problems import Found

ADDRESS_CHARACTERS = 320
ARGS_BYTES = 10_000
SUBSTITUTION_BYTES = 10_000  # another page says 50,000; the smaller number was seen in answers too
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
_HEADER_NAME = re.compile(r"[!-9;-~]+")  # printable ASCII without blank and colon: RFC 5322, section 2.2


def check_text(found: Found, field: str, value: object) -> bool:
    """A string of at least one character."""
    if isinstance(value, str) and value:
        return True
    found.add(field, "must be a string of at least one character")
    return False


def check_person(found: Found, field: str, person: object, *, listed: bool = False) -> str:
    """An object with `email` and perhaps `name`; its address in lower case, or empty when it is not one.

    `listed` is said of people in to, cc and bcc, whose names may hold neither `;` nor `,`.
    """
    if not isinstance(person, dict):
        found.add(field, "must be an object with an email and perhaps a name")
        return ""
    if "name" in person:
        name = person["name"]
        if not isinstance(name, str):
            found.add(f"{field}.name", "must be a string")
        elif listed and (";" in name or "," in name):
            found.add(f"{field}.name", "may hold neither ; nor ,")
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
    """An object whose values are all strings."""
    if isinstance(value, dict) and all(type(one) is str for one in value.values()):
        return True
    found.add(field, "must be an object whose values are all strings")
    return False


def check_headers(found: Found, field: str, headers: object) -> None:
    """Header lines: names of ASCII without blanks, none reserved, none twice; values of one line."""
    if not check_strings(found, field, headers):
        return
    lines: dict[str, str] = headers  # type: ignore[assignment]  # check_strings said so
    for problem in {_name_problem(name) for name in lines} - {""}:
        found.add(field, problem)
    if len({name.lower() for name in lines}) < len(lines):
        found.add(field, "holds the same header twice")
    if any("\r" in value or "\n" in value for value in lines.values()):
        found.add(field, "holds a value with a line break")


@lru_cache(maxsize=1024)
def _name_problem(name: str) -> str:
    if not _HEADER_NAME.fullmatch(name):
        return "a header's name must be ASCII, without blanks or colons"
    return "holds a reserved header" if name.lower() in RESERVED_HEADERS else ""


def check_send_at(found: Found, field: str, value: object, *, now: datetime) -> None:
    """Whole Unix seconds, at most 72 hours ahead. The past is allowed and means at once."""
    if not isinstance(value, int) or isinstance(value, bool):
        found.add(field, "must be a Unix timestamp, a whole number")
    elif value > now.timestamp() + AHEAD_SECONDS:
        found.add(field, "is more than 72 hours ahead")


def check_size(found: Found, field: str, value: dict[str, Any], *, most: int) -> None:
    """At most `most` bytes, counted as compact JSON because no page says how SendGrid counts."""
    if len(orjson.dumps(value)) > most:
        found.add(field, f"is larger than {most:,} bytes")
