"""Order emails to staff users. The order is a row in the transaction of the act; a worker sends it.

`delivery/recipients/staff_email_sending.py` sends them, with retries while the provider is away.
"""

from datetime import datetime, timedelta
from typing import NotRequired, TypedDict, cast

from newsletter.accounts.models import User
from newsletter.accounts.permissions import Permission, has_permission
from newsletter.accounts.staff_email_models import StaffEmail, StaffEmailKind
from newsletter.mail.text_cleaning import collapse_whitespace

KEPT = timedelta(days=30)
MAX_SUBJECT = 250  # characters


class StaffEmailItem(TypedDict):
    """One of several things that a staff email lists."""

    title: str
    lines: list[str]
    label: str
    link: str


class StaffEmailContent(TypedDict):
    """What a staff email says: plain text, escaped when it is rendered. `link` and `label` may be empty."""

    subject: str
    heading: str
    lines: list[str]  # paragraphs before the button
    label: str  # of the button
    link: str
    after: list[str]  # paragraphs after the button
    items: NotRequired[list[StaffEmailItem]]  # between the lines and the button
    # (a permission, a publication or None for all): its recipient must have each of them when it is sent
    requires: NotRequired[list[tuple[str, int | None]]]


def order_note(
    to: str,
    *,
    subject: str,
    lines: list[str],
    heading: str = "",
    label: str = "",
    link: str = "",
    after: list[str] | None = None,
    now: datetime,
    not_before: datetime | None = None,
) -> StaffEmail:
    """Order an email to `to` and return the order. It is sent at once, or not before a time."""
    subject = collapse_whitespace(subject)[:MAX_SUBJECT]
    content = StaffEmailContent(
        subject=subject, heading=heading or subject, lines=lines, label=label, link=link, after=after or []
    )
    return StaffEmail.objects.create(
        kind=StaffEmailKind.NOTE, to=to, content=content, asked_at=now.replace(microsecond=0), try_at=not_before
    )


def order_notice(to: str, content: StaffEmailContent, *, now: datetime) -> StaffEmail:
    """Order an email that is sent only to an open account that still has what it requires. Return the order."""
    content["subject"] = collapse_whitespace(content["subject"])[:MAX_SUBJECT]
    return StaffEmail.objects.create(
        kind=StaffEmailKind.NOTICE, to=to, content=content, asked_at=now.replace(microsecond=0)
    )


def notice_content(order: StaffEmail, _now: datetime) -> StaffEmailContent | None:
    """Return what a notice says; None if its recipient may not know it any more."""
    user = User.objects.filter(email=order.to, is_active=True).first()
    content = cast("StaffEmailContent", order.content)
    if user is None or not content:
        return None
    required = content.get("requires", [])
    may_know = all(has_permission(user, Permission(name), publication) for name, publication in required)
    return content if may_know else None


def order_link(kind: StaffEmailKind, to: str, *, now: datetime) -> StaffEmail:
    """Order an email whose link is made when it is sent, and return the order."""
    return StaffEmail.objects.create(kind=kind, to=to, asked_at=now.replace(microsecond=0))


def delete_old(*, now: datetime) -> None:
    """Delete orders that are older than a month."""
    StaffEmail.objects.filter(asked_at__lt=now - KEPT).delete()
