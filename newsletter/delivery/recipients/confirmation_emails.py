"""The emails that ask people to confirm a subscription. They are tried up to a day before their link expires."""

from datetime import datetime, timedelta

from django.conf import settings

from newsletter.audience import subscription_confirmation, suppressions
from newsletter.audience.models import Confirmation, SubscriptionStatus
from newsletter.delivery.recipients.link_letter import link_letter, sender_of
from newsletter.delivery.recipients.single_emails import SingleEmails
from newsletter.letters.content.translations import translation_for
from newsletter.mail.message import Letter, Sender
from newsletter.publications.models import Publication

MAX_TRIES = 250
SUBSCRIBED = (SubscriptionStatus.ACTIVE, SubscriptionStatus.PAUSED)


def letter(order: Confirmation, publication: Publication) -> Letter:
    """Render the email of this order, in the language and brand of its publication."""
    words = translation_for(publication.language)
    phrases = words.sign_up
    subject = (phrases.already if order.already else phrases.confirm).format(publication=publication.name)
    return link_letter(
        publication,
        words,
        phrases=phrases,
        subject=subject,
        heading=subject if order.already else phrases.confirm_heading,
        opening=phrases.already_text if order.already else phrases.asked,
        link=f"{settings.BASE_URL}/c/{subscription_confirmation.create_token(order)}",
        until=order.asked_at + subscription_confirmation.VALID,
        already=order.already,
    )


def _recipient(order: Confirmation) -> tuple[str, Sender]:
    return order.subscription.subscriber.email, sender_of(order.subscription.publication)


def _obstacle(order: Confirmation, _now: datetime) -> str:
    if suppressions.barrier_to_confirming(order.subscription.subscriber.email):
        return "the address is suppressed"
    if order.already and order.subscription.status not in SUBSCRIBED:
        return "the person has unsubscribed since"
    return ""


EMAILS = SingleEmails(
    name="confirmation",
    orders=Confirmation.objects.all(),
    due=Confirmation.objects.due,
    recipient=_recipient,
    obstacle=_obstacle,
    letter=lambda order, _now: letter(order, order.subscription.publication),
    retried_for=subscription_confirmation.VALID - timedelta(days=1),
    max_tries=MAX_TRIES,
)
send_due, send_next = EMAILS.send_due, EMAILS.send_next
