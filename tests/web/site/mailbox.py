"""Read the emails to staff that a page ordered, as they would be sent now."""

import re
from urllib.parse import urlsplit

from newsletter.accounts.staff_email_models import StaffEmail
from newsletter.accounts.staff_emails import StaffEmailContent
from newsletter.delivery.recipients import staff_email_sending
from newsletter.lib import clock


def emails_to(address: str) -> list[StaffEmailContent]:
    """Return what the emails to this address say that have something to say."""
    found = [staff_email_sending.content_of(one, now=clock.now()) for one in StaffEmail.objects.filter(to=address)]
    return [content for content in found if content]


def link_to(address: str) -> str:
    """Return the path of the link in the newest email to this address."""
    link = emails_to(address)[-1]["link"]
    assert re.fullmatch(r"http\S+", link)
    return urlsplit(link).path
