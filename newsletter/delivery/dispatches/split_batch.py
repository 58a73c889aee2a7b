"""A refused batch is split to find the readers it was refused for, so that one bad address does not cost the others.

A refused call queued nothing for anybody. So its readers may be put into smaller batches: those whom
the provider named each into one of their own, the others into one (or two, when they come from a
split already); without a name, two halves. In one commit the old batch becomes `split` and the
new ones exist, so nobody is in two batches that may be sent, and nobody in none. What is still refused
when it is alone in its call stays so, with the provider's reason.

A letter that is itself bad must not be split: without a name, something of the dispatch must have been
accepted, and `reason_to_pause` says when the dispatch has to pause before any more is tried.
"""

from array import array
from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Max, Q, QuerySet, Sum

from newsletter.delivery.ledger.packed_ids import pack, unpack
from newsletter.delivery.models import Attempt, AttemptStatus, Batch, BatchState, Dispatch, DispatchState

OF_READERS = (400, 413)  # the statuses with which a call is refused for what is in it
LEAST_TRIED = 200  # readers; of fewer a share says little
NAMED_IN_A_ROW = 4  # times DISPATCH_REFUSALS: calls refused one after the other although each named somebody

# A call to one reader that was refused for that very reader
ALONE = Q(fate=AttemptStatus.REFUSED, http_status__in=OF_READERS, batch__submitted=1)
OWN_FAULT = ALONE & (Q(batch__split_from__isnull=False) | Q(rejected_positions__isnull=False))


def split_ids(ids: Sequence[int], rejected_positions: Sequence[int], *, again: bool) -> list[list[int]]:
    """The readers of a refused call in smaller lots; `rejected_positions` are places in `ids`. Pure.

    `again` says that they come from a split already: a far end that names one reader a time would
    otherwise be asked once for each bad address in the batch.
    """
    named = {place for place in rejected_positions if place < len(ids)}
    rest = [one for place, one in enumerate(ids) if place not in named]
    alone = [[ids[place]] for place in sorted(named)]
    middle = (len(rest) + 1) // 2
    halves = [rest[:middle], rest[middle:]] if again or not named else [rest]
    return [lot for lot in [*halves, *alone] if lot]


def split(batch_id: int) -> int:
    """Split one refused batch; the number of batches made of it, 0 when it is not to be split (now)."""
    with transaction.atomic():
        dispatch = Dispatch.objects.select_for_update(of=("self",)).get(batches=batch_id)
        # while it opens, numbers are given out there as well: then it is split a little later
        if dispatch.state not in (DispatchState.OPEN, DispatchState.ATTENTION) or dispatch.frozen_up_to_id is not None:
            return 0
        batch = Batch.objects.select_for_update().filter(_in_question(dispatch), pk=batch_id).first()
        last = Attempt.objects.filter(batch=batch_id).order_by("-ordinal").first()
        if batch is None or last is None or last.fate != AttemptStatus.REFUSED or last.http_status not in OF_READERS:
            return 0
        if not last.rejected_positions and not accepted(dispatch).exists():
            return 0
        gone = {reader for those in batch.left_out.values() for reader in those}
        ids = [reader for reader in unpack(batch.subscribers) if reader not in gone]
        lots = split_ids(ids, last.rejected_positions or (), again=batch.split_from_id is not None)
        number = dispatch.batches.aggregate(highest=Max("number"))["highest"]
        Batch.objects.filter(pk=batch.pk).update(state=BatchState.SPLIT, lease_until=None)
        Batch.objects.bulk_create(
            Batch(
                dispatch=dispatch,
                number=number + place,
                letter_id=batch.letter_id,
                split_from=batch,
                subscribers=pack(array("q", lot)),
                count=len(lot),
                due_at=batch.due_at,
            )
            for place, lot in enumerate(lots, start=1)
        )
    return len(lots)


def split_all(dispatch: Dispatch) -> int:
    """Split what is refused and can be: also what a worker that was lost left behind. The number of new batches."""
    waiting = dispatch.batches.filter(_in_question(dispatch)).order_by("number")
    return sum(split(pk) for pk in waiting.values_list("pk", flat=True))


def reason_to_pause(dispatch: Dispatch, last: Attempt) -> str:
    """Why a dispatch should pause after this refused attempt, in a sentence; empty when it may go on.

    Only what came after a person resumed it counts.
    """
    calls = Attempt.objects.filter(batch__dispatch=dispatch, pk__gt=dispatch.refusals_counted_from)
    refused = calls.filter(fate=AttemptStatus.REFUSED).exclude(OWN_FAULT)
    whole = refused.filter(batch__state=BatchState.REFUSED).exclude(http_status__in=OF_READERS).count()
    latest = accepted(dispatch).aggregate(latest=Max("pk"))["latest"] or 0
    row = refused.filter(pk__gt=latest).aggregate(
        all=Count("pk"), unnamed=Count("pk", filter=Q(rejected_positions__isnull=True))
    )
    most = settings.DISPATCH_REFUSALS
    if max(whole, row["unnamed"]) >= most or row["all"] >= NAMED_IN_A_ROW * most:
        return f"The provider refused {max(whole, row['all'])} batch(es)."
    known = calls.aggregate(
        accepted=Sum("batch__submitted", filter=Q(fate=AttemptStatus.ACCEPTED)), own=Count("pk", filter=OWN_FAULT)
    )
    named, tried = known["own"], (known["accepted"] or 0) + known["own"]
    if last.rejected_positions and last.batch.submitted > 1:
        named, tried = named + len(last.rejected_positions), tried + last.batch.submitted
    if tried >= LEAST_TRIED and named > settings.DISPATCH_REFUSED_SHARE * tried:
        return f"The provider refused {named:,} of {tried:,} readers tried ({named / tried:.0%})."
    return ""


def accepted(dispatch: Dispatch) -> QuerySet[Attempt]:
    """Calls of it that the provider took."""
    return Attempt.objects.filter(batch__dispatch=dispatch, fate=AttemptStatus.ACCEPTED)


def count_single_refusals(dispatch: Dispatch) -> QuerySet[Batch]:
    """Batches of one reader who was refused for an address or values of their own.

    Without a name it is so when the provider accepted the letter for others.
    """
    is_own = ALONE if accepted(dispatch).exists() else OWN_FAULT
    of_own = Attempt.objects.filter(is_own, batch__dispatch=dispatch)
    return dispatch.batches.filter(state=BatchState.REFUSED, submitted=1, pk__in=of_own.values("batch"))


def _in_question(dispatch: Dispatch) -> Q:
    return Q(dispatch=dispatch, state=BatchState.REFUSED, submitted__gt=1)
