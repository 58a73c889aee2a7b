"""Looking after groups that are submitted ahead: their ids, their cancels, and what follows from them.

Rows say what is to be done; each step may be taken twice and by two workers at once. A call to the
provider is made outside of any transaction, and what it said is written down by a conditional
update. A worker that is lost between the two loses nothing: the call is made again.

    open        an id is minted; batches are woken; an uncertain call has the group cancelled in time
    cancelling  the cancel is asked for and then looked at, again and again until it is seen or too late
    cancelled   the batches of its calls are taken back: submitted anew under another group, or at their time
    left, doubtful    the time has come and no cancel was seen in time
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, Max, Min, OuterRef, Q
from django.db.models.functions import Coalesce

from newsletter.delivery.models import (
    OUT,
    Attempt,
    AttemptStatus,
    Batch,
    BatchState,
    Dispatch,
    DispatchState,
    ScheduledGroup,
    ScheduledGroupState,
)
from newsletter.delivery.scheduled import scheduled_sends
from newsletter.mail.provider_errors import ProviderError, RetryLater
from newsletter.mail.sendgrid.scheduled_send_api import ScheduledSendApi, Status

Clock = Callable[[], datetime]
TENDING = timedelta(seconds=30)  # a worker lost over it is replaced after that
SOONEST, LATEST = timedelta(seconds=3), timedelta(seconds=50)  # until a call that failed is made again
FREE_AFTER = timedelta(hours=1)  # past its time a cancelled group's letters are gone, and its status may go
log = structlog.get_logger()


def groups_due(*, now: datetime) -> list[int]:
    """Ids of groups with which there is something to do at this moment."""
    out = Attempt.objects.out().filter(group=OuterRef("pk"))
    to_submit = Q(provider_batch_id="") | Q(dispatch__in=scheduled_sends.asleep(now=now).values("dispatch"))
    to_submit &= Q(dispatch__state=DispatchState.OPEN, send_at__gt=now + scheduled_sends.margin())
    to_do = Q(send_at__lte=now) | Exists(out.filter(fate=AttemptStatus.UNCERTAIN))
    is_open = Q(state=ScheduledGroupState.OPEN) & (to_do if scheduled_sends.is_outage() else to_do | to_submit)
    cancelled = Q(state=ScheduledGroupState.CANCELLED, place__isnull=False) & Exists(out.exclude(fate=""))
    to_free = Q(place__isnull=False, send_at__lte=now - FREE_AFTER) & ~Q(state__in=["open", "cancelling"])
    nobody = Q(lease_until=None) | Q(lease_until__lt=now)
    found = ScheduledGroup.objects.filter(
        nobody, is_open | Q(state=ScheduledGroupState.CANCELLING) | cancelled | to_free
    )
    return list(found.order_by("send_at", "pk").values_list("pk", flat=True))


def advance_group(group_id: int, *, provider: ScheduledSendApi, clock: Clock) -> None:
    """Take the next step with one group."""
    now = clock()
    nobody = Q(lease_until=None) | Q(lease_until__lt=now)
    if not ScheduledGroup.objects.filter(nobody, pk=group_id).update(lease_until=now + TENDING):
        return
    try:
        _step(ScheduledGroup.objects.select_related("dispatch").get(pk=group_id), provider, clock)
    except ProviderError as error:
        log.warning("group.not_answered", group=group_id, problem=error.detail)
        ask_again(group_id, now=clock())
    else:
        ScheduledGroup.objects.filter(pk=group_id).update(lease_until=None)


def ask_again(group_id: int, *, now: datetime) -> None:
    """Have a call that came to nothing made again: soon when its time is near, once a minute while there is plenty."""
    group = ScheduledGroup.objects.get(pk=group_id)
    wait = min(LATEST, max(SOONEST, abs(scheduled_sends.last_cancel_at(group.send_at) - now) / 30))
    ScheduledGroup.objects.filter(pk=group_id).update(lease_until=now + wait)


def _step(group: ScheduledGroup, provider: ScheduledSendApi, clock: Clock) -> None:
    now = clock()
    match group.state:
        case ScheduledGroupState.OPEN if now >= group.send_at:
            _end(group, ScheduledGroupState.LEFT, now=now)
        case ScheduledGroupState.OPEN if why := _reason_to_cancel(group, now=now):
            ScheduledGroup.objects.filter(pk=group.pk, state=ScheduledGroupState.OPEN).update(
                state=ScheduledGroupState.CANCELLING, why=why
            )
            log.warning("group.cancelling", group=group.pk, why=why)
        case ScheduledGroupState.OPEN:
            _let_submit(group, provider, clock)
        case ScheduledGroupState.CANCELLING:
            _cancel(group, provider, clock)
        case ScheduledGroupState.CANCELLED if Attempt.objects.out().filter(group=group).exists():
            requeue_batches(group.pk, now=now)
        case _ if group.place and now >= group.send_at + FREE_AFTER:
            _release_slot(group, provider)


def _reason_to_cancel(group: ScheduledGroup, *, now: datetime) -> str:
    """Why this open group must be cancelled now; empty when evidence is still waited for, or it is too late."""
    if not group.provider_batch_id or now >= scheduled_sends.last_cancel_at(group.send_at):
        return ""
    doubts = Attempt.objects.out().filter(group=group, fate=AttemptStatus.UNCERTAIN)
    found = doubts.aggregate(number=Min("batch__number"), since=Min("ended_at"))
    if found["since"] is None:
        return ""
    if now < group.send_at - scheduled_sends.EVIDENCE_DEADLINE and now < found["since"] + scheduled_sends.EVIDENCE_WAIT:
        return ""
    return f"Nobody knows whether the provider took batch {found['number']}."


def _let_submit(group: ScheduledGroup, provider: ScheduledSendApi, clock: Clock) -> None:
    """Mint the group's id when it has none, then wake batches; or not, while too many cancels stand."""
    is_late = clock() >= scheduled_sends.last_submit(group.send_at)
    if is_late or group.dispatch.state != DispatchState.OPEN or scheduled_sends.is_outage():
        return
    if not group.provider_batch_id:
        if not group.place and not _acquire_slot(group):
            raise RetryLater("All places for cancels are taken.")
        minted = provider.create_batch_id()
        ScheduledGroup.objects.filter(pk=group.pk, state=ScheduledGroupState.OPEN, provider_batch_id="").update(
            provider_batch_id=minted
        )
    scheduled_sends.wake(group.dispatch_id, now=clock())


