"""Django's email backend of this project: what Django or a library sends becomes an email to staff, sent by a worker.

The sender is that of all staff emails, and the text stands in our template: paragraphs as written, in place of an HTML
part. A message with an attachment is an error, because the rows hold text only.
"""

import re
from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from newsletter.accounts import staff_emails
from newsletter.lib import clock


class EmailBackend(BaseEmailBackend):
    """Writes an order for each recipient, in the transaction that is open."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Order these messages. Return how many have a recipient."""
        with transaction.atomic():
            return sum(self._order(message) for message in email_messages)

    @staticmethod
    def _order(message: EmailMessage) -> bool:
        if message.attachments:
            raise ValueError("Emails to staff have no attachments.")
        lines = [part for part in re.split(r"\n\s*\n", str(message.body).strip()) if part.strip()]
        for address in message.recipients():
            staff_emails.order_note(address, subject=str(message.subject), lines=lines, now=clock.now())
        return bool(message.recipients())
