"""The statements that run for every batch, written out: Django takes longer to compose one than the database to run it.

Each function is one commit, or part of the caller's. PostgreSQL does it in one round trip, and plans it
once a connection. The state words are those of `BatchState` and `DispatchState`.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from newsletter.lib.sql import fetch_all

# Of those that another worker is claiming at this moment PostgreSQL leaves the rows alone, so nobody waits for anybody.
# The state is asked for twice, because the outer statement is what looks at it again after it waited for a lock.
CLAIM = """
    UPDATE delivery_batch SET state = 'claimed', fence = fence + 1, lease_until = %s
    WHERE id IN (
        SELECT id FROM delivery_batch WHERE id IN ({those}) AND state = 'pending' AND due_at <= %s
        AND dispatch_id IN (SELECT id FROM delivery_dispatch WHERE state = 'open') {lock}
    ) AND state = 'pending'
    RETURNING id, fence, subscribers, letter_id, dispatch_id
"""
BEGIN_BATCH = """
    UPDATE delivery_batch SET state = 'calling', lease_until = %s, submitted = %s, left_out = %s
    WHERE id = %s AND fence = %s AND state = 'claimed' AND lease_until > %s
      AND dispatch_id IN (SELECT id FROM delivery_dispatch WHERE state = 'open')
    RETURNING id, fence
"""
BEGIN_ATTEMPT = """
    INSERT INTO delivery_attempt
      (batch_id, ordinal, fence, began_at, group_id, fate, provider_id, detail, settled_by, is_proven)
    SELECT {id}, (SELECT COUNT(*) + 1 FROM delivery_attempt WHERE batch_id = {id}), {fence}, %s, {group},
      '', '', '', '', FALSE {source}
    RETURNING id, ordinal
"""
RECORD_BATCH = """
    UPDATE delivery_batch SET state = %s, lease_until = NULL, last_enqueued_at = NULL, due_at = COALESCE(%s, due_at)
    WHERE id = %s AND fence = %s AND state IN ('calling', 'uncertain', %s)
    RETURNING id
"""
RECORD_ATTEMPT = """
    UPDATE delivery_attempt SET fate = %s, ended_at = %s, http_status = %s, provider_id = %s, detail = %s
    WHERE id = %s
"""
BEGIN_BOTH = f"WITH ours AS ({BEGIN_BATCH})" + BEGIN_ATTEMPT.format(
    id="ours.id", fence="ours.fence", group="CAST(%s AS bigint)", source="FROM ours"
)
RECORD_BOTH = f"WITH ours AS ({RECORD_BATCH}) {RECORD_ATTEMPT} AND EXISTS (SELECT 1 FROM ours) RETURNING id"  # noqa: S608 — of our own parts alone
BEGIN_SECOND = BEGIN_ATTEMPT.format(id="%s", fence="%s", group="%s", source="")


def claim(batches: Sequence[int], *, now: datetime, until: datetime) -> list[tuple[Any, ...]]:
    """Make those of `batches` that are due ours until then: id, fence, packed ids of readers, letter, dispatch.

    By ascending id. Only those that were pending, of an open dispatch, and that nobody else was quicker to claim.
    """
    if not batches:
        return []
    lock = "FOR UPDATE SKIP LOCKED" if connection.vendor == "postgresql" else ""
    statement = CLAIM.format(those=_places(batches), lock=lock)
    return sorted(fetch_all(statement, [_moment(until), *batches, _moment(now)]))


def begin(
    batch: int,
    fence: int,
    *,
    readers: int,
    left_out: Mapping[str, Sequence[int]],
    group: int | None,
    now: datetime,
    until: datetime,
) -> tuple[int, int] | None:
    """Write down that a claimed batch is being called, and the attempt: its id and ordinal; None when it is not ours.

    It is not when the claim's lease is over, or when its dispatch is not open any more. The call is to be made
    under the batch id of `group`, or to leave at once.
    """
    change = [_moment(until), readers, json.dumps(left_out), batch, fence, _moment(now)]
    if connection.vendor == "postgresql":
        begun = fetch_all(BEGIN_BOTH, [*change, now, group])
    else:
        with transaction.atomic(savepoint=False):
            ours = fetch_all(BEGIN_BATCH, change)
            begun = fetch_all(BEGIN_SECOND, [batch, batch, fence, _moment(now), group]) if ours else []
    return (begun[0][0], begun[0][1]) if begun else None


def record(
    batch: int, fence: int, attempt: int, *, state: str, due_at: datetime | None, line: Sequence[Any], now: datetime
) -> bool:
    """Write down what became of an attempt; False when the batch has moved on.

    `line` is fate, status, the provider's id and detail; a `due_at` is when the batch may be tried again.
    A batch that a person wants sent again need not be once it was accepted after all.
    """
    fate, *rest = line
    book = [state, _moment(due_at) if due_at else None, batch, fence, "pending" if state == "accepted" else "calling"]
    said = [fate, _moment(now), *rest, attempt]
    if connection.vendor == "postgresql":
        return bool(fetch_all(RECORD_BOTH, [*book, *said]))
    with transaction.atomic(savepoint=False):
        ours = bool(fetch_all(RECORD_BATCH, book))
        if ours:
            fetch_all(RECORD_ATTEMPT, said)
        return ours


def _places(values: Collection[object]) -> str:
    return ", ".join(["%s"] * len(values))


def _moment(at: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(at)
