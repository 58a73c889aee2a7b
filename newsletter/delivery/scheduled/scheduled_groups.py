"""The steps of scheduled groups: create their batch ids, wake their batches, cancel them, requeue their batches.

The rows say which step is next; a step may run twice, and in two workers at once. Calls to the provider are made
outside of transactions, and a conditional update records the response. A worker that is lost between the two loses
nothing: the call is made again.

    open        a batch id is created; batches are woken; after an uncertain call the group is cancelled in time
    cancelling  the cancel is requested and checked, repeatedly, until it is confirmed or too late
    cancelled   the batches of its calls are requeued: submitted again in another group, or sent at their time
    left, doubtful    the send time has passed and no cancel was confirmed in time
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, Max, Min, OuterRef, Q
from django.db.models.functions import Coalesce

from newsletter.delivery.models import OUT, Attempt, Batch, Dispatch, ScheduledGroup
from newsletter.delivery.scheduled import scheduled_sends
from newsletter.delivery.states import AttemptStatus, BatchState, DispatchState, ScheduledGroupState
from newsletter.mail.provider_errors import ProviderError, RetryLater
from newsletter.mail.sendgrid.scheduled_send_api import BatchIdStatus, ScheduledSendApi

Clock = Callable[[], datetime]
STEP_LEASE = timedelta(seconds=30)  # after that another worker takes over the group of a lost one
MIN_RETRY_WAIT, MAX_RETRY_WAIT = timedelta(seconds=3), timedelta(seconds=50)
RELEASE_AFTER = timedelta(hours=1)  # after the send time the letters are discarded, and the cancel may be deleted
log = structlog.get_logger()


def groups_due(*, now: datetime) -> list[int]:
    """Return the ids of groups that have a step due at `now`."""
    out = Attempt.objects.out().filter(group=OuterRef("pk"))
    to_submit = Q(provider_batch_id="") | Q(dispatch__in=scheduled_sends.asleep(now=now).values("dispatch"))
    to_submit &= Q(dispatch__state=DispatchState.OPEN, send_at__gt=now + scheduled_sends.margin())
    to_close = Q(send_at__lte=now) | Exists(out.filter(status=AttemptStatus.UNCERTAIN))
    is_open = Q(state=ScheduledGroupState.OPEN) & (to_close if scheduled_sends.is_outage() else to_close | to_submit)
    cancelled = Q(state=ScheduledGroupState.CANCELLED, cancel_slot__isnull=False) & Exists(out.exclude(status=""))
    to_release = Q(cancel_slot__isnull=False, send_at__lte=now - RELEASE_AFTER) & ~Q(state__in=["open", "cancelling"])
    unleased = Q(lease_until=None) | Q(lease_until__lt=now)
    found = ScheduledGroup.objects.filter(
        unleased, is_open | Q(state=ScheduledGroupState.CANCELLING) | cancelled | to_release
    )
    return list(found.order_by("send_at", "pk").values_list("pk", flat=True))


def advance_group(group_id: int, *, provider: ScheduledSendApi, clock: Clock) -> None:
    """Take the next step of one group; do nothing while another worker holds its lease."""
    now = clock()
    unleased = Q(lease_until=None) | Q(lease_until__lt=now)
    if not ScheduledGroup.objects.filter(unleased, pk=group_id).update(lease_until=now + STEP_LEASE):
        return
    try:
        _step(ScheduledGroup.objects.select_related("dispatch").get(pk=group_id), provider, clock)
    except ProviderError as error:
        log.warning("group.not_answered", group=group_id, problem=error.detail)
        schedule_retry(group_id, now=clock())
    else:
        ScheduledGroup.objects.filter(pk=group_id).update(lease_until=None)


def schedule_retry(group_id: int, *, now: datetime) -> None:
    """Schedule the retry of a failed call: within seconds close to the last cancel time, else within a minute."""
    group = ScheduledGroup.objects.get(pk=group_id)
    wait = min(MAX_RETRY_WAIT, max(MIN_RETRY_WAIT, abs(scheduled_sends.last_cancel_at(group.send_at) - now) / 30))
    ScheduledGroup.objects.filter(pk=group_id).update(lease_until=now + wait)


def _step(group: ScheduledGroup, provider: ScheduledSendApi, clock: Clock) -> None:
    now = clock()
    match group.state:
        case ScheduledGroupState.OPEN if now >= group.send_at:
            _end(group, ScheduledGroupState.LEFT, now=now)
        case ScheduledGroupState.OPEN if reason := _reason_to_cancel(group, now=now):
            ScheduledGroup.objects.filter(pk=group.pk, state=ScheduledGroupState.OPEN).update(
                state=ScheduledGroupState.CANCELLING, cancel_reason=reason
            )
            log.warning("group.cancelling", group=group.pk, reason=reason)
        case ScheduledGroupState.OPEN:
            _let_submit(group, provider, clock)
        case ScheduledGroupState.CANCELLING:
            _cancel(group, provider, clock)
        case ScheduledGroupState.CANCELLED if Attempt.objects.out().filter(group=group).exists():
            requeue_batches(group.pk, now=now)
        case _ if group.cancel_slot and now >= group.send_at + RELEASE_AFTER:
            _release_slot(group, provider)


def _reason_to_cancel(group: ScheduledGroup, *, now: datetime) -> str:
    """Return why this open group must be cancelled now; empty while evidence may still arrive, or when too late."""
    if not group.provider_batch_id or now >= scheduled_sends.last_cancel_at(group.send_at):
        return ""
    doubts = Attempt.objects.out().filter(group=group, status=AttemptStatus.UNCERTAIN)
    found = doubts.aggregate(number=Min("batch__number"), since=Min("ended_at"))
    if found["since"] is None:
        return ""
    if now < group.send_at - scheduled_sends.EVIDENCE_DEADLINE and now < found["since"] + scheduled_sends.EVIDENCE_WAIT:
        return ""
    return f"It is uncertain whether the provider accepted batch {found['number']}."


def _let_submit(group: ScheduledGroup, provider: ScheduledSendApi, clock: Clock) -> None:
    """Create the group's batch id if it has none, then wake its batches. Do nothing while too many cancels pend."""
    is_late = clock() >= scheduled_sends.last_submit(group.send_at)
    if is_late or group.dispatch.state != DispatchState.OPEN or scheduled_sends.is_outage():
        return
    if not group.provider_batch_id:
        if not group.cancel_slot and not _acquire_slot(group):
            raise RetryLater("All cancel slots are in use.")
        batch_id = provider.create_batch_id()
        ScheduledGroup.objects.filter(pk=group.pk, state=ScheduledGroupState.OPEN, provider_batch_id="").update(
            provider_batch_id=batch_id
        )
    scheduled_sends.wake(group.dispatch_id, now=clock())


