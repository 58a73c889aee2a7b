"""The values that pass through `mail`: a letter, who it is from, who it goes to, what came of it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class MergeTag(StrEnum):
    """Neutral marks in a frozen letter; each reader's own value takes their place as it leaves.

    They are plain letters and underscores, so that no inliner, escaper or URL parser changes
    them, and none is the beginning of another, because SendGrid does not say in which order it
    replaces. They are SendGrid's substitution tags as they stand.
    """

    FIRST_NAME = "__nl_first_name__"  # for the subject and the plain text
    FIRST_NAME_HTML = "__nl_html_first_name__"  # the same, escaped for HTML
    READER = "__nl_reader__"  # the signed token of this reader and edition, in links


@dataclass(frozen=True, slots=True)
class Letter:
    """Subject, plain text and HTML, inlined and frozen, with `MergeTag` marks in them."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Sender:
    """Who a letter is from. `reply_to` may be empty."""

    name: str
    email: str
    reply_to: str = ""


class ScheduledSend(NamedTuple):
    """For a call that is submitted before its letters are to leave: when they are (Unix seconds), under which id."""

    send_at: int
    batch: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """The provider took the call. `provider_id` is its name for it (SendGrid: X-Message-Id)."""

    status: int
    provider_id: str
