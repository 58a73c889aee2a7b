"""Split a refused batch to isolate the readers that caused the refusal, so that the other readers get the letter.

A refused call sent nothing to anybody, so its readers may go into smaller batches. Each reader whom the provider
named gets a batch of one; the others share one batch (or two, when they come from a split already). If the provider
named nobody, the batch is halved. One commit marks the old batch as `split` and creates the new ones, so that every
reader is in exactly one batch that may be sent. A batch of one that is refused stays refused, with the provider's
reason.

A letter that is itself refused must not be split: unless the provider named a reader, the dispatch needs an accepted
call first, and `reason_to_pause` decides when the dispatch has to pause before more is attempted.
"""

from array import array
from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Max, Q, QuerySet, Sum

from newsletter.delivery.ledger.packed_ids import pack, unpack
from newsletter.delivery.models import Attempt, Batch, Dispatch
from newsletter.delivery.states import AttemptStatus, BatchState, DispatchState

CONTENT_STATUSES = (400, 413)  # HTTP statuses that refuse a call for its content
MIN_TRIED = 200  # readers; a share of fewer says little
NAMED_IN_A_ROW = 4  # times DISPATCH_REFUSALS: consecutive refused calls although each named a reader

# A call to one reader that was refused for that very reader
ALONE = Q(status=AttemptStatus.REFUSED, http_status__in=CONTENT_STATUSES, batch__submitted=1)
OWN_FAULT = ALONE & (Q(batch__split_from__isnull=False) | Q(rejected_positions__isnull=False))


def split_ids(ids: Sequence[int], rejected_positions: Sequence[int], *, again: bool) -> list[list[int]]:
    """Return the readers of a refused call in smaller groups. Pure. `rejected_positions` are indexes in `ids`.

    `again`: the readers come from a split already. The rest is then halved as well, because a provider that names one
    reader a time would otherwise get one call for each bad address in the batch.
    """
    named = {position for position in rejected_positions if position < len(ids)}
    rest = [subscriber for position, subscriber in enumerate(ids) if position not in named]
    alone = [[ids[position]] for position in sorted(named)]
    middle = (len(rest) + 1) // 2
    halves = [rest[:middle], rest[middle:]] if again or not named else [rest]
    return [group for group in [*halves, *alone] if group]


def split(batch_id: int) -> int:
    """Split one refused batch and return the number of new batches; 0 when it must not be split, or not now."""
    with transaction.atomic():
        dispatch = Dispatch.objects.select_for_update(of=("self",)).get(batches=batch_id)
        # a dispatch that is still opening assigns batch numbers too: then the batch is split later
        if dispatch.state not in (DispatchState.OPEN, DispatchState.ATTENTION) or dispatch.frozen_up_to_id is not None:
            return 0
        batch = Batch.objects.select_for_update().filter(_is_splittable(dispatch), pk=batch_id).first()
        last = Attempt.objects.filter(batch=batch_id).order_by("-ordinal").first()
        if (
            batch is None
            or last is None
            or last.status != AttemptStatus.REFUSED
            or last.http_status not in CONTENT_STATUSES
        ):
            return 0
        if not last.rejected_positions and not accepted(dispatch).exists():
            return 0
        gone = {reader for readers in batch.left_out.values() for reader in readers}
        ids = [reader for reader in unpack(batch.subscribers) if reader not in gone]
        groups = split_ids(ids, last.rejected_positions or (), again=batch.split_from_id is not None)
        number = dispatch.batches.aggregate(highest=Max("number"))["highest"]
        Batch.objects.filter(pk=batch.pk).update(state=BatchState.SPLIT, lease_until=None)
        Batch.objects.bulk_create(
            Batch(
                dispatch=dispatch,
                number=number + offset,
                letter_id=batch.letter_id,
                split_from=batch,
                subscribers=pack(array("q", group)),
                count=len(group),
                due_at=batch.due_at,
            )
            for offset, group in enumerate(groups, start=1)
        )
    return len(groups)


def split_all(dispatch: Dispatch) -> int:
    """Split all refused batches that can be, also those of lost workers. Return the number of new batches."""
    waiting = dispatch.batches.filter(_is_splittable(dispatch)).order_by("number")
    return sum(split(pk) for pk in waiting.values_list("pk", flat=True))


def reason_to_pause(dispatch: Dispatch, last: Attempt) -> str:
    """Return in a sentence why the dispatch should pause after this refused attempt; empty when it may continue.

    Only attempts since a person last resumed it count.
    """
    calls = Attempt.objects.filter(batch__dispatch=dispatch, pk__gt=dispatch.refusals_counted_from)
    refused = calls.filter(status=AttemptStatus.REFUSED).exclude(OWN_FAULT)
    whole = refused.filter(batch__state=BatchState.REFUSED).exclude(http_status__in=CONTENT_STATUSES).count()
    latest = accepted(dispatch).aggregate(latest=Max("pk"))["latest"] or 0
    row = refused.filter(pk__gt=latest).aggregate(
        all=Count("pk"), unnamed=Count("pk", filter=Q(rejected_positions__isnull=True))
    )
    limit = settings.DISPATCH_REFUSALS
    if max(whole, row["unnamed"]) >= limit or row["all"] >= NAMED_IN_A_ROW * limit:
        refusals = max(whole, row["all"])
        return f"The provider refused {refusals} {'batch' if refusals == 1 else 'batches'}."
    known = calls.aggregate(
        accepted=Sum("batch__submitted", filter=Q(status=AttemptStatus.ACCEPTED)), own=Count("pk", filter=OWN_FAULT)
    )
    named, tried = known["own"], (known["accepted"] or 0) + known["own"]
    if last.rejected_positions and last.batch.submitted > 1:
        named, tried = named + len(last.rejected_positions), tried + last.batch.submitted
    if tried >= MIN_TRIED and named > settings.DISPATCH_REFUSED_SHARE * tried:
        return f"The provider refused {named:,} of {tried:,} readers tried ({named / tried:.0%})."
    return ""


def accepted(dispatch: Dispatch) -> QuerySet[Attempt]:
    """Return the attempts of this dispatch that the provider accepted."""
    return Attempt.objects.filter(batch__dispatch=dispatch, status=AttemptStatus.ACCEPTED)


def count_single_refusals(dispatch: Dispatch) -> QuerySet[Batch]:
    """Return batches of one reader who was refused for their own address or values.

    When the provider named nobody, this needs an accepted call to other readers.
    """
    is_own = ALONE if accepted(dispatch).exists() else OWN_FAULT
    of_own = Attempt.objects.filter(is_own, batch__dispatch=dispatch)
    return dispatch.batches.filter(state=BatchState.REFUSED, submitted=1, pk__in=of_own.values("batch"))


def _is_splittable(dispatch: Dispatch) -> Q:
    return Q(dispatch=dispatch, state=BatchState.REFUSED, submitted__gt=1)
