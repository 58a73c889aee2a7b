"""The emails with a link to a reader's own data, in English like the page behind the link."""

from dataclasses import replace
from datetime import datetime

from django.conf import settings

from newsletter.audience import data_requests, suppressions
from newsletter.audience.data_request_models import DataRequest
from newsletter.delivery.recipients.link_letter import link_letter, sender_of
from newsletter.delivery.recipients.single_emails import SingleEmails
from newsletter.letters.content.translations import translation_for
from newsletter.mail.message import Letter, Sender

LANGUAGE = "en"
HEADING = "Your data"


def letter(order: DataRequest) -> Letter:
    """Render the email of this order, in the brand of its publication."""
    publication, words = order.publication, translation_for(LANGUAGE)
    phrases = replace(
        words.sign_up,
        asked="Someone, probably you, asked {publication} for the data that we store about you.",
        confirm_button="Open your data",
        tap="The page lets you download your data, or erase it.",
        not_you="If this was not you, ignore this email: nothing was changed.",
    )
    return link_letter(
        publication,
        words,
        phrases=phrases,
        subject=f"Your data at {publication.name}",
        heading=HEADING,
        opening=phrases.asked,
        link=f"{settings.BASE_URL}/d/{data_requests.create_token(order)}",
        until=order.asked_at + data_requests.VALID,
    )


def _recipient(order: DataRequest) -> tuple[str, Sender]:
    return order.subscriber.email, sender_of(order.publication)


def _obstacle(order: DataRequest, now: datetime) -> str:
    is_late = now - order.asked_at > data_requests.VALID
    is_barred = suppressions.suppression_notice(order.subscriber.email)
    return "the address is suppressed, or the link has expired" if is_barred or is_late else ""


EMAILS = SingleEmails(
    name="data_request",
    orders=DataRequest.objects.all(),
    due=DataRequest.objects.due,
    recipient=_recipient,
    obstacle=_obstacle,
    letter=lambda order, _now: letter(order),
    retried_for=data_requests.VALID,
    max_tries=30,
)
send_due, send_next = EMAILS.send_due, EMAILS.send_next
