"""When a letter that was accepted leaves, if ever: SendGrid's rules for send_at, batches, pause and cancel. Pure.

Documented (pages on cancelling scheduled sends and scheduling parameters): a status belongs to the
batch id and is looked at when send_at is reached; it counts only when it was set ten minutes
before; what is paused waits at most 72 hours past its time; taking a status away lets what waits
leave, at once when it is past due; a batch id is good for ten days, and mail under an older one is
accepted and lost. Where the pages are silent, the answer here is the worst one for a sender: a
status set later than ten minutes before does not hold, and mail that comes in past its send_at
leaves at once, whatever the status of its batch.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

GUARD = 10 * 60  # seconds before send_at until which a status counts
KEPT = 72 * 3600  # seconds past send_at that a paused letter is kept
BATCH_LIFE = 864_000  # seconds


class Fate(StrEnum):
    """What became of a copy, so far."""

    SENT = "sent"
    WAITING = "waiting"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    LOST = "lost"


STOPPED = frozenset({Fate.CANCELLED, Fate.EXPIRED, Fate.LOST})  # will never leave


class StatusChange(NamedTuple):
    """From `at` (Unix seconds) on, a batch has this status: `pause`, `cancel` or none (empty)."""

    at: float
    status: str


class Batch(NamedTuple):
    """A batch id's life: when it was given out, and the changes of its status in their order."""

    issued: float
    changes: Sequence[StatusChange] = ()


def fate(*, accepted: float, send_at: int | None, batch: Batch | None, now: float) -> Fate:
    """What a copy taken in at `accepted` has come to at `now`. All times are Unix seconds."""
    if batch and accepted > batch.issued + BATCH_LIFE:
        return Fate.LOST
    if send_at is None or send_at <= accepted:
        return Fate.SENT
    if now < send_at:
        return Fate.WAITING
    if not batch or not _holds(batch.changes, send_at):
        return Fate.SENT
    return _held(batch.changes, send_at, now)


def _holds(changes: Sequence[StatusChange], send_at: int) -> bool:
    """Whether a status stands at `send_at` that has stood, unbroken, since before the guard."""
    since: float | None = None
    for change in changes:
        if change.at > send_at:
            break
        if not change.status:
            since = None
        elif since is None:
            since = change.at
    return since is not None and since <= send_at - GUARD


def _held(changes: Sequence[StatusChange], send_at: int, now: float) -> Fate:
    """A status held the copy at `send_at`: what has happened to it from then until `now`."""
    at_due = [change for change in changes if change.at <= send_at]
    later = [change for change in changes if send_at < change.at <= min(now, send_at + KEPT)]
    for change in (at_due[-1], *later):
        if change.status == "cancel":
            return Fate.CANCELLED
        if not change.status:
            return Fate.SENT
    return Fate.PAUSED if now <= send_at + KEPT else Fate.EXPIRED
