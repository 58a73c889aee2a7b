"""Send batches: claim (commit) → attempt (commit) → call → record (commit).

A crash between claim and attempt costs nothing: the lease expires and any worker may claim the batch again. A crash
between attempt and record leaves the batch uncertain, because the call may have been made: `recovery.py` marks it,
`settle_batch.py` settles it. No call is made inside a transaction.
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
from newsletter.delivery.models import Attempt, Batch, Dispatch, ScheduledGroup
from newsletter.delivery.rate_limits import quotas
from newsletter.delivery.recipients import batch_recipients, recent_donors
from newsletter.delivery.recipients.batch_recipients import ClaimedBatch
from newsletter.delivery.scheduled import scheduled_sends
from newsletter.delivery.sending import attempt_outcome, worker_shutdown
from newsletter.delivery.states import AttemptStatus, BatchState
from newsletter.mail.message import Receipt
from newsletter.mail.provider_errors import ProviderError
from newsletter.mail.sendgrid.mail_send_client import Client

Clock = Callable[[], datetime]
Calls = AbstractContextManager[object]  # limits the calls in flight
CLAIM_LEASE = timedelta(seconds=30)  # from claim to attempt; another worker may claim the batches of a lost one then
CLAIM_SIZE = 4  # batches that a thread claims in one commit; few, because a lost worker delays them
RETRY_PAUSES_SECONDS = (0.5, 2, 5, 10, 20)  # between tries to record an answer
log = structlog.get_logger()


class SendPool:
    """Threads that send, each with its own database connection, which it keeps from slice to slice.

    At most `connections` calls are in flight; a few more threads claim the next batches and record the last results.
    With one connection, the pool sends on the caller's thread, which keeps tests of a single batch simple.
    """

    def __init__(self, connections: int) -> None:
        self._calls = threading.BoundedSemaphore(connections)
        self._threads = connections + -(-connections // 4) if connections > 1 else 1
        self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="dispatch") if connections > 1 else None

    def send_all(self, batch_ids: Sequence[int], *, client: Client, clock: Clock) -> None:
        """Send these batches with as many calls in flight as there are connections.

        A batch with an unexpected error is logged and left to its lease; the others continue.
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
        together = threading.Barrier(self._threads)  # so that each thread closes its own connection
        wait([self._pool.submit(_close_connection, together) for _ in range(self._threads)])
        self._pool.shutdown()


def send_all(batch_ids: Sequence[int], *, client: Client, clock: Clock, connections: int) -> None:
    """Send these batches with a `SendPool` that ends with the call."""
    pool = SendPool(min(connections, max(1, len(batch_ids))))
    try:
        pool.send_all(batch_ids, client=client, clock=clock)
    finally:
        pool.close()


def _close_connection(together: threading.Barrier) -> None:
    together.wait()
    connection.close()


def _send_on_a_thread(waiting: deque[int], portion: int, client: Client, clock: Clock, calls: Calls) -> None:
    try:
        close_old_connections()  # those that broke since the last slice, or are too old
        _send_waiting(waiting, portion, client, clock, calls)
    except Exception:
        log.exception("slice.crashed")
        connection.close()


def _send_waiting(waiting: deque[int], portion: int, client: Client, clock: Clock, calls: Calls) -> None:
    while not worker_shutdown.leaving.is_set():
        taken = _take(waiting, portion)
        if not taken:
            return
        claimed = claim_batches(taken, now=clock())
        while claimed and not worker_shutdown.leaving.is_set():
            batch = claimed.pop(0)
            try:
                _send(batch, client, clock, calls)
            except Exception:
                log.exception("batch.crashed", batch=batch.pk)
        release_claims(claimed)


def _take(waiting: deque[int], limit: int) -> list[int]:
    taken: list[int] = []
    while len(taken) < limit:
        try:
            taken.append(waiting.popleft())
        except IndexError:
            break
    return taken


def send(batch_id: int, *, client: Client, clock: Clock) -> AttemptStatus | None:
    """Send one batch. Return None if this call could not claim it, or no reader is left in it."""
    batch = claim(batch_id, now=clock())
    return _send(batch, client, clock, nullcontext()) if batch else None


