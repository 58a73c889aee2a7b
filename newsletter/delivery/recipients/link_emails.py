"""Send single emails with a personal link, apart from editions, and render them.

The row of an order stays until the provider took the email. While the provider is away it is tried again.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Generic, NamedTuple, TypeVar

import structlog
from django.conf import settings
from django.db.models import QuerySet

from newsletter.audience.data_request_models import DataRequest
from newsletter.audience.models import Confirmation
from newsletter.delivery.ledger import installation
from newsletter.letters.content import brand_view, locale_formats
from newsletter.letters.content.translations import Translation
from newsletter.letters.content.translations.sign_up_phrases import SignUpPhrases
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
OF_THE_ACCOUNT = (401, 403)  # the key was revoked or the account is blocked: no fault of this email
Order = TypeVar("Order", Confirmation, DataRequest)
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


@dataclass(frozen=True, slots=True)
class LinkEmails(Generic[Order]):
    """One kind of these emails. `obstacle` returns why an email is not sent any more, or empty."""

    name: str  # of its events in the log
    due: Callable[[datetime], QuerySet[Order]]
    recipient: Callable[[Order], tuple[str, Publication]]
    obstacle: Callable[[Order, datetime], str]
    letter: Callable[[Order], Letter]
    retried_for: timedelta
    max_tries: int  # more than fit into that time; claims of workers that crashed count too

    def send_due(self, *, client: Client, clock: Callable[[], datetime], limit: int) -> bool:
        """Send up to `limit` emails that are due. Return False if the provider is away: then the others wait too."""
        for _ in range(limit):
            result = self.send_next(client=client, now=clock())
            if result != SendResult.SETTLED:
                return result == SendResult.NONE_DUE
        return True

    def send_next(self, *, client: Client, now: datetime) -> SendResult:
        """Send one email that is due, or record why that failed.

        An uncertain call is made again: two emails with the same link are harmless.
        """
        found, spent = claim_rows.claim(self.due(now), now=now, lease=LEASE, max_rows=1, max_tries=self.max_tries)
        for order in spent:
            self._end(order, problem="no try was completed")
        for order in found:
            return self._send(order, client, now=now)
        return SendResult.SETTLED if spent else SendResult.NONE_DUE

    def _send(self, order: Order, client: Client, *, now: datetime) -> SendResult:
        if problem := self.obstacle(order, now):
            return self._end(order, problem=problem)
        address, publication = self.recipient(order)
        sender = Sender(publication.sender_name, publication.sender_email, publication.reply_to)
        installation_id = installation.cached_id()
        ids = {"nl_installation": installation_id} if installation_id else {}
        call = single_email_payload.body(self.letter(order), sender, to=address, ids=ids)
        try:
            client.send(call)
        except ProviderError as error:
            problem = type(error).__name__
            log.warning(f"{self.name}.not_sent", order=order.pk, tries=order.tries, problem=problem)
            is_refused = isinstance(error, Refused) and error.status not in OF_THE_ACCOUNT
            if is_refused or now > order.asked_at + self.retried_for:
                return self._end(order, problem=f"it was not accepted: {problem}")
            _ours(order).update(try_at=now + RETRY_WAITS[min(order.tries, len(RETRY_WAITS)) - 1])
            return SendResult.DELAYED
        _ours(order).update(sent_at=now, try_at=None)
        log.info(f"{self.name}.sent", order=order.pk)
        return SendResult.SETTLED

    def _end(self, order: Order, *, problem: str) -> SendResult:
        _ours(order).update(problem=problem, try_at=None)
        log.error(f"{self.name}.given_up", order=order.pk, problem=problem)
        return SendResult.SETTLED


def _ours(order: Order) -> QuerySet[Order]:
    """Return the row unless a later claim or a newer request replaced it."""
    rows = type(order)._default_manager
    return rows.filter(pk=order.pk, tries=order.tries, asked_at=order.asked_at)


def link_letter(
    publication: Publication,
    words: Translation,
    *,
    phrases: SignUpPhrases,
    subject: str,
    heading: str,
    opening: str,
    link: str,
    until: datetime,
    already: bool = False,
) -> Letter:
    """Render an email with a link that works until then, in the brand of its publication."""
    local = until.astimezone(zone(publication.time_zone))
    context = {
        "brand": brand_view.brand_of(publication, pictures=settings.PICTURES_URL),
        "language": words.language,
        "direction": words.direction,
        "subject": subject,
        "preheader": opening.format(publication=publication.name),
        "phrases": phrases,
        "colon": words.colon,
        "heading": heading,
        "already": already,
        "link": link,
        "until": LinkEnd(
            locale_formats.long_date(local.date(), words.language),
            locale_formats.short_time(local.time(), words.language),
            locale_formats.zone_name(local),
        ),
        "sender": publication.sender_email,
        "postal_address": publication.postal_address,
    }
    rendered = render_templates.render(settings.EMAIL_TEMPLATES / "confirmation", context)
    return replace(rendered, html=inline_css(rendered.html))
