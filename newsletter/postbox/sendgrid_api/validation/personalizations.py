"""Rules for `personalizations`: the recipients, and what differs for each of them."""

from datetime import datetime
from typing import Any

from newsletter.postbox.sendgrid_api.validation.field_rules import (
    ARGS_BYTES,
    SUBSTITUTION_BYTES,
    check_headers,
    check_person,
    check_send_at,
    check_size,
    check_strings,
    check_text,
)
from newsletter.postbox.sendgrid_api.validation.problem import Found

MAX_PER_CALL = 1000  # personalizations, and recipients (to + cc + bcc)


def check(found: Found, body: dict[str, Any], *, now: datetime) -> None:
    """Check all personalizations of `body`."""
    all_personalizations = body.get("personalizations")
    if not isinstance(all_personalizations, list) or not all_personalizations:
        found.add("personalizations", "is needed and must hold at least one personalization")
        return
    if len(all_personalizations) > MAX_PER_CALL:
        found.add(
            "personalizations",
            f"is limited to {MAX_PER_CALL:,} personalizations a call; this one has {len(all_personalizations):,}",
        )
        return
    shared = body.get("custom_args")
    shared_args: dict[str, Any] = shared if isinstance(shared, dict) else {}
    recipients = 0
    for number, one in enumerate(all_personalizations):
        field = f"personalizations.{number}"
        if not isinstance(one, dict):
            found.add(field, "must be an object")
            continue
        recipients += _check_recipients(found, field, one)
        _check_differences(found, field, one, now=now)
        _check_args(found, f"{field}.custom_args", one, shared_args)
        if "from" in one:
            _check_from(found, f"{field}.from", one["from"], body.get("from"))
        if "subject" not in one and "subject" not in body and "template_id" not in body:
            found.add(f"{field}.subject", "is needed here, or else for the whole message")
    if recipients > MAX_PER_CALL:
        found.add("personalizations", f"is limited to {MAX_PER_CALL:,} recipients a call (to + cc + bcc)")


def _check_recipients(found: Found, field: str, one: dict[str, Any]) -> int:
    """Check the recipients of one personalization and return their number."""
    number = 0
    seen: set[str] = set()
    for kind in ("to", "cc", "bcc"):
        if kind not in one and kind != "to":
            continue
        people = one.get(kind)
        if not isinstance(people, list) or not people:
            found.add(f"{field}.{kind}", "must be a list of at least one object with a valid email")
            continue
        number += len(people)
        for place, person in enumerate(people):
            address = check_person(found, f"{field}.{kind}.{place}", person)
            if address and address in seen:
                found.add(field, f"has an address twice in to, cc and bcc; the second one is in {kind}")
            seen.add(address)
    return number


def _check_differences(found: Found, field: str, one: dict[str, Any], *, now: datetime) -> None:
    if "subject" in one:
        check_text(found, f"{field}.subject", one["subject"])
    if "headers" in one:
        check_headers(found, f"{field}.headers", one["headers"])
    if "substitutions" in one and check_strings(found, f"{field}.substitutions", one["substitutions"]):
        check_size(found, f"{field}.substitutions", one["substitutions"], max_bytes=SUBSTITUTION_BYTES)
    if "dynamic_template_data" in one and not isinstance(one["dynamic_template_data"], dict):
        found.add(f"{field}.dynamic_template_data", "must be an object")
    if "send_at" in one:
        check_send_at(found, f"{field}.send_at", one["send_at"], now=now)


def _check_args(found: Found, field: str, one: dict[str, Any], shared: dict[str, Any]) -> None:
    """Arguments of the message and of the personalization are merged first, then measured."""
    own: Any = {}
    if "custom_args" in one:
        own = one["custom_args"]
        if not check_strings(found, field, own):
            return
        if not own:
            found.add(field, "must not be empty")
    check_size(found, field, {**shared, **own}, max_bytes=ARGS_BYTES)


def _check_from(found: Found, field: str, own: object, shared: object) -> None:
    address = check_person(found, field, own)
    default = shared.get("email") if isinstance(shared, dict) else None
    if address and isinstance(default, str) and address.rpartition("@")[2] != default.lower().rpartition("@")[2]:
        found.add(field, "has another domain than the sender of the message")
