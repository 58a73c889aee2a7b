"""Sending batches: claim (commit) → attempt (commit) → call → record (commit).

Between claim and attempt a crash costs nothing: the lease ends and anyone may claim again.
Between attempt and record a crash leaves the batch uncertain, because the call may have been
made: `recovery.py` says so, `settling.py` mends it. No call is made inside a transaction.
"""

import json
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections, connection, transaction
from django.db.models import F

from newsletter.delivery import addressing, ahead, fates, pacing, steering, thanking
from newsletter.delivery.addressing import Claimed
from newsletter.delivery.models import Attempt, Batch, BatchState, Fate, Group
from newsletter.delivery.packing import unpack
from newsletter.mail.errors import DispatchError
from newsletter.mail.letters import Receipt
from newsletter.mail.sendgrid.transport import Client

Clock = Callable[[], datetime]
PREPARING = timedelta(seconds=30)  # from claim to attempt; a worker lost in between is soon replaced
AT_ONCE = 4  # batches that a thread claims together: one commit for four, and little to wait for if it is lost
PAUSES = (0.5, 2, 5, 10, 20)  # seconds before an answer is written down again
log = structlog.get_logger()
_leaving = threading.Event()


def take_no_more() -> None:
    """This process is about to end: calls in hand are finished, batches not begun go back."""
    _leaving.set()


