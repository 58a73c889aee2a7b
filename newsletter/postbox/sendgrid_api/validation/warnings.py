"""Warnings about calls that SendGrid accepts but that are probably mistakes; shown beside the letter.

The most important is a misspelt field, because SendGrid silently ignores unknown fields.
"""

import re
from itertools import pairwise
from typing import Any

MESSAGE_FIELDS = frozenset(
    [
        "personalizations",
        "from",
        "reply_to",
        "reply_to_list",
        "subject",
        "content",
        "attachments",
        "template_id",
        "headers",
        "categories",
        "custom_args",
        "send_at",
        "batch_id",
        "asm",
        "ip_pool_name",
        "mail_settings",
        "tracking_settings",
    ]
)
PERSON_FIELDS = frozenset(
    [
        "to",
        "cc",
        "bcc",
        "from",
        "subject",
        "headers",
        "substitutions",
        "dynamic_template_data",
        "custom_args",
        "send_at",
    ]
)
# RFC 2919 and 5322: atoms, a quoted string or encoded words, and then the id
LIST_ID = re.compile(
    r'(?:(?:"(?:[^"\\]|\\.)*"|[A-Za-z0-9!#$%&\'*+/=?^_`{|}~-]+)\s+)*<[A-Za-z0-9!#$%&\'*+/=?^_`{|}~.-]+>'
)
MAX_NAMES = 5  # in one sentence


def find_warnings(body: dict[str, Any]) -> list[str]:
    """Return sentences about an accepted `body`, without addresses."""
    all_personalizations: list[dict[str, Any]] = body["personalizations"]
    first = all_personalizations[0]
    found = []
    if unknown := sorted(set(body) - MESSAGE_FIELDS):
        found.append(f"Unknown fields that SendGrid ignores: {_names(unknown)}.")
    if unknown := sorted({name for one in all_personalizations for name in one} - PERSON_FIELDS):
        found.append(f"Unknown fields in personalizations that SendGrid ignores: {_names(unknown)}.")
    found += _header_warnings(body, all_personalizations)
    addresses = [person["email"].lower() for one in all_personalizations for person in one["to"]]
    if twice := len(addresses) - len(set(addresses)):
        found.append(
            f"{twice:,} of {len(addresses):,} copies go to an address that appears earlier in this call. "
            "SendGrid does not document what happens to them."
        )
    tags = sorted(first.get("substitutions", {}))
    if "" in tags:
        found.append("A substitution has an empty tag.")
    if starts := [a for a, b in pairwise(tags) if a and b.startswith(a)]:
        found.append(f"Tags that are the start of another tag, so that their order matters: {_names(starts)}.")
    if any(_needs_quotes(p) for one in all_personalizations for kind in ("to", "cc", "bcc") for p in one.get(kind, ())):
        found.append(
            "A name with a comma or semicolon but without quotation marks: SendGrid’s page of limitations forbids it, "
            "and such mail has been dropped after acceptance."
        )
    wording = "".join(block["value"] for block in body.get("content", ())) + first.get(
        "subject", body.get("subject", "")
    )
    wording += "".join(person["email"] for person in _replies(body))
    if unused := [tag for tag in tags if tag and tag not in wording]:
        found.append(f"Substitutions that are not used in the email: {_names(unused)}.")
    if not body["from"].get("name", "").isascii():
        found.append("The sender name is not plain ASCII. One page of SendGrid says that “from” does not support this.")
    return found


def _replies(body: dict[str, Any]) -> list[dict[str, Any]]:
    return [body["reply_to"]] if "reply_to" in body else body.get("reply_to_list", [])


def _needs_quotes(person: dict[str, Any]) -> bool:
    """Return True for a name with a comma or semicolon but without quotes.

    The service accepts it: sendgrid/sendgrid-python#291 and #618, and the live tests of django-anymail.
    """
    name = person.get("name", "")
    is_quoted = len(name) > 1 and name[0] == name[-1] == '"'
    return not is_quoted and any(character in name for character in ",;")


def _names(names: list[str]) -> str:
    more = len(names) - MAX_NAMES
    return ", ".join(names[:MAX_NAMES]) + (f" and {more} more" if more > 0 else "")


def _header_warnings(body: dict[str, Any], all_personalizations: list[dict[str, Any]]) -> list[str]:
    """Return warnings about header lines. They are sent unchanged, so the caller has to encode them."""
    lines = {line for part in (body, *all_personalizations) for line in part.get("headers", {}).items()}
    found = []
    if not_ascii := sorted({name for name, value in lines if not value.isascii()}):
        found.append(f"Header lines with characters that are not ASCII and are sent unencoded: {_names(not_ascii)}.")
    if any(name.lower() == "list-id" and not LIST_ID.fullmatch(value) for name, value in lines):
        found.append("A List-Id without a readable id: the id must be in < >, optionally after a name.")
    return found
