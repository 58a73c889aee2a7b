"""Rules for what all recipients share: sender, subject, content, headers, arguments, time."""

from datetime import datetime
from typing import Any

from newsletter.postbox.sendgrid_api.validation.field_rules import (
    check_headers,
    check_person,
    check_send_at,
    check_strings,
    check_text,
    is_media_type,
)
from newsletter.postbox.sendgrid_api.validation.problem import Found

MAX_REPLY_TO = 1000
# Then everything else. AMP may stand before HTML, as sendgrid-python puts it (Mail.add_content, and Google asks for
# in amp.dev, “AMP email structure”), or among the rest, as SendGrid's page of errors has it.
ORDER = {"text/plain": 0, "text/html": 1}
AMP = "text/x-amp-html"


def check(found: Found, body: dict[str, Any], *, now: datetime) -> None:
    """Check the message itself."""
    if "from" in body:
        check_person(found, "from", body["from"])
    else:
        found.add("from.email", "is needed: every message has a sender")
    _check_replies(found, body)
    if "subject" in body:
        check_text(found, "subject", body["subject"])
    _check_content(found, body)
    if "headers" in body:
        check_headers(found, "headers", body["headers"])
    if "custom_args" in body and check_strings(found, "custom_args", body["custom_args"]) and not body["custom_args"]:
        found.add("custom_args", "must not be empty")
    if "send_at" in body:
        check_send_at(found, "send_at", body["send_at"], now=now)
    if "sections" in body:
        found.add("sections", "was removed from the API in 2020")


def _check_replies(found: Found, body: dict[str, Any]) -> None:
    if "reply_to" in body:
        check_person(found, "reply_to", body["reply_to"])
    if "reply_to_list" not in body:
        return
    if "reply_to" in body:
        found.add("reply_to_list", "cannot be combined with reply_to")
    people = body["reply_to_list"]
    if not isinstance(people, list):
        found.add("reply_to_list", "must be a list")
        return
    if len(people) > MAX_REPLY_TO:
        found.add("reply_to_list", f"is limited to {MAX_REPLY_TO:,} addresses")
    addresses = [check_person(found, f"reply_to_list.{place}", person) for place, person in enumerate(people)]
    if len(set(addresses)) < len(addresses):
        found.add("reply_to_list", "has an address twice")


def _check_content(found: Found, body: dict[str, Any]) -> None:
    if "content" not in body:
        if "template_id" not in body:  # by the page of errors; a template has its own content
            found.add("content", "is needed unless a template is named")
        return
    blocks = body["content"]
    if not isinstance(blocks, list) or not blocks:
        found.add("content", "must be a list of at least one block with a type and a value")
        return
    places = []
    for place, block in enumerate(blocks):
        field = f"content.{place}"
        if not isinstance(block, dict):
            found.add(field, "must be an object with a type and a value")
            continue
        kind = block.get("type")
        if check_text(found, f"{field}.type", kind) and not _is_content_type(str(kind)):
            found.add(f"{field}.type", "must be a type without parameters, except text/calendar with its method")
        check_text(found, f"{field}.value", block.get("value"))
        if kind != AMP:
            places.append(ORDER.get(kind, 2) if isinstance(kind, str) else 2)
    kinds = [block.get("type") for block in blocks if isinstance(block, dict)]
    if AMP in kinds and "text/plain" in kinds[kinds.index(AMP) :]:
        found.add("content", "must have text/plain before text/x-amp-html")
    elif places != sorted(places):
        found.add("content", "must be in the order text/plain, text/html, then the rest")


def _is_content_type(kind: str) -> bool:
    """Return True for a type without parameters.

    A charset is refused; the method of a calendar is not (SendGrid's staff in sendgrid/sendgrid-ruby#298).
    """
    main, _, parameters = kind.partition(";")
    is_calendar = main.strip().lower() == "text/calendar" and parameters.strip().lower().startswith("method=")
    return is_media_type(kind) and (not parameters or is_calendar)