def _acquire_slot(group: ScheduledGroup) -> bool:
    """Take one of the ten cancel slots; a unique constraint keeps two groups from taking the same one."""
    earlier = ScheduledGroup.objects.filter(dispatch=group.dispatch_id, number__lt=group.number)
    slots = (
        scheduled_sends.PROVIDER_CANCEL_SLOTS
        if earlier.exclude(state=ScheduledGroupState.OPEN).exists()
        else scheduled_sends.SLOTS_FOR_NEW_GROUPS
    )
    taken = set(ScheduledGroup.objects.filter(cancel_slot__isnull=False).values_list("cancel_slot", flat=True))
    for slot in range(1, slots + 1):
        if slot in taken:
            continue
        try:
            with transaction.atomic():
                return bool(
                    ScheduledGroup.objects.filter(pk=group.pk, cancel_slot=None, state=ScheduledGroupState.OPEN).update(
                        cancel_slot=slot
                    )
                )
        except IntegrityError:
            continue  # another group took it first
    return False


def _cancel(group: ScheduledGroup, provider: ScheduledSendApi, clock: Clock) -> None:
    """Request the cancel while it can take effect, and check whether it stands; after the cutoff only check.

    A cancel that stands at the cutoff was requested in time. A cancel that is first seen later may have come too late,
    and one that is never seen did not arrive. Both cases are judged after the send time, when nothing can change.
    """
    now = clock()
    if group.send_at - scheduled_sends.PROVIDER_CANCEL_CUTOFF <= now < group.send_at:
        return
    if now < scheduled_sends.last_cancel_at(group.send_at):
        ScheduledGroup.objects.filter(pk=group.pk, cancel_requested_at=None).update(cancel_requested_at=now)
        try:
            provider.cancel(group.provider_batch_id)
        except ProviderError as error:  # the cancel may have arrived all the same: the status tells
            log.warning("group.cancel_not_answered", group=group.pk, problem=error.detail)
    status = provider.status(group.provider_batch_id)
    seen_at = clock()
    stands = status == BatchIdStatus.CANCELLED
    if stands and seen_at < group.send_at - scheduled_sends.PROVIDER_CANCEL_CUTOFF:
        _end(group, ScheduledGroupState.CANCELLED, now=seen_at)
        requeue_batches(group.pk, now=seen_at)
    elif now >= group.send_at:
        _end(
            group,
            ScheduledGroupState.DOUBTFUL if status != BatchIdStatus.NONE else ScheduledGroupState.LEFT,
            now=seen_at,
        )
    elif not stands:
        raise RetryLater("The cancel does not stand yet.")


