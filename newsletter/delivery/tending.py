"""Looking after groups that are submitted ahead: their ids, their cancels, and what follows from them.

Rows say what is to be done; each step may be taken twice and by two workers at once. A call to the
provider is made outside of any transaction, and what it said is written down by a conditional
update. A worker that is lost between the two loses nothing: the call is made again.

    open        an id is minted; batches are woken; an uncertain one has the group cancelled in time
    cancelling  the cancel is asked for and then looked at, again and again until it is seen or too late
    cancelled   its batches are taken back: submitted anew in a new group, or left when it is their time
    left, doubtful    the time has come and no cancel was seen in time
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, Max, Min, OuterRef, Q, Sum

from newsletter.delivery import ahead
from newsletter.delivery.models import (
    Attempt,
    Batch,
    BatchState,
    Dispatch,
    DispatchState,
    Fate,
    Group,
    GroupState,
)
from newsletter.mail.errors import DispatchError
from newsletter.mail.sendgrid.batches import Batches, Status

Clock = Callable[[], datetime]
TENDING = timedelta(seconds=30)  # a worker lost over it is replaced after that
AGAIN = timedelta(seconds=3)  # after a call that failed
FREE_AFTER = timedelta(hours=1)  # past its time a cancelled group's letters are gone, and its status may go
log = structlog.get_logger()


def due(*, now: datetime) -> list[int]:
    """Ids of groups with which there is something to do at this moment."""
    batches = Batch.objects.filter(group=OuterRef("pk"))
    asleep = Exists(batches.filter(state=BatchState.PENDING, fence=0, due_at=OuterRef("send_at")))
    uncertain = Exists(batches.filter(state=BatchState.UNCERTAIN))
    out = Exists(batches.filter(state__in=[BatchState.ACCEPTED, BatchState.UNCERTAIN]))
    has_come = Q(send_at__lte=now)
    to_mint = Q(provider_batch="", dispatch__state=DispatchState.OPEN, send_at__gt=now)
    is_open = Q(state=GroupState.OPEN) & (has_come | to_mint | asleep | uncertain)
    cancelled = Q(state=GroupState.CANCELLED) & Q(place__isnull=False) & out
    to_free = Q(place__isnull=False, send_at__lte=now - FREE_AFTER) & ~Q(state__in=["open", "cancelling"])
    nobody = Q(lease_until=None) | Q(lease_until__lt=now)
    found = Group.objects.filter(nobody, is_open | Q(state=GroupState.CANCELLING) | cancelled | to_free)
    return list(found.order_by("send_at", "pk").values_list("pk", flat=True))


def tend(group_id: int, *, provider: Batches, clock: Clock) -> None:
    """Take the next step with one group."""
    now = clock()
    nobody = Q(lease_until=None) | Q(lease_until__lt=now)
    if not Group.objects.filter(nobody, pk=group_id).update(lease_until=now + TENDING):
        return
    try:
        _step(Group.objects.select_related("dispatch").get(pk=group_id), provider, clock)
    except DispatchError as error:
        log.warning("group.not_answered", group=group_id, problem=error.detail)
        Group.objects.filter(pk=group_id).update(lease_until=clock() + AGAIN)
    else:
        Group.objects.filter(pk=group_id).update(lease_until=None)


def _step(group: Group, provider: Batches, clock: Clock) -> None:
    now = clock()
    match group.state:
        case GroupState.OPEN if now >= group.send_at:
            _end(group, GroupState.LEFT, now=now)
        case GroupState.OPEN if why := _reason_to_cancel(group, now=now):
            Group.objects.filter(pk=group.pk, state=GroupState.OPEN).update(state=GroupState.CANCELLING, why=why)
            log.warning("group.cancelling", group=group.pk, why=why)
        case GroupState.OPEN:
            _let_submit(group, provider, clock)
        case GroupState.CANCELLING:
            _cancel(group, provider, clock)
        case GroupState.CANCELLED if now < group.send_at + FREE_AFTER:
            take_back(group.pk, now=now)
        case _ if group.place and now >= group.send_at + FREE_AFTER:
            _free(group, provider)


def _reason_to_cancel(group: Group, *, now: datetime) -> str:
    """Why this open group must be cancelled now; empty when evidence is still waited for, or it is too late."""
    if not group.provider_batch or now >= ahead.last_ask(group.send_at):
        return ""
    doubts = Attempt.objects.filter(batch__group=group, group=group, fate=Fate.UNCERTAIN)
    doubts = doubts.filter(batch__state=BatchState.UNCERTAIN, fence=F("batch__fence"))
    found = doubts.aggregate(number=Min("batch__number"), since=Min("ended_at"))
    if found["since"] is None:
        return ""
    if now < group.send_at - ahead.DECIDE and now < found["since"] + ahead.EVIDENCE:
        return ""
    return f"Nobody knows whether the provider took batch {found['number']}."


def _let_submit(group: Group, provider: Batches, clock: Clock) -> None:
    """Mint the group's id when it has none, then wake its batches; or not, while too many cancels stand."""
    now = clock()
    if now >= ahead.last_submit(group.send_at) or group.dispatch.state != DispatchState.OPEN:
        return
    if Group.objects.filter(asked_at__isnull=False, place__isnull=False).count() >= ahead.MOST_HELD:
        sleeping = Batch.objects.filter(group=group, state=BatchState.PENDING, due_at__lt=group.send_at)
        sleeping.update(due_at=group.send_at)
        return
    asleep = Batch.objects.filter(group=group, state=BatchState.PENDING, due_at=group.send_at)
    if group.provider_batch:
        asleep.filter(fence=0).update(due_at=now)  # frozen after the id was minted
        return
    if not group.place and not _take_place(group):
        return
    minted = provider.mint()
    now = clock()
    with transaction.atomic():
        ours = Group.objects.filter(pk=group.pk, state=GroupState.OPEN, provider_batch="")
        if ours.update(provider_batch=minted, minted_at=now):
            asleep.update(due_at=now)


