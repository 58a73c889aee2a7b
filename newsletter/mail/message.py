"""The values that `newsletter.mail` works with: letter, sender, scheduled send and receipt."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class MergeTag(StrEnum):
    """Placeholders in a frozen letter that SendGrid replaces with each reader's value (its substitution tags).

    They consist of letters and underscores, so that no inliner, escaper or URL parser changes them. None is a prefix of
    another, because SendGrid does not document the order of replacement.
    """

    FIRST_NAME = "__nl_first_name__"  # for the subject and the plain text
    FIRST_NAME_HTML = "__nl_html_first_name__"  # the same, escaped for HTML
    READER = "__nl_reader__"  # this reader's signed token for the edition, in links


@dataclass(frozen=True, slots=True)
class Letter:
    """Subject, plain text and HTML of an email, inlined and frozen, with `MergeTag` placeholders."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Sender:
    """The sender of an email. `reply_to` may be empty."""

    name: str
    email: str
    reply_to: str = ""


class ScheduledSend(NamedTuple):
    """When SendGrid sends a call that is submitted in advance (`send_at`, Unix seconds), and its SendGrid batch id."""

    send_at: int
    batch: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """The provider accepted the call. `provider_id` is its id for the call (SendGrid: X-Message-Id)."""

    status: int
    provider_id: str
