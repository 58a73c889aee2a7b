"""The recipients of a batch at the moment of its call, and the payload sent to them.

The ids in a batch were frozen when the dispatch opened; each is looked up again here. A reader may have become
unreachable (suppressed, unsubscribed, paused); no reader is added.
"""

from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings

from newsletter.audience import reachable_subscribers
from newsletter.audience.reachable_subscribers import Reachable
from newsletter.delivery.ledger import installation
from newsletter.delivery.models import Attempt
from newsletter.delivery.recipients import reader_links
from newsletter.editions.models import FrozenLetter
from newsletter.mail import email_headers
from newsletter.mail.message import Letter, Sender
from newsletter.mail.sendgrid.mail_send_payload import Payload


class ClaimedBatch(NamedTuple):
    """A claimed batch with the values needed to send it; no model objects, because there are many."""

    pk: int
    fence: int
    subscribers: list[int]
    letter_id: int
    dispatch_id: int
    edition_id: int
    made_from: str
    publication_id: int
    publication: str
    slug: str
    day: date
    leaves_at: datetime | None
    is_paced: bool
    opened_at: datetime
    thank_gifts_since: datetime | None


class BatchRecipients(NamedTuple):
    """The reachable readers with their tokens, and by reason the ids of readers who became unreachable."""

    readers: list[Reachable]
    tokens: list[str]
    left_out: dict[str, list[int]]


def resolve_recipients(batch: ClaimedBatch) -> BatchRecipients:
    """Look up who of a batch is reachable now."""
    found = reachable_subscribers.reachable(batch.publication_id, batch.subscribers, day=batch.day)
    left_out: dict[str, list[int]] = {}
    if len(found) < len(batch.subscribers):
        gone = set(batch.subscribers) - {reader[0] for reader in found}
        for subscriber, reason in sorted(
            reachable_subscribers.unreachable_reasons(batch.publication_id, sorted(gone)).items()
        ):
            left_out.setdefault(reason, []).append(subscriber)
    return BatchRecipients(
        found, reader_links.tokens([reader[0] for reader in found], edition_id=batch.edition_id), left_out
    )


def payload(batch: ClaimedBatch) -> Payload:
    """Return what all readers of this batch's letter share; built once a process for each letter."""
    return _payload(batch.letter_id, batch.made_from, batch.publication, batch.slug)


@lru_cache(maxsize=8)
def _payload(letter_id: int, made_from: str, name: str, slug: str) -> Payload:  # noqa: ARG001 — it keeps a letter from being taken for another of the same id
    frozen = FrozenLetter.objects.get(pk=letter_id)
    domain = frozen.sender_email.partition("@")[2]
    return Payload(
        Letter(frozen.subject, frozen.text, frozen.html),
        Sender(frozen.sender_name, frozen.sender_email, frozen.reply_to),
        fallback_name=frozen.fallback_name,
        unsubscribe=f"{settings.BASE_URL}/u/",
        unsubscribe_mailbox=settings.UNSUBSCRIBE_MAILBOX,
        list_id=email_headers.list_id_header(name, f"{slug}.{domain}"),
        feedback_id=f"{frozen.edition_id}:{slug}:newsletter:{settings.FEEDBACK_ID}" if settings.FEEDBACK_ID else "",
        message_ids=(f"edition-{frozen.edition_id}-reader-", f"@{domain}") if settings.OWN_MESSAGE_IDS else None,
        click_tracking=frozen.click_tracking,
    )


def custom_args(attempt: Attempt, *, dispatch: int) -> dict[str, str]:
    """Return the ids that the provider gets with a call and returns in its events: opaque ids only."""
    args = {"nl_dispatch": str(dispatch), "nl_batch": str(attempt.batch_id), "nl_attempt": str(attempt.pk)}
    if installation_id := installation.cached_id():  # set, because every worker checks before it sends
        args["nl_installation"] = installation_id
    return args
