"""Batch ids, and which may be paused or cancelled. What that does to mail is in `scheduling_rules.py`.

Ten batches may be paused or cancelled at a time. SendGrid does not document when such a slot becomes free; here that
is when the status is deleted, or when the batch id expires.
"""

import secrets
import sqlite3
import string
from collections import defaultdict
from datetime import datetime

from newsletter.postbox.store.scheduling_rules import BATCH_ID_LIFETIME_SECONDS, BatchHistory, StatusChange

MAX_STATUSES = 10
STATUSES = ("pause", "cancel")
_CHARACTERS = string.ascii_letters + string.digits


class BatchError(Exception):
    """SendGrid refuses the call: `status` is the HTTP status, `field` and `message` are those of its error."""

    def __init__(self, message: str, *, status: int = 400, field: str | None = None) -> None:
        self.message, self.status, self.field = message, status, field
        super().__init__(message)


def create_batch_id(writer: sqlite3.Connection, *, now: datetime) -> str:
    """Create a batch id."""
    batch = "".join(secrets.choice(_CHARACTERS) for _ in range(32))
    writer.execute("INSERT INTO batches VALUES (?, ?)", (batch, now.timestamp()))
    return batch


def is_known(reader: sqlite3.Connection, batch: str) -> bool:
    """Return True if the postbox created this id. An expired id is still accepted; its mail is lost."""
    return reader.execute("SELECT 1 FROM batches WHERE id = ?", (batch,)).fetchone() is not None


def held_batches(reader: sqlite3.Connection, *, now: datetime) -> dict[str, str]:
    """Return the paused and cancelled batches with their status, oldest first."""
    rows = reader.execute(
        "SELECT batch, status, max(number) FROM changes JOIN batches ON batches.id = batch "
        "WHERE issued > ? GROUP BY batch ORDER BY 3",
        (now.timestamp() - BATCH_ID_LIFETIME_SECONDS,),
    )
    return {row["batch"]: row["status"] for row in rows if row["status"]}


def pause_or_cancel(writer: sqlite3.Connection, batch: object, status: object, *, now: datetime) -> None:
    """Pause or cancel a batch that has no status yet."""
    if not isinstance(batch, str) or not is_known(writer, batch):
        raise BatchError("invalid batch id", field="batch_id")
    _check(status)
    held = held_batches(writer, now=now)
    if batch in held:
        raise BatchError("a status for this batch id exists, try PATCH to update the status", field="batch_id")
    if len(held) >= MAX_STATUSES:
        raise BatchError("max limit reached")
    _change(writer, batch, str(status), now)


def update_status(writer: sqlite3.Connection, batch: str, status: object, *, now: datetime) -> None:
    """Change the status of a batch that has one."""
    _check(status)
    _find(writer, batch, now)
    _change(writer, batch, str(status), now)


def delete_status(writer: sqlite3.Connection, batch: str, *, now: datetime) -> None:
    """Delete the status. Waiting mail may be sent again, at once when it is past due."""
    _find(writer, batch, now)
    _change(writer, batch, "", now)


def batch_histories(reader: sqlite3.Connection) -> dict[str, BatchHistory]:
    """Return every batch with all its changes, from which the status of mail follows."""
    changes: dict[str, list[StatusChange]] = defaultdict(list)
    for row in reader.execute("SELECT batch, at, status FROM changes ORDER BY number"):
        changes[row["batch"]].append(StatusChange(row["at"], row["status"]))
    rows = reader.execute("SELECT id, issued FROM batches ORDER BY issued, id")
    return {row["id"]: BatchHistory(row["issued"], changes[row["id"]]) for row in rows}


def _check(status: object) -> None:
    if status not in STATUSES:
        raise BatchError("status must be pause or cancel", field="status")


def _find(reader: sqlite3.Connection, batch: str, now: datetime) -> None:
    if batch not in held_batches(reader, now=now):
        raise BatchError("batch id not found", status=404)


def _change(writer: sqlite3.Connection, batch: str, status: str, now: datetime) -> None:
    writer.execute("INSERT INTO changes (batch, at, status) VALUES (?, ?, ?)", (batch, now.timestamp(), status))
