"""Send the emails that ask returning subscribers to confirm: single messages, with tries counted by the claim."""

from datetime import datetime, timedelta

import structlog
from django.conf import settings

from newsletter.audience import resubscribe_confirmation, suppressions
from newsletter.audience.models import Confirmation, ConfirmationQuerySet
from newsletter.delivery.ledger import installation
from newsletter.letters.style import palette
from newsletter.lib import claim_rows
from newsletter.mail.message import Letter, Sender
from newsletter.mail.provider_errors import ProviderError, Refused
from newsletter.mail.sendgrid import single_email_payload
from newsletter.mail.sendgrid.mail_send_client import Client
from newsletter.publications.models import Publication
from newsletter.publications.schedule import zone
from newsletter.rendering import render_templates

LEASE = timedelta(minutes=3)  # longer than the longest call
RETRY_WAITS = tuple(timedelta(seconds=s) for s in (10, 60, 300, 1800))
log = structlog.get_logger()


def send_next(*, client: Client, now: datetime) -> bool:
    """Send one email that is due, or record why that failed. Return False if none is due.

    An uncertain call is made again: two emails with the same link are harmless.
    """
    due = Confirmation.objects.due(now)
    found, spent = claim_rows.claim(due, now=now, lease=LEASE, max_rows=1, max_tries=len(RETRY_WAITS) + 1)
    for order in spent:
        _end(order, problem="no try was completed")
    for order in found:
        _send(order, client, now=now)
    return bool(found or spent)


def _send(order: Confirmation, client: Client, *, now: datetime) -> None:
    subscription = order.subscription
    address, publication = subscription.subscriber.email, subscription.publication
    if suppressions.suppression_notice(address):
        _end(order, problem="the address is suppressed")
        return
    sender = Sender(publication.sender_name, publication.sender_email, publication.reply_to)
    installation_id = installation.cached_id()
    ids = {"nl_installation": installation_id} if installation_id else {}
    call = single_email_payload.body(letter(order, publication), sender, to=address, ids=ids)
    try:
        client.send(call)
    except ProviderError as error:
        log.warning("confirmation.not_sent", confirmation=order.pk, tries=order.tries, problem=type(error).__name__)
        if isinstance(error, Refused) or order.tries > len(RETRY_WAITS):
            _end(order, problem=f"it was not accepted: {type(error).__name__}")
        else:
            _ours(order).update(try_at=now + RETRY_WAITS[order.tries - 1])
        return
    _ours(order).update(sent_at=now, try_at=None)
    log.info("confirmation.sent", confirmation=order.pk)


def letter(order: Confirmation, publication: Publication) -> Letter:
    """Render the email of this order."""
    until = (order.asked_at + resubscribe_confirmation.VALID).astimezone(zone(publication.time_zone))
    context = {
        "publication": publication,
        "link": f"{settings.BASE_URL}/c/{resubscribe_confirmation.create_token(order)}",
        "until": f"{until:%A}, {until.day} {until:%B}, {until:%H:%M %Z}",
        "colours": palette.light_palette(publication.accent_colour),
    }
    return render_templates.render(settings.EMAIL_TEMPLATES / "confirmation", context)


def _ours(order: Confirmation) -> ConfirmationQuerySet:
    """Return the row unless a later claim or a newer request replaced it."""
    return Confirmation.objects.filter(pk=order.pk, tries=order.tries, asked_at=order.asked_at)


def _end(order: Confirmation, *, problem: str) -> None:
    _ours(order).update(problem=problem, try_at=None)
    log.error("confirmation.given_up", confirmation=order.pk, problem=problem)
