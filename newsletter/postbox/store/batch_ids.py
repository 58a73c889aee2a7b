"""Batch ids, and their pausing and cancelling: who may have which status when. What it does to mail is in `fates`.

Ten batches may be paused or cancelled at a time. SendGrid does not say when such a place is free
again; here it is when the status is taken away, or when the batch id has ended.
"""

import secrets
import sqlite3
import string
from collections import defaultdict
from datetime import datetime

from newsletter.postbox.store.scheduling_rules import BATCH_LIFE, Batch, StatusChange

PLACES = 10
STATUSES = ("pause", "cancel")
_SIGNS = string.ascii_letters + string.digits


class NotPossible(Exception):
    """SendGrid's answer is no: `status` in HTTP, `field` and the message of its error."""

    def __init__(self, message: str, *, status: int = 400, field: str | None = None) -> None:
        self.message, self.status, self.field = message, status, field
        super().__init__(message)


def issue(writer: sqlite3.Connection, *, now: datetime) -> str:
    """A fresh batch id."""
    batch = "".join(secrets.choice(_SIGNS) for _ in range(32))
    writer.execute("INSERT INTO batches VALUES (?, ?)", (batch, now.timestamp()))
    return batch


def is_issued(reader: sqlite3.Connection, batch: str) -> bool:
    """Whether the id came from us. One that has ended is still found good; its mail is lost."""
    return reader.execute("SELECT 1 FROM batches WHERE id = ?", (batch,)).fetchone() is not None


def held_batches(reader: sqlite3.Connection, *, now: datetime) -> dict[str, str]:
    """The batches that are paused or cancelled, with their status, the oldest first."""
    rows = reader.execute(
        "SELECT batch, status, max(number) FROM changes JOIN batches ON batches.id = batch "
        "WHERE issued > ? GROUP BY batch ORDER BY 3",
        (now.timestamp() - BATCH_LIFE,),
    )
    return {row["batch"]: row["status"] for row in rows if row["status"]}


def pause_or_cancel(writer: sqlite3.Connection, batch: object, status: object, *, now: datetime) -> None:
    """Pause or cancel a batch that has no status yet."""
    if not isinstance(batch, str) or not is_issued(writer, batch):
        raise NotPossible("invalid batch id", field="batch_id")
    _check(status)
    standing = held_batches(writer, now=now)
    if batch in standing:
        raise NotPossible("a status for this batch id exists, try PATCH to update the status", field="batch_id")
    if len(standing) >= PLACES:
        raise NotPossible("max limit reached")
    _change(writer, batch, str(status), now)


def alter(writer: sqlite3.Connection, batch: str, status: object, *, now: datetime) -> None:
    """Change the status of a batch that has one."""
    _check(status)
    _find(writer, batch, now)
    _change(writer, batch, str(status), now)


def release(writer: sqlite3.Connection, batch: str, *, now: datetime) -> None:
    """Take the status away. What waits may leave again, at once when it is past due."""
    _find(writer, batch, now)
    _change(writer, batch, "", now)


def batch_histories(reader: sqlite3.Connection) -> dict[str, Batch]:
    """Every batch with all its changes, to judge the fates of mail by."""
    changes: dict[str, list[StatusChange]] = defaultdict(list)
    for row in reader.execute("SELECT batch, at, status FROM changes ORDER BY number"):
        changes[row["batch"]].append(StatusChange(row["at"], row["status"]))
    rows = reader.execute("SELECT id, issued FROM batches ORDER BY issued, id")
    return {row["id"]: Batch(row["issued"], changes[row["id"]]) for row in rows}


def _check(status: object) -> None:
    if status not in STATUSES:
        raise NotPossible("status must be pause or cancel", field="status")


def _find(reader: sqlite3.Connection, batch: str, now: datetime) -> None:
    if batch not in held_batches(reader, now=now):
        raise NotPossible("batch id not found", status=404)


def _change(writer: sqlite3.Connection, batch: str, status: str, now: datetime) -> None:
    writer.execute("INSERT INTO changes (batch, at, status) VALUES (?, ?, ?)", (batch, now.timestamp(), status))
