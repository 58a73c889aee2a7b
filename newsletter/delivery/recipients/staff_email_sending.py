"""Emails to staff users: invitations, links to a new password, notes. They are in no report and no pause stops them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import cast
from urllib.parse import urlsplit

from django.conf import settings

from newsletter.accounts import password_reset, staff_emails
from newsletter.accounts.render_staff_email import render
from newsletter.accounts.staff_email_models import StaffEmail, StaffEmailKind
from newsletter.accounts.staff_emails import StaffEmailContent
from newsletter.delivery.recipients.single_emails import SingleEmails
from newsletter.mail.message import Letter, Sender
from newsletter.mail.sendgrid.mail_send_client import Client
from newsletter.publications import invitations
from newsletter.publications.models import Publication

MINUTE = timedelta(minutes=1)
SENDER_NAME = "Newsletter"


def staff_sender() -> Sender:
    """Return the sender of emails to staff: that of the settings, else the address of the oldest publication.

    Its domain is one that the provider accepts. Before there is a publication, it is an address at our own host.
    """
    if settings.STAFF_EMAIL_SENDER:
        return Sender(SENDER_NAME, settings.STAFF_EMAIL_SENDER)
    oldest = Publication.objects.order_by("pk").values_list("sender_email", flat=True).first()
    return Sender(SENDER_NAME, oldest or f"newsletter@{urlsplit(settings.BASE_URL).hostname}")


def content_of(order: StaffEmail, *, now: datetime) -> StaffEmailContent | None:
    """Return what this email says at `now`; None if there is nothing to send any more."""
    return CONTENTS[StaffEmailKind(order.kind)](order, now)


def _note(order: StaffEmail, _now: datetime) -> StaffEmailContent | None:
    return cast("StaffEmailContent", order.content) if order.content else None


CONTENTS: dict[StaffEmailKind, Callable[[StaffEmail, datetime], StaffEmailContent | None]] = {
    StaffEmailKind.NOTE: _note,
    StaffEmailKind.NOTICE: staff_emails.notice_content,
    StaffEmailKind.INVITATION: invitations.email_content,
    StaffEmailKind.PASSWORD_RESET: password_reset.email_content,
}


def _obstacle(order: StaffEmail, now: datetime) -> str:
    return "" if content_of(order, now=now) else "there is nothing to send any more"


def _letter(order: StaffEmail, now: datetime) -> Letter:
    content = content_of(order, now=now)
    if content is None:
        raise ValueError(f"{order} says nothing")
    return render(content)


EMAILS = SingleEmails(
    name="staff_email",
    due=StaffEmail.objects.due,
    recipient=lambda order: (order.to, staff_sender()),
    obstacle=_obstacle,
    letter=_letter,
    retried_for=timedelta(days=7),
    max_tries=250,
    cleared={"content": {}},
)
send_next = EMAILS.send_next


def send_due(*, client: Client, clock: Callable[[], datetime], limit: int) -> bool:
    """Send what is due, at most `STAFF_EMAILS_PER_MINUTE`. Return False if the provider is away.

    Two workers at the same moment may each use up what is left of the minute.
    """
    sent = StaffEmail.objects.filter(sent_at__gt=clock() - MINUTE).count()
    return EMAILS.send_due(client=client, clock=clock, limit=min(limit, settings.STAFF_EMAILS_PER_MINUTE - sent))