class Senders:
    """Threads that send, each with a database connection of its own that is kept from slice to slice.

    One thread sends on the caller's own, which makes a test of a single batch as simple as it looks.
    """

    def __init__(self, connections: int) -> None:
        self._threads = connections
        self._pool = ThreadPoolExecutor(connections, thread_name_prefix="dispatch") if connections > 1 else None

    def send_all(self, batch_ids: Sequence[int], *, client: Client, clock: Clock) -> None:
        """Send these batches with as many calls in flight as there are threads.

        A batch that fails in a way nobody foresaw is logged and left to its lease; the others go on.
        """
        waiting = deque(batch_ids)
        if self._pool is None:
            _send_waiting(waiting, 1, client, clock)
            return
        threads = min(self._threads, len(batch_ids))
        portion = max(1, min(AT_ONCE, len(batch_ids) // threads))
        wait([self._pool.submit(_send_on_a_thread, waiting, portion, client, clock) for _ in range(threads)])

    def close(self) -> None:
        """End the threads and their database connections."""
        if self._pool is None:
            return
        together = threading.Barrier(self._threads)  # so that each thread gets one of these, and none two
        wait([self._pool.submit(_hang_up, together) for _ in range(self._threads)])
        self._pool.shutdown()


def send_all(batch_ids: Sequence[int], *, client: Client, clock: Clock, connections: int) -> None:
    """`Senders.send_all` with threads that end with the call."""
    senders = Senders(min(connections, max(1, len(batch_ids))))
    try:
        senders.send_all(batch_ids, client=client, clock=clock)
    finally:
        senders.close()


def _hang_up(together: threading.Barrier) -> None:
    together.wait()
    connection.close()


def _send_on_a_thread(waiting: deque[int], portion: int, client: Client, clock: Clock) -> None:
    try:
        close_old_connections()  # one that broke since the last slice, or is too old
        _send_waiting(waiting, portion, client, clock)
    except Exception:
        log.exception("slice.crashed")
        connection.close()


def _send_waiting(waiting: deque[int], portion: int, client: Client, clock: Clock) -> None:
    while not _leaving.is_set():
        lot = _take(waiting, portion)
        if not lot:
            return
        claimed = claim_all(lot, now=clock())
        while claimed and not _leaving.is_set():
            batch = claimed.pop(0)
            try:
                _send(batch, client, clock)
            except Exception:
                log.exception("batch.crashed", batch=batch.pk)
        give_back(claimed)


def _take(waiting: deque[int], most: int) -> list[int]:
    taken: list[int] = []
    while len(taken) < most:
        try:
            taken.append(waiting.popleft())
        except IndexError:
            break
    return taken


def send(batch_id: int, *, client: Client, clock: Clock) -> Fate | None:
    """Send one batch. None when it was not ours to send, or nobody is left in it."""
    batch = claim(batch_id, now=clock())
    return _send(batch, client, clock) if batch else None


def _send(batch: Claimed, client: Client, clock: Clock) -> Fate | None:
    group = None
    if batch.leaves_at and (now := clock()) < batch.leaves_at:
        group = ahead.group_for(batch, now=now)
        if group is None:
            return None
    people = addressing.address(batch)
    payload = addressing.payload(batch)
    attempt = begin(batch, people, now=clock(), group=group)
    if attempt is None:
        return None
    ids = addressing.ids(attempt, dispatch=batch.dispatch_id)
    body = payload.body(people.readers, people.tokens, ids=ids, ahead=ahead.terms(group) if group else None)
    until = ahead.deadline(group, began_at=attempt.began_at) if group else None
    answer: Receipt | DispatchError
    try:
        answer = client.send(body, still=(lambda: clock() < until) if until else None)
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


def claim(batch_id: int, *, now: datetime) -> Claimed | None:
    """The batch, if this very call changed it from pending to claimed; else None."""
    return next(iter(claim_all([batch_id], now=now)), None)


def claim_all(batch_ids: Sequence[int], *, now: datetime) -> list[Claimed]:
    """Those of the batches which this very call changed from pending to claimed, in the order of their ids.

    Readers of them who gave since the opening are not in them any more (thanking.py).
    """
    with transaction.atomic():
        # those that somebody else is claiming at this moment are passed over, so nobody waits for anybody
        free = Batch.objects.due(now).filter(pk__in=batch_ids).select_for_update(skip_locked=True)
        ours = list(free.values_list("pk", flat=True))
        if not ours:
            return []
        Batch.objects.filter(pk__in=ours).update(
            state=BatchState.CLAIMED, fence=F("fence") + 1, lease_until=now + PREPARING
        )
        rows = Batch.objects.filter(pk__in=ours).order_by("pk").values_list(*CLAIMED)
        claimed = [Claimed(pk, fence, unpack(ids).tolist(), *rest) for pk, fence, ids, *rest in rows]
        return thanking.spare_late_donors(claimed)


# The fields of `Claimed`, in its order
CLAIMED = (
    "pk",
    "fence",
    "subscribers",
    "dispatch_id",
    "letter_id",
    "dispatch__edition_id",
    "dispatch__edition__made_from",
    "dispatch__edition__publication_id",
    "dispatch__edition__publication__name",
    "dispatch__edition__publication__slug",
    "dispatch__leaves_at",
    "group_id",
    "dispatch__is_paced",
    "dispatch__opened_at",
    "dispatch__thanks_since",
)


def give_back(claimed: Sequence[Claimed]) -> None:
    """Batches claimed and not begun are pending again at once."""
    for batch in claimed:
        Batch.objects.filter(pk=batch.pk, fence=batch.fence, state=BatchState.CLAIMED).update(
            state=BatchState.PENDING, lease_until=None, rung_at=None
        )


def begin(batch: Claimed, people: addressing.People, *, now: datetime, group: Group | None = None) -> Attempt | None:
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
    moment = connection.ops.adapt_datetimefield_value
    until = moment(now + timedelta(seconds=settings.DISPATCH_LEASE))
    with transaction.atomic(), connection.cursor() as cursor:
        free = not batch.is_paced or pacing.take(batch.dispatch_id, len(people.readers), now=now)
        if free and (group is None or ahead.hold_open(group)):
            cursor.execute(
                BEGIN_BATCH,
                [until, len(people.readers), json.dumps(people.left_out), batch.pk, batch.fence, moment(now)],
            )
        if cursor.rowcount > 0:
            cursor.execute(BEGIN_ATTEMPT, [batch.pk, batch.fence, moment(now), batch.pk])
            pk, ordinal = cursor.fetchone()
            if group:
                Attempt.objects.filter(pk=pk).update(group=group)
            return Attempt(pk=pk, batch_id=batch.pk, ordinal=ordinal, fence=batch.fence, began_at=now)
        if batch.is_paced:
            transaction.set_rollback(True)  # a call that is not made counts in no window
    give_back([batch])
    return None


def record(attempt: Attempt, answer: Receipt | DispatchError, *, now: datetime) -> Fate | None:
    """Write down what became of the attempt. None when the batch has moved on without us.

    An answer that comes after the lease is still the provider's word on this very attempt, so it
    settles a batch that recovery has meanwhile called uncertain. It changes nothing once a person
    settled it or a newer claim raised the fence.
    """
    came = fates.outcome(answer, ordinal=attempt.ordinal)
    moment = connection.ops.adapt_datetimefield_value
    due_at = moment(now + timedelta(seconds=came.wait)) if came.fate == Fate.LATER else None
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(RECORD_BATCH, [fates.BATCH_STATE[came.fate], due_at, attempt.batch_id, attempt.fence])
        if not cursor.rowcount:
            log.warning("attempt.too_late", attempt=attempt.pk, fate=came.fate.value)
            return None
        cursor.execute(RECORD_ATTEMPT, [came.fate, moment(now), came.status, came.provider_id, came.detail, attempt.pk])
        if came.blamed:
            Attempt.objects.filter(pk=attempt.pk).update(blamed=list(came.blamed))
    log.info("attempt.ended", attempt=attempt.pk, batch=attempt.batch_id, fate=came.fate.value, status=came.status)
    if came.fate == Fate.REFUSED:
        steering.mind_refusals(attempt.batch_id, at_once=came.concerns_all, detail=came.detail)
    return came.fate


# The four statements that run for every batch, written out: Django takes longer to compose one than
# the database to run it. The state words are those of `BatchState` and `DispatchState`.
BEGIN_BATCH = """
    UPDATE delivery_batch SET state = 'calling', lease_until = %s, submitted = %s, left_out = %s
    WHERE id = %s AND fence = %s AND state = 'claimed' AND lease_until > %s
      AND dispatch_id IN (SELECT id FROM delivery_dispatch WHERE state = 'open')
"""
BEGIN_ATTEMPT = """
    INSERT INTO delivery_attempt (batch_id, ordinal, fence, began_at, fate, provider_id, detail, settled_by)
    SELECT %s, COUNT(*) + 1, %s, %s, '', '', '', '' FROM delivery_attempt WHERE batch_id = %s
    RETURNING id, ordinal
"""
RECORD_BATCH = """
    UPDATE delivery_batch SET state = %s, lease_until = NULL, rung_at = NULL, due_at = COALESCE(%s, due_at)
    WHERE id = %s AND fence = %s AND state IN ('calling', 'uncertain')
"""
RECORD_ATTEMPT = """
    UPDATE delivery_attempt SET fate = %s, ended_at = %s, http_status = %s, provider_id = %s, detail = %s
    WHERE id = %s
"""
