"""Send the emails that ask people to confirm a subscription: single messages, apart from editions.

The row of an order stays until the provider took the email. While the provider is away it is tried again, up to a day
before its link expires.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum
from typing import NamedTuple

import structlog
from django.conf import settings

from newsletter.audience import subscription_confirmation, suppressions
from newsletter.audience.models import Confirmation, ConfirmationQuerySet, SubscriptionStatus
from newsletter.delivery.ledger import installation
from newsletter.letters.content import brand_view, locale_formats
from newsletter.letters.content.translations import translation_for
from newsletter.lib import claim_rows
from newsletter.mail.message import Letter, Sender
from newsletter.mail.provider_errors import ProviderError, Refused
from newsletter.mail.sendgrid import single_email_payload
from newsletter.mail.sendgrid.mail_send_client import Client
from newsletter.publications.models import Publication
from newsletter.publications.schedule import zone
from newsletter.rendering import render_templates
from newsletter.rendering.markup.inline_styles import inline_css

LEASE = timedelta(minutes=3)  # longer than the longest call
RETRY_WAITS = tuple(timedelta(seconds=s) for s in (10, 60, 300, 1800, 3600))  # the last one again and again
RETRIED_FOR = subscription_confirmation.VALID - timedelta(days=1)
MAX_TRIES = 250  # more than fit into that time; claims of workers that crashed count too
OF_THE_ACCOUNT = (401, 403)  # the key was revoked or the account is blocked: no fault of this email
SUBSCRIBED = (SubscriptionStatus.ACTIVE, SubscriptionStatus.PAUSED)
log = structlog.get_logger()


class SendResult(Enum):
    """What one step did."""

    NONE_DUE = "none due"
    SETTLED = "settled"  # sent, or given up
    DELAYED = "delayed"  # the provider is away


class LinkEnd(NamedTuple):
    """When the link expires, in words."""

    day: str
    time: str
    zone: str


def send_due(*, client: Client, clock: Callable[[], datetime], limit: int) -> bool:
    """Send up to `limit` emails that are due. Return False if the provider is away: then the others wait as well."""
    for _ in range(limit):
        result = send_next(client=client, now=clock())
        if result != SendResult.SETTLED:
            return result == SendResult.NONE_DUE
    return True


def send_next(*, client: Client, now: datetime) -> SendResult:
    """Send one email that is due, or record why that failed.

    An uncertain call is made again: two emails with the same link are harmless.
    """
    due = Confirmation.objects.due(now)
    found, spent = claim_rows.claim(due, now=now, lease=LEASE, max_rows=1, max_tries=MAX_TRIES)
    for order in spent:
        _end(order, problem="no try was completed")
    for order in found:
        return _send(order, client, now=now)
    return SendResult.SETTLED if spent else SendResult.NONE_DUE


def _send(order: Confirmation, client: Client, *, now: datetime) -> SendResult:
    subscription = order.subscription
    address, publication = subscription.subscriber.email, subscription.publication
    if suppressions.barrier_to_confirming(address):
        return _end(order, problem="the address is suppressed")
    if order.already and subscription.status not in SUBSCRIBED:
        return _end(order, problem="the person has unsubscribed since")
    sender = Sender(publication.sender_name, publication.sender_email, publication.reply_to)
    installation_id = installation.cached_id()
    ids = {"nl_installation": installation_id} if installation_id else {}
    call = single_email_payload.body(letter(order, publication), sender, to=address, ids=ids)
    try:
        client.send(call)
    except ProviderError as error:
        log.warning("confirmation.not_sent", confirmation=order.pk, tries=order.tries, problem=type(error).__name__)
        if (isinstance(error, Refused) and error.status not in OF_THE_ACCOUNT) or now > order.asked_at + RETRIED_FOR:
            return _end(order, problem=f"it was not accepted: {type(error).__name__}")
        _ours(order).update(try_at=now + RETRY_WAITS[min(order.tries, len(RETRY_WAITS)) - 1])
        return SendResult.DELAYED
    _ours(order).update(sent_at=now, try_at=None)
    log.info("confirmation.sent", confirmation=order.pk)
    return SendResult.SETTLED


def letter(order: Confirmation, publication: Publication) -> Letter:
    """Render the email of this order, in the language and brand of its publication."""
    words = translation_for(publication.language)
    phrases = words.sign_up
    until = (order.asked_at + subscription_confirmation.VALID).astimezone(zone(publication.time_zone))
    subject = (phrases.already if order.already else phrases.confirm).format(publication=publication.name)
    opening = phrases.already_text if order.already else phrases.asked
    context = {
        "brand": brand_view.brand_of(publication, pictures=settings.PICTURES_URL),
        "language": words.language,
        "direction": words.direction,
        "subject": subject,
        "preheader": opening.format(publication=publication.name),
        "phrases": phrases,
        "colon": words.colon,
        "heading": subject if order.already else phrases.confirm_heading,
        "already": order.already,
        "link": f"{settings.BASE_URL}/c/{subscription_confirmation.create_token(order)}",
        "until": LinkEnd(
            locale_formats.long_date(until.date(), words.language),
            locale_formats.short_time(until.time(), words.language),
            locale_formats.zone_name(until),
        ),
        "sender": publication.sender_email,
        "postal_address": publication.postal_address,
    }
    rendered = render_templates.render(settings.EMAIL_TEMPLATES / "confirmation", context)
    return replace(rendered, html=inline_css(rendered.html))


def _ours(order: Confirmation) -> ConfirmationQuerySet:
    """Return the row unless a later claim or a newer request replaced it."""
    return Confirmation.objects.filter(pk=order.pk, tries=order.tries, asked_at=order.asked_at)


def _end(order: Confirmation, *, problem: str) -> SendResult:
    _ours(order).update(problem=problem, try_at=None)
    log.error("confirmation.given_up", confirmation=order.pk, problem=problem)
    return SendResult.SETTLED