def _acquire_slot(group: ScheduledGroup) -> bool:
    """One of the ten places, ours alone: the database keeps a place from being taken twice."""
    earlier = ScheduledGroup.objects.filter(dispatch=group.dispatch_id, number__lt=group.number)
    most = (
        scheduled_sends.PROVIDER_CANCEL_SLOTS
        if earlier.exclude(state=ScheduledGroupState.OPEN).exists()
        else scheduled_sends.SLOTS_FOR_NEW_GROUPS
    )
    taken = set(ScheduledGroup.objects.filter(place__isnull=False).values_list("place", flat=True))
    for place in range(1, most + 1):
        if place in taken:
            continue
        try:
            with transaction.atomic():
                return bool(
                    ScheduledGroup.objects.filter(pk=group.pk, place=None, state=ScheduledGroupState.OPEN).update(
                        place=place
                    )
                )
        except IntegrityError:
            continue  # another group was quicker
    return False


def _cancel(group: ScheduledGroup, provider: ScheduledSendApi, clock: Clock) -> None:
    """Ask for the cancel while it can hold, and look whether it stands. After the cut only the outcome is awaited.

    What stands at the cut was asked for in time. What is seen to stand only later may have come too
    late, and what is not there then did not come at all; both are judged once the time has come,
    when nothing can change them any more.
    """
    now = clock()
    if (
        scheduled_sends.last_cancel_at(group.send_at) <= now < group.send_at
        and now >= group.send_at - scheduled_sends.PROVIDER_CANCEL_CUTOFF
    ):
        return
    if now < scheduled_sends.last_cancel_at(group.send_at):
        ScheduledGroup.objects.filter(pk=group.pk, cancel_requested_at=None).update(cancel_requested_at=now)
        try:
            provider.cancel(group.provider_batch_id)
        except ProviderError as error:  # it may have come through all the same: that is looked at
            log.warning("group.cancel_not_answered", group=group.pk, problem=error.detail)
    said = provider.status(group.provider_batch_id)
    seen_at = clock()
    stands = said == Status.CANCELLED
    if stands and seen_at < group.send_at - scheduled_sends.PROVIDER_CANCEL_CUTOFF:
        _end(group, ScheduledGroupState.CANCELLED, now=seen_at)
        requeue_batches(group.pk, now=seen_at)
    elif now >= group.send_at:
        _end(group, ScheduledGroupState.DOUBTFUL if said != Status.NONE else ScheduledGroupState.LEFT, now=seen_at)
    elif not stands:
        raise RetryLater("The cancel does not stand yet.")


