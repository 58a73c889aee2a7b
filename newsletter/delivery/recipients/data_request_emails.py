"""Send the emails with a link to a reader's own data: single messages, in English like the page behind the link."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import structlog
from django.conf import settings

from newsletter.audience import data_requests, suppressions
from newsletter.audience.data_request_models import DataRequest
from newsletter.delivery.ledger import installation
from newsletter.delivery.recipients.confirmation_emails import LEASE, OF_THE_ACCOUNT, RETRY_WAITS, LinkEnd, SendResult
from newsletter.letters.content import brand_view, locale_formats
from newsletter.letters.content.translations import translation_for
from newsletter.lib import claim_rows
from newsletter.mail.message import Letter, Sender
from newsletter.mail.provider_errors import ProviderError, Refused
from newsletter.mail.sendgrid import single_email_payload
from newsletter.mail.sendgrid.mail_send_client import Client
from newsletter.publications.schedule import zone
from newsletter.rendering import render_templates
from newsletter.rendering.markup.inline_styles import inline_css

MAX_TRIES = 30  # within the day for which the link is valid
LANGUAGE = "en"
HEADING = "Your data"
log = structlog.get_logger()


def send_due(*, client: Client, clock: Callable[[], datetime], limit: int) -> bool:
    """Send up to `limit` emails that are due. Return False if the provider is away."""
    for _ in range(limit):
        result = send_next(client=client, now=clock())
        if result != SendResult.SETTLED:
            return result == SendResult.NONE_DUE
    return True


def send_next(*, client: Client, now: datetime) -> SendResult:
    """Send one email that is due, or record why that failed."""
    found, lost = claim_rows.claim(DataRequest.objects.due(now), now=now, lease=LEASE, max_rows=1, max_tries=MAX_TRIES)
    for order in lost:
        _end(order, problem="no try was completed")
    for order in found:
        return _send(order, client, now=now)
    return SendResult.SETTLED if lost else SendResult.NONE_DUE


def _send(order: DataRequest, client: Client, *, now: datetime) -> SendResult:
    address, publication = order.subscriber.email, order.publication
    if suppressions.suppression_notice(address) or now - order.asked_at > data_requests.VALID:
        return _end(order, problem="the address is suppressed, or the link has expired")
    sender = Sender(publication.sender_name, publication.sender_email, publication.reply_to)
    installation_id = installation.cached_id()
    ids = {"nl_installation": installation_id} if installation_id else {}
    call = single_email_payload.body(letter(order), sender, to=address, ids=ids)
    rows = DataRequest.objects.filter(pk=order.pk, tries=order.tries, asked_at=order.asked_at)
    try:
        client.send(call)
    except ProviderError as error:
        log.warning("data_request.not_sent", request=order.pk, tries=order.tries, problem=type(error).__name__)
        if isinstance(error, Refused) and error.status not in OF_THE_ACCOUNT:
            return _end(order, problem=f"it was not accepted: {type(error).__name__}")
        rows.update(try_at=now + RETRY_WAITS[min(order.tries, len(RETRY_WAITS)) - 1])
        return SendResult.DELAYED
    rows.update(sent_at=now, try_at=None)
    return SendResult.SETTLED


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
    until = (order.asked_at + data_requests.VALID).astimezone(zone(publication.time_zone))
    context = {
        "brand": brand_view.brand_of(publication, pictures=settings.PICTURES_URL),
        "language": words.language,
        "direction": words.direction,
        "subject": f"Your data at {publication.name}",
        "preheader": phrases.asked.format(publication=publication.name),
        "phrases": phrases,
        "colon": words.colon,
        "heading": HEADING,
        "already": False,
        "link": f"{settings.BASE_URL}/d/{data_requests.create_token(order)}",
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


def _end(order: DataRequest, *, problem: str) -> SendResult:
    DataRequest.objects.filter(pk=order.pk, tries=order.tries).update(problem=problem, try_at=None)
    log.error("data_request.given_up", request=order.pk, problem=problem)
    return SendResult.SETTLED
