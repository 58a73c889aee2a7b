"""What SendGrid takes without a word although it is hardly meant: shown in red beside the letter.

A misspelt field is the dearest of them, because SendGrid ignores unknown fields in silence.
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
# RFC 2919 and 5322: atoms, a quoted text or encoded words, and then the id
LIST_ID = re.compile(
    r'(?:(?:"(?:[^"\\]|\\.)*"|[A-Za-z0-9!#$%&\'*+/=?^_`{|}~-]+)\s+)*<[A-Za-z0-9!#$%&\'*+/=?^_`{|}~.-]+>'
)
SHOWN = 5  # names in one sentence


def flags(body: dict[str, Any]) -> list[str]:
    """Sentences about an accepted `body`; none of them holds an address."""
    everybody: list[dict[str, Any]] = body["personalizations"]
    first = everybody[0]
    found = []
    if unknown := sorted(set(body) - MESSAGE_FIELDS):
        found.append(f"Fields that SendGrid does not know and ignores: {_names(unknown)}.")
    if unknown := sorted({name for one in everybody for name in one} - PERSON_FIELDS):
        found.append(f"Fields in personalizations that SendGrid does not know and ignores: {_names(unknown)}.")
    found += _header_flags(body, everybody)
    addresses = [person["email"].lower() for one in everybody for person in one["to"]]
    if twice := len(addresses) - len(set(addresses)):
        found.append(
            f"{twice:,} of {len(addresses):,} copies go to an address that is in this call already; "
            "SendGrid does not say what it does with them."
        )
    tags = sorted(first.get("substitutions", {}))
    if "" in tags:
        found.append("A substitution has an empty tag.")
    if starts := [a for a, b in pairwise(tags) if a and b.startswith(a)]:
        found.append(f"Tags that are the beginning of another, so that their order matters: {_names(starts)}.")
    if any(_needs_quotes(p) for one in everybody for kind in ("to", "cc", "bcc") for p in one.get(kind, ())):
        found.append(
            "A name with a comma or semicolon and without quotation marks: SendGrid’s page of limitations forbids it, "
            "and such mail has been dropped after it was accepted."
        )
    wording = "".join(block["value"] for block in body.get("content", ())) + first.get(
        "subject", body.get("subject", "")
    )
    wording += "".join(person["email"] for person in _replies(body))
    if unused := [tag for tag in tags if tag and tag not in wording]:
        found.append(f"Substitutions with no place in the letter: {_names(unused)}.")
    if not body["from"].get("name", "").isascii():
        found.append("The sender’s name is not plain ASCII, which one page of SendGrid says “from” does not support.")
    return found


def _replies(body: dict[str, Any]) -> list[dict[str, Any]]:
    return [body["reply_to"]] if "reply_to" in body else body.get("reply_to_list", [])


def _needs_quotes(person: dict[str, Any]) -> bool:
    """The service takes such a name: sendgrid/sendgrid-python#291 and #618, and the live tests of django-anymail."""
    name = person.get("name", "")
    is_quoted = len(name) > 1 and name[0] == name[-1] == '"'
    return not is_quoted and any(sign in name for sign in ",;")


def _names(names: list[str]) -> str:
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def _header_flags(body: dict[str, Any], everybody: list[dict[str, Any]]) -> list[str]:
    """What a receiver makes of header lines, which travel as they came: the call has to encode them."""
    lines = {line for part in (body, *everybody) for line in part.get("headers", {}).items()}
    found = []
    if wild := sorted({name for name, value in lines if not value.isascii()}):
        found.append(f"Header lines with signs that are not ASCII, which travel as they are: {_names(wild)}.")
    if any(name.lower() == "list-id" and not LIST_ID.fullmatch(value) for name, value in lines):
        found.append("A List-Id in which a receiver finds no id: it has to stand bare in < >, after a name or nothing.")
    return found