def _end(group: ScheduledGroup, to: ScheduledGroupState, *, now: datetime) -> None:
    """Write down how it ended. One that left gives its place back: no cancel of it stands."""
    with transaction.atomic():
        ours = ScheduledGroup.objects.filter(pk=group.pk, state=group.state)
        changed = ours.update(state=to, ended_at=now, **({"place": None} if to == ScheduledGroupState.LEFT else {}))
        if changed and to == ScheduledGroupState.DOUBTFUL:
            _mark_uncertain(group, now=now)
    if changed:
        log.info("group.ended", group=group.pk, was=group.state, state=to.value)


def _mark_uncertain(group: ScheduledGroup, *, now: datetime) -> None:
    """A cancel stood at its time, and perhaps it came in time: nobody knows whether these letters left.

    Call and batch get a higher fence together, so that evidence counts and a late answer does not.
    """
    held = _hold_out(group, list(OUT))
    calls = Attempt.objects.out().filter(group=group, batch__in=held)
    calls.exclude(fate=AttemptStatus.UNCERTAIN).update(
        fate=AttemptStatus.UNCERTAIN,
        ended_at=Coalesce("ended_at", now),
        detail="Its group was cancelled, perhaps too late.",
        settled_by="",
    )
    calls.update(fence=F("fence") + 1)
    Batch.objects.filter(pk__in=held).update(state=BatchState.UNCERTAIN, fence=F("fence") + 1, lease_until=None)


def _hold_out(group: ScheduledGroup, states: list[BatchState]) -> list[int]:
    """Batches that a call of this group made what they are; nobody changes them before the transaction has ended."""
    calls = Attempt.objects.out().filter(group=group)
    held = Batch.objects.select_for_update().filter(pk__in=calls.values("batch"), state__in=states)
    return list(held.order_by("pk").values_list("pk", flat=True))


def requeue_batches(group_id: int, *, now: datetime) -> int:
    """Offer what was submitted under a cancelled group anew; the number of batches.

    Under another group of its dispatch, which is made when there is none and still time for it; else when it
    is due. Of a stopped dispatch nothing is offered. A call under way when the group was cancelled is taken
    back when it ends.
    """
    with transaction.atomic():
        # its dispatch first, as everybody does who locks both
        dispatch = Dispatch.objects.select_for_update(of=("self",)).get(groups=group_id)
        group = ScheduledGroup.objects.select_for_update().get(pk=group_id)
        if group.state != ScheduledGroupState.CANCELLED:
            return 0
        held = _hold_out(group, [BatchState.ACCEPTED, BatchState.UNCERTAIN])
        calls = Attempt.objects.out().filter(group=group, batch__in=held)
        calls.filter(settled_by="").update(settled_by=f"cancelled with group {group.number}")
        calls.update(fate=AttemptStatus.CANCELLED)
        # a higher fence, so that no late answer or evidence about the cancelled call counts for the next one
        Batch.objects.filter(pk__in=held).update(
            state=BatchState.PENDING,
            fence=F("fence") + 1,
            lease_until=None,
            last_enqueued_at=None,
            due_at=group.send_at,
        )
        others = dispatch.groups.filter(state=ScheduledGroupState.OPEN)
        if held and dispatch.state != DispatchState.STOPPED and not others.exists():
            _follow(group, now=now)
    if held:
        log.warning("group.cancelled_readers", group=group.pk, batches=len(held))
    return len(held)


def _follow(group: ScheduledGroup, *, now: datetime) -> None:
    """Make another group of its dispatch, unless it is too late to submit under one."""
    if now >= scheduled_sends.last_submit(group.send_at):
        return
    latest = ScheduledGroup.objects.filter(dispatch=group.dispatch_id).aggregate(at=Max("number"))["at"]
    ScheduledGroup.objects.create(dispatch_id=group.dispatch_id, number=latest + 1, send_at=group.send_at)


def _release_slot(group: ScheduledGroup, provider: ScheduledSendApi) -> None:
    """Give the place back, long after the letters are gone. Before their time this would bring them back to life."""
    if group.provider_batch_id:
        provider.delete_status(group.provider_batch_id)
    ScheduledGroup.objects.filter(pk=group.pk).update(place=None)
