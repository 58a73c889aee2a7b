"""Sending batches: claim (commit) → attempt (commit) → call → record (commit).

Between claim and attempt a crash costs nothing: the lease ends and anyone may claim again.
Between attempt and record a crash leaves the batch uncertain, because the call may have been
made: `recovery.py` says so, `settle_batch.py` mends it. No call is made inside a transaction.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from functools import partial

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections, connection, transaction

from newsletter.delivery.dispatches import control_dispatch
from newsletter.delivery.ledger import batch_sql
from newsletter.delivery.ledger.packed_ids import unpack
from newsletter.delivery.models import Attempt, AttemptStatus, Batch, BatchState, Dispatch, ScheduledGroup
from newsletter.delivery.rate_limits import quotas
from newsletter.delivery.recipients import batch_recipients, recent_donors
from newsletter.delivery.recipients.batch_recipients import ClaimedBatch
from newsletter.delivery.scheduled import scheduled_sends
from newsletter.delivery.sending import attempt_outcome
from newsletter.mail.message import Receipt
from newsletter.mail.provider_errors import ProviderError
from newsletter.mail.sendgrid.mail_send_client import Client

Clock = Callable[[], datetime]
Calls = AbstractContextManager[object]  # may be entered by as many threads at a time as calls may be in flight
CLAIM_LEASE = timedelta(seconds=30)  # from claim to attempt; a worker lost in between is soon replaced
CLAIM_SIZE = 4  # batches that a thread claims together: one commit for four, and little to wait for if it is lost
RETRY_PAUSES_SECONDS = (0.5, 2, 5, 10, 20)  # seconds before an answer is written down again
log = structlog.get_logger()
_leaving = threading.Event()


def stop_claiming() -> None:
    """This process is about to end: calls in hand are finished, batches not begun go back."""
    _leaving.set()


class SendPool:
    """Threads that send, each with a database connection of its own that is kept from slice to slice.

    At most `connections` calls are in flight; a few threads more claim the next ones and write down what
    became of the last. A single connection works on the caller's own thread, which makes a test of a single
    batch as simple as it looks.
    """

    def __init__(self, connections: int) -> None:
        self._calls = threading.BoundedSemaphore(connections)
        self._threads = connections + -(-connections // 4) if connections > 1 else 1
        self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="dispatch") if connections > 1 else None

    def send_all(self, batch_ids: Sequence[int], *, client: Client, clock: Clock) -> None:
        """Send these batches with as many calls in flight as there are connections.

        A batch that fails in a way nobody foresaw is logged and left to its lease; the others go on.
        """
        waiting = deque(batch_ids)
        if self._pool is None:
            _send_waiting(waiting, 1, client, clock, self._calls)
            return
        threads = min(self._threads, len(batch_ids))
        portion = max(1, min(CLAIM_SIZE, len(batch_ids) // threads))
        job = partial(_send_on_a_thread, waiting, portion, client, clock, self._calls)
        wait([self._pool.submit(job) for _ in range(threads)])

    def close(self) -> None:
        """End the threads and their database connections."""
        if self._pool is None:
            return
        together = threading.Barrier(self._threads)  # so that each thread gets one of these, and none two
        wait([self._pool.submit(_close_connection, together) for _ in range(self._threads)])
        self._pool.shutdown()


def send_all(batch_ids: Sequence[int], *, client: Client, clock: Clock, connections: int) -> None:
    """`Senders.send_all` with threads that end with the call."""
    senders = SendPool(min(connections, max(1, len(batch_ids))))
    try:
        senders.send_all(batch_ids, client=client, clock=clock)
    finally:
        senders.close()


def _close_connection(together: threading.Barrier) -> None:
    together.wait()
    connection.close()


def _send_on_a_thread(waiting: deque[int], portion: int, client: Client, clock: Clock, calls: Calls) -> None:
    try:
        close_old_connections()  # one that broke since the last slice, or is too old
        _send_waiting(waiting, portion, client, clock, calls)
    except Exception:
        log.exception("slice.crashed")
        connection.close()


def _send_waiting(waiting: deque[int], portion: int, client: Client, clock: Clock, calls: Calls) -> None:
    while not _leaving.is_set():
        lot = _take(waiting, portion)
        if not lot:
            return
        claimed = claim_batches(lot, now=clock())
        while claimed and not _leaving.is_set():
            batch = claimed.pop(0)
            try:
                _send(batch, client, clock, calls)
            except Exception:
                log.exception("batch.crashed", batch=batch.pk)
        release_claims(claimed)


def _take(waiting: deque[int], most: int) -> list[int]:
    taken: list[int] = []
    while len(taken) < most:
        try:
            taken.append(waiting.popleft())
        except IndexError:
            break
    return taken


def send(batch_id: int, *, client: Client, clock: Clock) -> AttemptStatus | None:
    """Send one batch. None when it was not ours to send, or nobody is left in it."""
    batch = claim(batch_id, now=clock())
    return _send(batch, client, clock, nullcontext()) if batch else None


def _send(batch: ClaimedBatch, client: Client, clock: Clock, calls: Calls) -> AttemptStatus | None:
    """`calls` is held while the call is under way: nothing is begun that would have to wait for others."""
    group = None
    if batch.leaves_at and (now := clock()) < batch.leaves_at:
        group = scheduled_sends.group_for(batch, now=now)
        if group is None:
            return None
    payload = batch_recipients.payload(batch)
    answer: Receipt | ProviderError
    with calls:  # and not before it: whoever leaves or gives while the batch waits is heard of
        if _leaving.is_set() or recent_donors.find_late_donors(batch):  # its next claim parts it
            release_claims([batch])
            return None
        people = batch_recipients.resolve_recipients(batch)
        attempt = begin_attempt(batch, people, now=clock(), group=group)
        if attempt is None:
            return None
        ids = batch_recipients.custom_args(attempt, dispatch=batch.dispatch_id)
        body = payload.body(
            people.readers, people.tokens, ids=ids, ahead=scheduled_sends.scheduled_send(group) if group else None
        )
        until = scheduled_sends.deadline(group, began_at=attempt.began_at) if group else None
        try:
            answer = client.send(body, may_finish=(lambda: clock() < until) if until else None)
        except ProviderError as error:
            answer = error
    return _record_with_retry(attempt, answer, clock=clock)


def _record_with_retry(attempt: Attempt, answer: Receipt | ProviderError, *, clock: Clock) -> AttemptStatus | None:
    """`record`, again after a pause when the database is away: an answer that is forgotten is a batch in doubt."""
    for pause in RETRY_PAUSES_SECONDS:
        try:
            return record_result(attempt, answer, now=clock())
        except (OperationalError, InterfaceError):
            log.exception("attempt.not_recorded", attempt=attempt.pk, answer=repr(answer))
            connection.close()
            time.sleep(pause)
    return record_result(attempt, answer, now=clock())


def claim(batch_id: int, *, now: datetime) -> ClaimedBatch | None:
    """The batch, if this very call changed it from pending to claimed; else None."""
    return next(iter(claim_batches([batch_id], now=now)), None)


def claim_batches(batch_ids: Sequence[int], *, now: datetime) -> list[ClaimedBatch]:
    """Those of the batches which this very call changed from pending to claimed, in the order of their ids.

    Readers of them who gave since the opening are not in them any more (recent_donors.py).
    """
    ours = batch_sql.claim(batch_ids, now=now, until=now + CLAIM_LEASE)
    rows = Dispatch.objects.filter(pk__in={row[-1] for row in ours}).values_list(*OF_DISPATCH)
    told = {row[0]: row for row in rows} if ours else {}
    claimed = [
        ClaimedBatch(pk, fence, unpack(ids).tolist(), letter, *told[dispatch])
        for pk, fence, ids, letter, dispatch in ours
    ]
    try:
        return recent_donors.move_late_donors(claimed)
    except Exception:
        release_claims(claimed)  # those that were parted keep who is left in them
        raise


# The last fields of `ClaimedBatch`, in its order
OF_DISPATCH = (
    "pk",
    "edition_id",
    "edition__made_from",
    "edition__publication_id",
    "edition__publication__name",
    "edition__publication__slug",
    "day",
    "leaves_at",
    "is_paced",
    "opened_at",
    "thank_gifts_since",
)


def release_claims(claimed: Sequence[ClaimedBatch]) -> None:
    """Batches claimed and not begun are pending again at once."""
    for batch in claimed:
        Batch.objects.filter(pk=batch.pk, fence=batch.fence, state=BatchState.CLAIMED).update(
            state=BatchState.PENDING, lease_until=None, last_enqueued_at=None
        )


def begin_attempt(
    batch: ClaimedBatch, people: batch_recipients.BatchRecipients, *, now: datetime, group: ScheduledGroup | None = None
) -> Attempt | None:
    """Write the attempt down, so that a call may follow, under the id of `group`; None when no call may follow.

    None may: when the claim's lease is over, when the dispatch was paused since, when its pace is
    used up, or when nobody is left in the batch. The attempt has a lease of its own, which is longer
    than the longest call.
    """
    if not people.readers:
        Batch.objects.filter(pk=batch.pk, fence=batch.fence, state=BatchState.CLAIMED).update(
            state=BatchState.EMPTY, lease_until=None, submitted=0, left_out=people.left_out
        )
        return None
    until = now + timedelta(seconds=settings.DISPATCH_LEASE)
    with _atomic_if(batch.is_paced or group is not None):
        free = not batch.is_paced or quotas.reserve(batch.dispatch_id, len(people.readers), now=now)
        begun = None
        if free and (group is None or scheduled_sends.lock_if_open(group)):
            begun = batch_sql.begin(
                batch.pk,
                batch.fence,
                readers=len(people.readers),
                left_out=people.left_out,
                group=group.pk if group else None,
                now=now,
                until=until,
            )
        if begun:
            pk, ordinal = begun
            return Attempt(pk=pk, batch_id=batch.pk, ordinal=ordinal, fence=batch.fence, began_at=now)
        if batch.is_paced:
            transaction.set_rollback(True)  # a call that is not made counts in no window
    release_claims([batch])
    return None


def _atomic_if(of_several: bool) -> AbstractContextManager[object]:
    """A transaction, where there is more to it than one statement."""
    return transaction.atomic() if of_several else nullcontext()


def record_result(attempt: Attempt, answer: Receipt | ProviderError, *, now: datetime) -> AttemptStatus | None:
    """Write down what became of the attempt. None when the batch has moved on without us.

    An answer that comes after the lease is still the provider's word on this very attempt, so it
    settles a batch that recovery has meanwhile called uncertain. It changes nothing once a person
    settled it or a newer claim raised the fence.
    """
    came = attempt_outcome.outcome(answer, ordinal=attempt.ordinal)
    due_at = now + timedelta(seconds=came.wait) if came.fate == AttemptStatus.LATER else None
    line = (came.fate, came.status, came.provider_id, came.detail)
    with _atomic_if(bool(came.rejected_positions)):
        state = attempt_outcome.BATCH_STATE[came.fate]
        if not batch_sql.record(
            attempt.batch_id, attempt.fence, attempt.pk, state=state, due_at=due_at, line=line, now=now
        ):
            log.warning("attempt.too_late", attempt=attempt.pk, fate=came.fate.value)
            return None
        if came.rejected_positions:
            Attempt.objects.filter(pk=attempt.pk).update(rejected_positions=list(came.rejected_positions))
    log.info("attempt.ended", attempt=attempt.pk, batch=attempt.batch_id, fate=came.fate.value, status=came.status)
    if came.fate == AttemptStatus.REFUSED:
        control_dispatch.handle_refusal(attempt.batch_id, at_once=came.concerns_all, detail=came.detail)
    return came.fate
