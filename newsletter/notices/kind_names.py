"""The names of the kinds of notices. Free of Django, so that the command line offers them before Django is set up."""

from enum import StrEnum


class NoticeKind(StrEnum):
    """What a notice is about. The values are stable, because webhooks carry them."""

    APPROVAL = "approval"
    HELD = "held"
    THIN_QUEUE = "thin-queue"
    DEADLINE = "deadline"
    SENT = "sent"
    ATTENTION = "attention"
    EVENTS = "events"
    WEBHOOK = "webhook"
    MENTION = "mention"
    ROLE = "role"
    SIGN_IN = "sign-in"
