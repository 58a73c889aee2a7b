"""SQL statements that run for every batch, because Django takes longer to compose one than the database to run it.

Each function is one commit, or part of the caller's transaction. PostgreSQL needs one round trip, and plans each
statement once a connection. The state names are those of `BatchState` and `DispatchState`.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from newsletter.lib.sql import fetch_all

# PostgreSQL skips rows that another worker is claiming, so that no worker waits for another. The state is tested twice,
# because only the outer statement tests it again after a wait for a lock.
CLAIM = """
    UPDATE delivery_batch SET state = 'claimed', fence = fence + 1, lease_until = %s
    WHERE id IN (
        SELECT id FROM delivery_batch WHERE id IN ({ids}) AND state = 'pending' AND due_at <= %s
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
      (batch_id, ordinal, fence, began_at, group_id, status, provider_id, detail, settled_by, is_proven)
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
    UPDATE delivery_attempt SET status = %s, ended_at = %s, http_status = %s, provider_id = %s, detail = %s
    WHERE id = %s
"""
BEGIN_BOTH = f"WITH ours AS ({BEGIN_BATCH})" + BEGIN_ATTEMPT.format(
    id="ours.id", fence="ours.fence", group="CAST(%s AS bigint)", source="FROM ours"
)
RECORD_BOTH = f"WITH ours AS ({RECORD_BATCH}) {RECORD_ATTEMPT} AND EXISTS (SELECT 1 FROM ours) RETURNING id"  # noqa: S608 — made of constants only
BEGIN_SECOND = BEGIN_ATTEMPT.format(id="%s", fence="%s", group="%s", source="")


def claim(batches: Sequence[int], *, now: datetime, until: datetime) -> list[tuple[Any, ...]]:
    """Claim the due batches among `batches` and return id, fence, packed reader ids, letter and dispatch of each.

    Ordered by id. Only pending batches of open dispatches that no other worker claimed first.
    """
    if not batches:
        return []
    lock = "FOR UPDATE SKIP LOCKED" if connection.vendor == "postgresql" else ""
    statement = CLAIM.format(ids=_placeholders(batches), lock=lock)
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
    """Change a claimed batch to calling, insert the attempt and return its id and ordinal.

    Returns None if the lease of the claim has expired or the dispatch is no longer open. The call is to be made under
    the batch id of `group`, or sent at once without one.
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
    """Record the result of an attempt. Return False if the batch has changed since.

    `line` is attempt status, HTTP status, the provider's id and detail; `due_at` is when the batch may be retried.
    A batch that a person wants sent again is not sent again if it was accepted after all.
    """
    status, *rest = line
    batch_values = [
        state,
        _moment(due_at) if due_at else None,
        batch,
        fence,
        "pending" if state == "accepted" else "calling",
    ]
    attempt_values = [status, _moment(now), *rest, attempt]
    if connection.vendor == "postgresql":
        return bool(fetch_all(RECORD_BOTH, [*batch_values, *attempt_values]))
    with transaction.atomic(savepoint=False):
        ours = bool(fetch_all(RECORD_BATCH, batch_values))
        if ours:
            fetch_all(RECORD_ATTEMPT, attempt_values)
        return ours


def _placeholders(values: Collection[object]) -> str:
    return ", ".join(["%s"] * len(values))


def _moment(at: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(at)
