"""A reader who gave lately is thanked and not asked, by a letter of its own: when that is found out.

When a dispatch opens, readers with a fresh gift are frozen into batches of the letter that thanks. A gift may
be told of after that. So when a batch is claimed, and once more when its call is about to begin, its readers
are looked up among the gifts recorded since. Whoever is found goes from the batch that asks into a new one
that thanks, in one commit: at every moment each reader stands in one batch of the dispatch. Nobody goes the
other way. A worker that is lost before that commit leaves the claim to its lease, and the next one looks again.

What is with the provider already cannot be changed: a gift that comes later is heard of by the next edition.
"""

from array import array
from collections.abc import Sequence
from datetime import datetime, time, timedelta

import structlog
from django.db import connection, transaction
from django.db.models import Max

from newsletter.audience.reachable_subscribers import SqlCondition
from newsletter.delivery.ledger.packed_ids import pack
from newsletter.delivery.models import Batch, BatchQuerySet, BatchState, Dispatch
from newsletter.delivery.recipients.batch_recipients import ClaimedBatch
from newsletter.editions.models import Edition, FrozenLetter, Variant
from newsletter.giving import gift_records
from newsletter.lib.sql import fetch_all
from newsletter.publications.schedule import local_to_utc

MARGIN = timedelta(minutes=10)  # a gift may be recorded by a transaction that began before the opening
log = structlog.get_logger()

# Of a `reader`: asked of each candidate, and only when anybody gave at all
GAVE = """EXISTS (SELECT 1 FROM giving_gift AS gift WHERE gift.email = reader.email AND gift.given_at >= %s
    AND (gift.publication_id IS NULL OR gift.publication_id = %s))"""
# Begins at the gifts, because they are few; bounded on both sides as all that reads the audience is
LATE_DONORS = """
    SELECT DISTINCT reader.id FROM giving_gift AS gift JOIN audience_subscriber AS reader ON reader.email = gift.email
    WHERE gift.recorded_at >= %s AND gift.given_at >= %s AND (gift.publication_id IS NULL OR gift.publication_id = %s)
      AND reader.id BETWEEN %s AND %s
"""


def thank_gifts_since(edition: Edition) -> datetime | None:
    """Readers of an edition who gave since then are thanked; None when its frozen letters thank nobody.

    Days are whole ones of the publication's clock, so that yesterday's gifts all count, whatever their hour.
    """
    days = edition.letters.filter(variant=Variant.THANKS).values_list("gave_within", flat=True).first()
    return local_to_utc(edition.day - timedelta(days=days), time(), edition.publication.time_zone) if days else None


def recent_donor_condition(dispatch: Dispatch, publication_id: int) -> SqlCondition | None:
    """How a candidate who gave lately is known; None when nobody did, so that nothing more is asked of anybody."""
    if dispatch.thank_gifts_since is None or not gift_records.any_gift_since(since=dispatch.thank_gifts_since):
        return None
    return SqlCondition(GAVE, (connection.ops.adapt_datetimefield_value(dispatch.thank_gifts_since), publication_id))


def move_late_donors(claimed: Sequence[ClaimedBatch]) -> list[ClaimedBatch]:
    """Batches that were just claimed, without the readers who gave since they were frozen.

    One query for all of them as long as nobody gave, and none where nobody is thanked. A batch that cannot be
    parted at this moment is pending again and not in the answer: while its dispatch opens, and while somebody
    else gives out numbers in it. Neither is one whose claim was lost meanwhile.
    """
    opened = [batch.opened_at for batch in claimed if batch.thank_gifts_since]
    if not opened or not gift_records.any_recorded(since=min(opened) - MARGIN):
        return list(claimed)
    return [left for batch in claimed if (left := _spared(batch)) is not None]


def find_late_donors(batch: ClaimedBatch) -> set[int]:
    """Readers of a batch that asks who gave since its dispatch opened. One query, as long as nobody gave at all."""
    if batch.thank_gifts_since is None or not gift_records.any_recorded(since=batch.opened_at - MARGIN):
        return set()
    givers = _found(batch, batch.thank_gifts_since)
    return givers if givers and batch.letter_id != _letter_that_thanks(batch) else set()


def _spared(batch: ClaimedBatch) -> ClaimedBatch | None:
    givers = find_late_donors(batch)
    if not givers:
        return batch
    with transaction.atomic():
        ours = Batch.objects.filter(pk=batch.pk, fence=batch.fence, state=BatchState.CLAIMED)
        locked = ours.select_for_update().only("due_at", "split_from_id").first()
        return _parted(batch, givers, ours=ours, locked=locked) if locked else None


def _parted(batch: ClaimedBatch, givers: set[int], *, ours: BatchQuerySet, locked: Batch) -> ClaimedBatch | None:
    letter = _letter_that_thanks(batch)
    asked = [one for one in batch.subscribers if one not in givers]
    if not asked:
        ours.update(letter=letter)
        return batch._replace(letter_id=letter)
    # passed over and not waited for: whoever has it may be waiting for a batch
    free = Dispatch.objects.select_for_update(skip_locked=True).filter(pk=batch.dispatch_id, frozen_up_to_id=None)
    if free.first() is None:
        ours.update(state=BatchState.PENDING, lease_until=None)  # rung for again when the last bell is old
        return None
    number = Batch.objects.filter(dispatch=batch.dispatch_id).aggregate(highest=Max("number"))["highest"] + 1
    Batch.objects.create(
        dispatch_id=batch.dispatch_id,
        number=number,
        letter_id=letter,
        subscribers=pack(array("q", sorted(givers))),
        count=len(givers),
        due_at=locked.due_at,
        split_from_id=locked.split_from_id,  # what they were refused for before is told apart by it
    )
    ours.update(subscribers=pack(array("q", asked)), count=len(asked))
    log.info("batch.donors_spared", batch=batch.pk, number=number, readers=len(givers))
    return batch._replace(subscribers=asked)


def _letter_that_thanks(batch: ClaimedBatch) -> int:
    return FrozenLetter.objects.values_list("pk", flat=True).get(edition=batch.edition_id, variant=Variant.THANKS)


def _found(batch: ClaimedBatch, thank_gifts_since: datetime) -> set[int]:
    """Who of the batch gave lately, by what was recorded since its dispatch opened."""
    moment = connection.ops.adapt_datetimefield_value
    times = [moment(batch.opened_at - MARGIN), moment(thank_gifts_since)]
    bounds = [batch.subscribers[0], batch.subscribers[-1]]
    rows = fetch_all(LATE_DONORS, [*times, batch.publication_id, *bounds])
    return {row[0] for row in rows}.intersection(batch.subscribers)
