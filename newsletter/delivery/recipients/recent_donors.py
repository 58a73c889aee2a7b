"""Recent donors get the letter variant that thanks them instead of the one with the appeal.

When a dispatch opens, readers with a recent gift are frozen into batches of the thank-you letter. A gift may be
recorded after that. So when a batch is claimed, and again just before its call, its readers are looked up among the
gifts recorded since. Donors move from the batch with the appeal to a new thank-you batch in one commit: each reader
is in exactly one batch of the dispatch at any moment. No reader moves the other way. A worker that is lost before
that commit leaves the claim to its lease, and the next claim looks again.

A batch that the provider already has cannot be changed: a later gift counts from the next edition on.
"""

from array import array
from collections.abc import Sequence
from datetime import datetime, time, timedelta

import structlog
from django.db import connection, transaction
from django.db.models import Max

from newsletter.audience.reachable_subscribers import SqlCondition
from newsletter.delivery.ledger.packed_ids import pack
from newsletter.delivery.models import Batch, BatchQuerySet, Dispatch
from newsletter.delivery.recipients.batch_recipients import ClaimedBatch
from newsletter.delivery.states import BatchState
from newsletter.editions.models import Edition, FrozenLetter, Variant
from newsletter.giving import gift_records
from newsletter.lib.sql import fetch_all
from newsletter.publications.schedule import local_to_utc

MARGIN = timedelta(minutes=10)  # a gift may be recorded by a transaction that began before the opening
log = structlog.get_logger()

# A condition on `reader`, evaluated for each candidate, and only if there are recent gifts
GAVE = """EXISTS (SELECT 1 FROM giving_gift AS gift WHERE gift.email = reader.email AND gift.given_at >= %s
    AND (gift.publication_id IS NULL OR gift.publication_id = %s))"""
# Starts from the gifts, because they are few; like all queries on the audience it has both bounds
LATE_DONORS = """
    SELECT DISTINCT reader.id FROM giving_gift AS gift JOIN audience_subscriber AS reader ON reader.email = gift.email
    WHERE gift.recorded_at >= %s AND gift.given_at >= %s AND (gift.publication_id IS NULL OR gift.publication_id = %s)
      AND reader.id BETWEEN %s AND %s
"""


def thank_gifts_since(edition: Edition) -> datetime | None:
    """Return from when on gifts earn a thank-you in this edition; None if it has no thank-you letter.

    The days are whole days in the publication's time zone, so that all of a day's gifts count whatever their hour.
    """
    days = edition.letters.filter(variant=Variant.THANKS).values_list("gave_within", flat=True).first()
    return local_to_utc(edition.day - timedelta(days=days), time(), edition.publication.time_zone) if days else None


def recent_donor_condition(dispatch: Dispatch, publication_id: int) -> SqlCondition | None:
    """Return the SQL condition for recent donors; None if there are no recent gifts, which saves the lookup."""
    if dispatch.thank_gifts_since is None or not gift_records.any_gift_since(since=dispatch.thank_gifts_since):
        return None
    return SqlCondition(GAVE, (connection.ops.adapt_datetimefield_value(dispatch.thank_gifts_since), publication_id))


def move_late_donors(claimed: Sequence[ClaimedBatch]) -> list[ClaimedBatch]:
    """Move readers who donated since the freeze out of just claimed batches, and return the batches without them.

    One query for all batches if there are no new gifts, none if the dispatch thanks nobody. A batch that cannot be
    changed now becomes pending again and is not returned: while its dispatch opens, or another worker assigns batch
    numbers in it. A batch whose claim was lost meanwhile is not returned either.
    """
    opened = [batch.opened_at for batch in claimed if batch.thank_gifts_since]
    if not opened or not gift_records.any_recorded(since=min(opened) - MARGIN):
        return list(claimed)
    return [remaining for batch in claimed if (remaining := _without_donors(batch)) is not None]


def find_late_donors(batch: ClaimedBatch) -> set[int]:
    """Return the readers of a batch with the appeal who donated since the opening. One query if there are no gifts."""
    if batch.thank_gifts_since is None or not gift_records.any_recorded(since=batch.opened_at - MARGIN):
        return set()
    donors = _donors_in(batch, batch.thank_gifts_since)
    return donors if donors and batch.letter_id != _thanks_letter_id(batch) else set()


def _without_donors(batch: ClaimedBatch) -> ClaimedBatch | None:
    donors = find_late_donors(batch)
    if not donors:
        return batch
    with transaction.atomic():
        ours = Batch.objects.filter(pk=batch.pk, fence=batch.fence, state=BatchState.CLAIMED)
        locked = ours.select_for_update().only("due_at", "split_from_id").first()
        return _move_donors(batch, donors, ours=ours, locked=locked) if locked else None


def _move_donors(batch: ClaimedBatch, donors: set[int], *, ours: BatchQuerySet, locked: Batch) -> ClaimedBatch | None:
    letter = _thanks_letter_id(batch)
    others = [subscriber for subscriber in batch.subscribers if subscriber not in donors]
    if not others:
        ours.update(letter=letter)
        return batch._replace(letter_id=letter)
    # skip a locked dispatch, because the holder of its lock may be waiting for this batch
    free = Dispatch.objects.select_for_update(skip_locked=True).filter(pk=batch.dispatch_id, frozen_up_to_id=None)
    if free.first() is None:
        ours.update(state=BatchState.PENDING, lease_until=None)  # enqueued again when the last task is old
        return None
    number = Batch.objects.filter(dispatch=batch.dispatch_id).aggregate(highest=Max("number"))["highest"] + 1
    Batch.objects.create(
        dispatch_id=batch.dispatch_id,
        number=number,
        letter_id=letter,
        subscribers=pack(array("q", sorted(donors))),
        count=len(donors),
        due_at=locked.due_at,
        split_from_id=locked.split_from_id,  # a later refusal is judged by it
    )
    ours.update(subscribers=pack(array("q", others)), count=len(others))
    log.info("batch.donors_spared", batch=batch.pk, number=number, readers=len(donors))
    return batch._replace(subscribers=others)


def _thanks_letter_id(batch: ClaimedBatch) -> int:
    return FrozenLetter.objects.values_list("pk", flat=True).get(edition=batch.edition_id, variant=Variant.THANKS)


def _donors_in(batch: ClaimedBatch, thank_gifts_since: datetime) -> set[int]:
    """Return recent donors in the batch by the gifts recorded since the dispatch opened."""
    moment = connection.ops.adapt_datetimefield_value
    times = [moment(batch.opened_at - MARGIN), moment(thank_gifts_since)]
    bounds = [batch.subscribers[0], batch.subscribers[-1]]
    rows = fetch_all(LATE_DONORS, [*times, batch.publication_id, *bounds])
    return {row[0] for row in rows}.intersection(batch.subscribers)
