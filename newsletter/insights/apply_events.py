"""Apply events: suppress addresses, unsubscribe readers and settle uncertain attempts.

Every function can safely run twice on the same events, because a post may be processed twice.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Q

from newsletter.audience import subscriptions, suppressions
from newsletter.audience.models import Subscription, SubscriptionStatus, SuppressionReason
from newsletter.delivery.dispatches import settle_batch
from newsletter.delivery.ledger.packed_ids import unpack
from newsletter.delivery.models import Attempt
from newsletter.delivery.states import AttemptStatus
from newsletter.insights import reader_outcomes
from newsletter.insights.match_events import chunks
from newsletter.lib import address_locks
from newsletter.lib.errors import BadInput
from newsletter.mail.email_address import normalise_email
from newsletter.mail.sendgrid.event_webhook import BOUNCE_LIST, Event, EventType, SuppressionCause

REASONS = {
    SuppressionCause.DEAD: SuppressionReason.HARD_BOUNCE,
    SuppressionCause.SPAM: SuppressionReason.COMPLAINT,
    SuppressionCause.LISTED: SuppressionReason.PROVIDER,
}
BEFORE_LEAVING = frozenset({EventType.PROCESSED, EventType.DROPPED})  # also sent for letters that are cancelled later
SKEW = timedelta(minutes=5)  # the largest expected difference between the provider's clock and ours
log = structlog.get_logger()


def settle_uncertain_attempts(events: Sequence[Event], *, now: datetime) -> int:
    """Mark every uncertain attempt as accepted that one of `events` proves. Return how many there were."""
    rows = Attempt.objects.filter(settle_batch.awaiting_evidence()).select_related("batch", "group")
    settled = 0
    for attempt in (
        row for chunk in chunks(e.attempt for e in events if e.attempt) for row in rows.filter(pk__in=chunk)
    ):
        proof = next((event for event in events if event.attempt == attempt.pk and _is_proof(event, attempt)), None)
        if proof and attempt.status == AttemptStatus.CANCELLED:
            log.error("cancel.did_not_hold", attempt=attempt.pk, batch=attempt.batch_id)
        if proof and proof.message and not attempt.provider_id:
            # late events may contain this id and none of ours
            Attempt.objects.filter(pk=attempt.pk, provider_id="").update(provider_id=proof.message)
        if proof and settle_batch.settle_by_evidence(attempt.pk, evidence=f"event “{proof.kind}”", now=now):
            settled += 1
    return settled


def apply_suppressions(events: Iterable[Event], *, publications: Mapping[int, int]) -> None:
    """Suppress addresses and unsubscribe readers. `publications` maps dispatches to their publications.

    Events from before the reader last gave consent or had a suppression removed are ignored, as are events of erased
    readers.
    """
    events = list(dict.fromkeys(events))
    grave = [event for event in events if event.cause or event.kind == EventType.UNSUBSCRIBED]
    if not grave:
        return
    with transaction.atomic():
        address_locks.lock_to_store()  # who is being erased is erased before `since` is read
        since = suppressions.events_count_from(event.subscriber for event in grave if event.subscriber)
        news = [e for e in grave if e.subscriber in since and ((at := since[e.subscriber]) is None or e.at > at)]
        blocked = _blocked_readers(events)
        _suppress([e for e in news if e.cause and not (_is_on_bounce_list(e) and e.subscriber in blocked)])
    for event in news:
        if event.kind in (EventType.UNSUBSCRIBED, EventType.COMPLAINED):
            _unsubscribe(event, publications)


def _is_on_bounce_list(event: Event) -> bool:
    return event.kind == EventType.DROPPED and event.detail == BOUNCE_LIST


def _blocked_readers(events: Sequence[Event]) -> set[int]:
    """Return the readers of these events on the provider's bounce list whose mailbox once refused an email of ours.

    The provider also lists an address after a refusal for our own set-up, which says nothing about the reader. A reader
    whose mailbox does not exist has an event of its own.
    """
    listed = {event.subscriber for event in events if event.subscriber and _is_on_bounce_list(event)}
    if not listed:
        return set()
    here = {event.subscriber for event in events if event.subscriber and event.kind == EventType.BLOCKED}
    return (listed & here) | reader_outcomes.blocked_readers(listed)


def _is_proof(event: Event, attempt: Attempt) -> bool:
    """Return True if the event proves the attempt.

    Ids alone are not enough: a copy of this database may send through the same account, with the same ids.
    """
    return (
        event.batch == attempt.batch_id
        and event.dispatch == attempt.batch.dispatch_id
        and event.subscriber in unpack(attempt.batch.subscribers)
        and event.at > attempt.began_at - SKEW
        and (event.kind not in BEFORE_LEAVING or not settle_batch.needs_proof_of_delivery(attempt))
    )


def _suppress(events: Sequence[Event]) -> None:
    """Suppress all addresses in one statement: a provider that gives up on a domain reports thousands at once."""
    found: dict[str, tuple[str, str]] = {}
    for event in events:
        try:
            found.setdefault(normalise_email(event.email), (REASONS[event.cause].value, _detail(event)))
        except BadInput:
            log.warning("event.no_address", kind=event.kind.value, subscriber=event.subscriber)
    if found:
        suppressions.suppress_all(found)


def _detail(event: Event) -> str:
    about = f" ({event.detail})" if event.detail else ""
    where = f", dispatch {event.dispatch}" if event.dispatch else ""
    return f"event “{event.kind}”{about} of {event.at:%Y-%m-%d}{where}"


def _unsubscribe(event: Event, publications: Mapping[int, int]) -> None:
    """Unsubscribe the reader from the letter's publication, or from all publications if it is unknown.

    Consent that was given after the event stays.
    """
    rows = Subscription.objects.filter(Q(consent_at=None) | Q(consent_at__lt=event.at), subscriber=event.subscriber)
    rows = rows.exclude(status=SubscriptionStatus.UNSUBSCRIBED)
    if event.dispatch:
        rows = rows.filter(publication=publications[event.dispatch])
    by = "complaint" if event.kind == EventType.COMPLAINED else "provider"
    for subscription in rows:
        subscriptions.unsubscribe(
            subscriber_id=subscription.subscriber_id,
            publication_id=subscription.publication_id,
            by=by,
            now=event.at,
        )
