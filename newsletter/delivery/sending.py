"""Sending batches: claim (commit) → attempt (commit) → call → record (commit).

Between claim and attempt a crash costs nothing: the lease ends and anyone may claim again.
Between attempt and record a crash leaves the batch uncertain, because the call may have been
made: `recovery.py` says so, `settling.py` mends it. No call is made inside a transaction.
"""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F

from newsletter.delivery import addressing, fates, steering
from newsletter.delivery.models import Attempt, Batch, BatchState, Fate
from newsletter.mail.errors import DispatchError
from newsletter.mail.letters import Receipt
from newsletter.mail.sendgrid.transport import Client

Clock = Callable[[], datetime]
PREPARING = timedelta(seconds=30)  # from claim to attempt; a worker lost in between is soon replaced
PAUSES = (0.5, 2, 5, 10, 20)  # seconds before an answer is written down again
log = structlog.get_logger()
_leaving = threading.Event()


def take_no_more() -> None:
    """This process is about to end: calls in hand are finished, batches not begun stay pending."""
    _leaving.set()


def send_all(batch_ids: Sequence[int], *, client: Client, clock: Clock, connections: int) -> None:
    """Send these batches with up to `connections` calls in flight.

    A batch that fails in a way nobody foresaw is logged and left to its lease; the others go on.
    """
    waiting: SimpleQueue[int] = SimpleQueue()
    for batch_id in batch_ids:
        waiting.put(batch_id)
    threads = min(connections, len(batch_ids))
    if threads <= 1:
        _send_waiting(waiting, client, clock)
        return
    with ThreadPoolExecutor(threads, thread_name_prefix="dispatch") as pool:
        for _ in range(threads):
            pool.submit(_send_waiting_on_a_thread, waiting, client, clock)


def _send_waiting_on_a_thread(waiting: SimpleQueue[int], client: Client, clock: Clock) -> None:
    try:
        _send_waiting(waiting, client, clock)
    finally:
        connection.close()  # a database connection belongs to its thread, and the thread ends here


def _send_waiting(waiting: SimpleQueue[int], client: Client, clock: Clock) -> None:
    while not _leaving.is_set():
        try:
            batch_id = waiting.get_nowait()
        except Empty:
            return
        try:
            send(batch_id, client=client, clock=clock)
        except Exception:
            log.exception("batch.crashed", batch=batch_id)


def send(batch_id: int, *, client: Client, clock: Clock) -> Fate | None:
    """Send one batch. None when it was not ours to send, or nobody is left in it."""
    batch = claim(batch_id, now=clock())
    if batch is None:
        return None
    people = addressing.address(batch)
    payload = addressing.payload(batch)
    attempt = begin(batch, people, now=clock())
    if attempt is None:
        return None
    body = payload.body(people.addressees, ids=addressing.ids(attempt, dispatch=batch.dispatch_id))
    answer: Receipt | DispatchError
    try:
        answer = client.send(body)
    except DispatchError as error:
        answer = error
    return _record_surely(attempt, answer, clock=clock)


def _record_surely(attempt: Attempt, answer: Receipt | DispatchError, *, clock: Clock) -> Fate | None:
    """`record`, again after a pause when the database is away: an answer that is forgotten is a batch in doubt."""
    for pause in PAUSES:
        try:
            return record(attempt, answer, now=clock())
        except (OperationalError, InterfaceError):
            log.exception("attempt.not_recorded", attempt=attempt.pk, answer=repr(answer))
            connection.close()
            time.sleep(pause)
    return record(attempt, answer, now=clock())


def claim(batch_id: int, *, now: datetime) -> Batch | None:
    """The batch, if this very call changed it from pending to claimed; else None."""
    lease_until = now + PREPARING
    with transaction.atomic():
        changed = (
            Batch.objects.due(now)
            .filter(pk=batch_id)
            .update(state=BatchState.CLAIMED, fence=F("fence") + 1, lease_until=lease_until)
        )
        if not changed:
            return None
        return Batch.objects.select_related("dispatch__edition__publication").get(pk=batch_id)


def begin(batch: Batch, people: addressing.People, *, now: datetime) -> Attempt | None:
    """Write the attempt down, so that a call may follow; None when no call may follow.

    None may: when the claim's lease is over, when the dispatch was paused since, or when nobody is
    left in the batch. The attempt has a lease of its own, which is longer than the longest call.
    """
    ours = Batch.objects.filter(pk=batch.pk, fence=batch.fence, state=BatchState.CLAIMED)
    with transaction.atomic():
        if not people.addressees:
            ours.update(state=BatchState.EMPTY, lease_until=None, submitted=0, left_out=people.left_out)
            return None
        may_call = (
            ours.of_open_dispatches()
            .filter(lease_until__gt=now)
            .update(
                state=BatchState.CALLING,
                lease_until=now + timedelta(seconds=settings.DISPATCH_LEASE),
                submitted=len(people.addressees),
                left_out=people.left_out,
            )
        )
        if not may_call:
            ours.update(state=BatchState.PENDING, lease_until=None)
            return None
        ordinal = batch.attempts.count() + 1
        return Attempt.objects.create(batch=batch, ordinal=ordinal, fence=batch.fence, began_at=now)


def record(attempt: Attempt, answer: Receipt | DispatchError, *, now: datetime) -> Fate | None:
    """Write down what became of the attempt. None when the batch has moved on without us.

    An answer that comes after the lease is still the provider's word on this very attempt, so it
    settles a batch that recovery has meanwhile called uncertain. It changes nothing once a person
    settled it or a newer claim raised the fence.
    """
    came = fates.outcome(answer, ordinal=attempt.ordinal)
    with transaction.atomic():
        changed = Batch.objects.filter(
            pk=attempt.batch_id, fence=attempt.fence, state__in=[BatchState.CALLING, BatchState.UNCERTAIN]
        ).update(
            state=fates.BATCH_STATE[came.fate],
            lease_until=None,
            rung_at=None,
            **({"due_at": now + timedelta(seconds=came.wait)} if came.fate == Fate.LATER else {}),
        )
        if not changed:
            log.warning("attempt.too_late", attempt=attempt.pk, fate=came.fate.value)
            return None
        Attempt.objects.filter(pk=attempt.pk).update(
            fate=came.fate,
            ended_at=now,
            http_status=came.status,
            provider_id=came.provider_id,
            detail=came.detail,
        )
    log.info("attempt.ended", attempt=attempt.pk, batch=attempt.batch_id, fate=came.fate.value, status=came.status)
    if came.fate == Fate.REFUSED:
        steering.mind_refusals(attempt.batch_id, at_once=came.concerns_all, detail=came.detail)
    return came.fate