def _send(batch: ClaimedBatch, client: Client, clock: Clock, calls: Calls) -> AttemptStatus | None:
    """Send a claimed batch. `calls` is entered before the attempt begins, so that no attempt waits for other calls."""
    group = None
    if batch.leaves_at and (now := clock()) < batch.leaves_at:
        group = scheduled_sends.group_for(batch, now=now)
        if group is None:
            return None
    payload = batch_recipients.payload(batch)
    answer: Receipt | ProviderError
    with calls:  # look up recipients only now: readers may leave or donate while the batch waits for its turn
        if worker_shutdown.leaving.is_set() or recent_donors.find_late_donors(batch):  # the next claim moves the donors
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
    """Record the result, with retries while the database is unreachable: a lost result leaves the batch uncertain."""
    for pause in RETRY_PAUSES_SECONDS:
        try:
            return record_result(attempt, answer, now=clock())
        except (OperationalError, InterfaceError):
            log.exception("attempt.not_recorded", attempt=attempt.pk, answer=repr(answer))
            connection.close()
            time.sleep(pause)
    return record_result(attempt, answer, now=clock())


def claim(batch_id: int, *, now: datetime) -> ClaimedBatch | None:
    """Claim one batch; return None if this call did not win it."""
    return next(iter(claim_batches([batch_id], now=now)), None)


def claim_batches(batch_ids: Sequence[int], *, now: datetime) -> list[ClaimedBatch]:
    """Claim these batches and return the ones that this call won, ordered by id.

    Readers who donated since the opening have been moved to other batches (recent_donors.py).
    """
    ours = batch_sql.claim(batch_ids, now=now, until=now + CLAIM_LEASE)
    rows = Dispatch.objects.filter(pk__in={row[-1] for row in ours}).values_list(*OF_DISPATCH)
    dispatches = {row[0]: row for row in rows} if ours else {}
    claimed = [
        ClaimedBatch(pk, fence, unpack(ids).tolist(), letter, *dispatches[dispatch])
        for pk, fence, ids, letter, dispatch in ours
    ]
    try:
        return recent_donors.move_late_donors(claimed)
    except Exception:
        release_claims(claimed)  # a batch whose donors were moved already keeps its remaining readers
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
    """Make claimed batches without an attempt pending again at once."""
    for batch in claimed:
        Batch.objects.filter(pk=batch.pk, fence=batch.fence, state=BatchState.CLAIMED).update(
            state=BatchState.PENDING, lease_until=None, last_enqueued_at=None
        )


def begin_attempt(
    batch: ClaimedBatch, people: batch_recipients.BatchRecipients, *, now: datetime, group: ScheduledGroup | None = None
) -> Attempt | None:
    """Commit the attempt before its call, which is made in `group` if given. Return None if no call may be made.

    No call may be made if the lease of the claim has expired, the dispatch was paused, its pace is used up, or no
    reader is left in the batch. The attempt has its own lease, which is longer than the longest call.
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
            transaction.set_rollback(True)  # a call that is not made must not count in any window
    release_claims([batch])
    return None


def _atomic_if(has_several: bool) -> AbstractContextManager[object]:
    """Return a transaction if there are several statements."""
    return transaction.atomic() if has_several else nullcontext()


def record_result(attempt: Attempt, answer: Receipt | ProviderError, *, now: datetime) -> AttemptStatus | None:
    """Record the result of the attempt. Return None if the batch has changed since and the result does not count.

    An answer after the lease still concerns this attempt, so it settles a batch that recovery has marked uncertain.
    It changes nothing once a person settled the batch or a newer claim raised the fence.
    """
    result = attempt_outcome.outcome(answer, ordinal=attempt.ordinal)
    due_at = now + timedelta(seconds=result.wait) if result.status == AttemptStatus.LATER else None
    line = (result.status, result.http_status, result.provider_id, result.detail)
    with _atomic_if(bool(result.rejected_positions)):
        state = attempt_outcome.BATCH_STATE[result.status]
        if not batch_sql.record(
            attempt.batch_id, attempt.fence, attempt.pk, state=state, due_at=due_at, line=line, now=now
        ):
            log.warning("attempt.too_late", attempt=attempt.pk, status=result.status.value)
            return None
        if result.rejected_positions:
            Attempt.objects.filter(pk=attempt.pk).update(rejected_positions=list(result.rejected_positions))
    log.info(
        "attempt.ended",
        attempt=attempt.pk,
        batch=attempt.batch_id,
        status=result.status.value,
        http_status=result.http_status,
    )
    if result.status == AttemptStatus.REFUSED:
        control_dispatch.handle_refusal(attempt.batch_id, at_once=result.concerns_all, detail=result.detail)
    return result.status