def _take_place(group: Group) -> bool:
    """One of the ten places, ours alone: the database keeps a place from being taken twice."""
    most = ahead.PLACES if group.instead_of_id else ahead.FIRST_PLACES
    taken = set(Group.objects.filter(place__isnull=False).values_list("place", flat=True))
    for place in range(1, most + 1):
        if place in taken:
            continue
        try:
            with transaction.atomic():
                return bool(Group.objects.filter(pk=group.pk, place=None, state=GroupState.OPEN).update(place=place))
        except IntegrityError:
            continue  # another group was quicker
    return False


def _cancel(group: Group, provider: Batches, clock: Clock) -> None:
    """Ask for the cancel while it can hold, and look whether it stands. After the cut only the outcome is awaited.

    What stands at the cut was asked for in time. What is seen to stand only later may have come too
    late, and what is not there then did not come at all; both are judged once the time has come,
    when nothing can change them any more.
    """
    now = clock()
    if ahead.last_ask(group.send_at) <= now < group.send_at and now >= group.send_at - ahead.CUT:
        return
    if now < ahead.last_ask(group.send_at):
        Group.objects.filter(pk=group.pk, asked_at=None).update(asked_at=now)
        try:
            provider.cancel(group.provider_batch)
        except DispatchError as error:  # it may have come through all the same: that is looked at
            log.warning("group.cancel_not_answered", group=group.pk, problem=error.detail)
    said = provider.status(group.provider_batch)
    seen_at = clock()
    stands = said == Status.CANCELLED
    if stands and seen_at < group.send_at - ahead.CUT:
        _end(group, GroupState.CANCELLED, now=seen_at)
        take_back(group.pk, now=seen_at)
    elif now >= group.send_at:
        _end(group, GroupState.DOUBTFUL if said != Status.NONE else GroupState.LEFT, now=seen_at)
    elif not stands:
        Group.objects.filter(pk=group.pk).update(lease_until=seen_at + AGAIN)


def _end(group: Group, to: GroupState, *, now: datetime) -> None:
    """Write down how it ended. One that left gives its place back: no cancel of it stands."""
    with transaction.atomic():
        ours = Group.objects.filter(pk=group.pk, state=group.state)
        changed = ours.update(state=to, ended_at=now, **({"place": None} if to == GroupState.LEFT else {}))
        if changed and to == GroupState.DOUBTFUL:
            _doubt(group)
    if changed:
        log.info("group.ended", group=group.pk, was=group.state, state=to.value)


def _doubt(group: Group) -> None:
    """A cancel stood at its time, and perhaps it came in time: nobody knows whether these letters left."""
    Attempt.objects.filter(batch__group=group, group=group, fate=Fate.ACCEPTED).update(
        fate=Fate.UNCERTAIN, detail="Its group was cancelled, perhaps too late.", settled_by=""
    )
    Batch.objects.filter(group=group, state=BatchState.ACCEPTED).update(state=BatchState.UNCERTAIN)


def take_back(group_id: int, *, now: datetime) -> int:
    """Offer what was submitted under a cancelled group anew; the number of batches.

    In a new group when there is time for it, else when it is due. Of a stopped dispatch nothing is
    offered. A call under way when the group was cancelled is taken back when it ends.
    """
    with transaction.atomic():
        group = Group.objects.select_for_update().get(pk=group_id)
        if group.state != GroupState.CANCELLED:
            return 0
        dispatch = Dispatch.objects.get(pk=group.dispatch_id)
        out = Batch.objects.filter(group=group, state__in=[BatchState.ACCEPTED, BatchState.UNCERTAIN])
        held = list(out.select_for_update().values_list("pk", flat=True))
        if not held:
            return 0
        calls = Attempt.objects.filter(batch__in=held, group=group, fate__in=[Fate.ACCEPTED, Fate.UNCERTAIN])
        calls.filter(settled_by="").update(settled_by=f"cancelled with group {group.number}")
        calls.update(fate=Fate.CANCELLED)
        readers = out.aggregate(all=Sum("submitted"))["all"]
        ours = Batch.objects.filter(pk__in=held)
        # a higher fence, so that no late answer or evidence about the cancelled call counts for the next one
        ours.update(
            state=BatchState.PENDING, fence=F("fence") + 1, lease_until=None, rung_at=None, due_at=group.send_at
        )
        if dispatch.state == DispatchState.STOPPED:
            Group.objects.filter(pk=group.pk).update(taken_back=F("taken_back") + readers)
        else:
            successor = _successor(group, now=now)
            Batch.objects.filter(group=group, state=BatchState.PENDING).update(group=successor, due_at=group.send_at)
            ours.update(group=successor)
    log.warning("group.taken_back", group=group.pk, batches=len(held), readers=readers)
    return len(held)


def _successor(group: Group, *, now: datetime) -> Group | None:
    """The group that makes this one good; None when there is no time for another."""
    if existing := Group.objects.filter(instead_of=group).first():
        return existing
    if now >= ahead.last_submit(group.send_at):
        return None
    latest = Group.objects.filter(dispatch=group.dispatch_id).aggregate(at=Max("number"))["at"]
    return Group.objects.create(
        dispatch_id=group.dispatch_id, number=latest + 1, instead_of=group, send_at=group.send_at
    )


def _free(group: Group, provider: Batches) -> None:
    """Give the place back, long after the letters are gone. Before their time this would bring them back to life."""
    if group.provider_batch:
        provider.free(group.provider_batch)
    Group.objects.filter(pk=group.pk).update(place=None)
