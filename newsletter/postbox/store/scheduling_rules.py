"""When an accepted email is sent, if ever: SendGrid's rules for send_at, batches, pause and cancel. Pure.

Documented (pages on cancelling scheduled sends and scheduling parameters): a status belongs to the batch id and is
evaluated at send_at; it counts only when it was set at least ten minutes before; paused mail waits at most 72 hours
past its time; deleting a status releases waiting mail, at once when it is past due; a batch id is valid for ten days,
and mail with an older one is accepted and lost. Where the pages say nothing, the rule here is the worst one for a
sender: a status set less than ten minutes before has no effect, and mail that arrives after its send_at is sent at
once, whatever the status of its batch.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

CANCEL_CUTOFF_SECONDS = 10 * 60  # before send_at; a later status has no effect
MAX_PAUSE_SECONDS = 72 * 3600  # past send_at
BATCH_ID_LIFETIME_SECONDS = 10 * 24 * 3600


class CopyStatus(StrEnum):
    """The state of a copy."""

    SENT = "sent"
    WAITING = "waiting"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    LOST = "lost"


STOPPED = frozenset({CopyStatus.CANCELLED, CopyStatus.EXPIRED, CopyStatus.LOST})  # will never be sent


class StatusChange(NamedTuple):
    """The status of a batch from `at` (Unix seconds) on: `pause`, `cancel` or empty."""

    at: float
    status: str


class BatchHistory(NamedTuple):
    """A batch id: when it was created, and the changes of its status in order."""

    issued: float
    changes: Sequence[StatusChange] = ()


def copy_status(*, accepted: float, send_at: int | None, batch: BatchHistory | None, now: float) -> CopyStatus:
    """Return the status at `now` of a copy accepted at `accepted`. All times are Unix seconds."""
    if batch and accepted > batch.issued + BATCH_ID_LIFETIME_SECONDS:
        return CopyStatus.LOST
    if send_at is None or send_at <= accepted:
        return CopyStatus.SENT
    if now < send_at:
        return CopyStatus.WAITING
    if not batch or not _holds(batch.changes, send_at):
        return CopyStatus.SENT
    return _held(batch.changes, send_at, now)


def _holds(changes: Sequence[StatusChange], send_at: int) -> bool:
    """Return True if the batch has had a status without a break from before the cutoff until `send_at`."""
    since: float | None = None
    for change in changes:
        if change.at > send_at:
            break
        if not change.status:
            since = None
        elif since is None:
            since = change.at
    return since is not None and since <= send_at - CANCEL_CUTOFF_SECONDS


def _held(changes: Sequence[StatusChange], send_at: int, now: float) -> CopyStatus:
    """Return the status at `now` of a copy that was held at `send_at`."""
    at_due = [change for change in changes if change.at <= send_at]
    later = [change for change in changes if send_at < change.at <= min(now, send_at + MAX_PAUSE_SECONDS)]
    for change in (at_due[-1], *later):
        if change.status == "cancel":
            return CopyStatus.CANCELLED
        if not change.status:
            return CopyStatus.SENT
    return CopyStatus.PAUSED if now <= send_at + MAX_PAUSE_SECONDS else CopyStatus.EXPIRED