def _end(group: ScheduledGroup, to: ScheduledGroupState, *, now: datetime) -> None:
    """Record the final state of a group. A group that left releases its cancel slot, because it has no cancel."""
    with transaction.atomic():
        ours = ScheduledGroup.objects.filter(pk=group.pk, state=group.state)
        changed = ours.update(
            state=to, ended_at=now, **({"cancel_slot": None} if to == ScheduledGroupState.LEFT else {})
        )
        if changed and to == ScheduledGroupState.DOUBTFUL:
            _mark_uncertain(group, now=now)
    if changed:
        log.info("group.ended", group=group.pk, was=group.state, state=to.value)


def _mark_uncertain(group: ScheduledGroup, *, now: datetime) -> None:
    """Mark the batches of a group uncertain: a cancel stood at the send time but may have come too late.

    Attempt and batch get a higher fence together, so that evidence still counts and a late response does not.
    """
    held = _lock_batches(group, list(OUT))
    calls = Attempt.objects.out().filter(group=group, batch__in=held)
    calls.exclude(status=AttemptStatus.UNCERTAIN).update(
        status=AttemptStatus.UNCERTAIN,
        ended_at=Coalesce("ended_at", now),
        detail="Its group was cancelled, perhaps too late.",
        settled_by="",
    )
    calls.update(fence=F("fence") + 1)
    Batch.objects.filter(pk__in=held).update(state=BatchState.UNCERTAIN, fence=F("fence") + 1, lease_until=None)


def _lock_batches(group: ScheduledGroup, states: list[BatchState]) -> list[int]:
    """Lock and return the batches whose state comes from a call of this group."""
    calls = Attempt.objects.out().filter(group=group)
    held = Batch.objects.select_for_update().filter(pk__in=calls.values("batch"), state__in=states)
    return list(held.order_by("pk").values_list("pk", flat=True))


def requeue_batches(group_id: int, *, now: datetime) -> int:
    """Requeue the batches of a cancelled group and return how many there are.

    They are submitted again in another group of the dispatch, which is created if there is none and still time; else
    at their due time. Batches of a stopped dispatch are never sent. A call in flight when the group was cancelled is
    requeued when it ends.
    """
    with transaction.atomic():
        # the dispatch first: all code that locks both uses this order
        dispatch = Dispatch.objects.select_for_update(of=("self",)).get(groups=group_id)
        group = ScheduledGroup.objects.select_for_update().get(pk=group_id)
        if group.state != ScheduledGroupState.CANCELLED:
            return 0
        held = _lock_batches(group, [BatchState.ACCEPTED, BatchState.UNCERTAIN])
        calls = Attempt.objects.out().filter(group=group, batch__in=held)
        calls.filter(settled_by="").update(settled_by=f"cancelled with group {group.number}")
        calls.update(status=AttemptStatus.CANCELLED)
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
            _create_next_group(group, now=now)
    if held:
        log.warning("group.cancelled_readers", group=group.pk, batches=len(held))
    return len(held)


def _create_next_group(group: ScheduledGroup, *, now: datetime) -> None:
    """Create another group for the dispatch, unless it is too late to submit in one."""
    if now >= scheduled_sends.last_submit(group.send_at):
        return
    latest = ScheduledGroup.objects.filter(dispatch=group.dispatch_id).aggregate(at=Max("number"))["at"]
    ScheduledGroup.objects.create(dispatch_id=group.dispatch_id, number=latest + 1, send_at=group.send_at)


def _release_slot(group: ScheduledGroup, provider: ScheduledSendApi) -> None:
    """Release the cancel slot long after the send time. Before it, deleting the cancel would send the letters."""
    if group.provider_batch_id:
        provider.delete_status(group.provider_batch_id)
    ScheduledGroup.objects.filter(pk=group.pk).update(cancel_slot=None)
