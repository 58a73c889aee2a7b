"""The health of the system: pure functions from readings to one verdict.

*Busy* needs no action. *Broken* means that a reader will notice unless a person acts; each problem names the
runbook page that says what to do. A long worker queue that drains is not broken.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from newsletter.insights.event_backlog import EventBacklog
from newsletter.insights.rejected_posts import Reason
from newsletter.ops.heartbeats import Queue

STALE_AFTER = timedelta(seconds=30)  # the queues are read every five seconds
LATE_AFTER = timedelta(minutes=2)  # for an edition that should have started sending
UNPROCESSED_AFTER = timedelta(minutes=10)  # webhook posts are processed every second
SOON = timedelta(hours=24)  # a held edition that is due later than this is not a problem yet
STUCK_AFTER = timedelta(minutes=10)  # for a dispatch without progress


NO_BACKLOG = EventBacklog()
REFUSAL_CAUSES = {
    Reason.NO_KEY: "SENDGRID_WEBHOOK_KEY is not set.",
    Reason.SIGNATURE: "SENDGRID_WEBHOOK_KEY does not match their signature.",
    Reason.AGE: "they were signed more than two days ago, or the clock of this server is wrong.",
}


class Level(StrEnum):
    """How well the system does."""

    WELL = "well"
    BUSY = "busy"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem in a sentence, and the heading in docs/runbook.md that says how to fix it."""

    sentence: str
    page: str


@dataclass(frozen=True, slots=True)
class Health:
    """The level, a sentence that explains it, and the problems."""

    level: Level
    sentence: str
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class DispatchSnapshot:
    """The figures of a dispatch, or of an edition that has none yet. All counts but `not_held` are readers.

    `moved_at`: when a batch last changed its state. `is_held_back`: ten minutes ago all remaining batches waited for
    their hour or their pace; `waits`: they do now. `unseen`: readers whose cancel was requested and not confirmed in
    time. `not_held`: cancelled calls that were sent. `unsent`: readers without the edition because it was stopped.
    """

    edition: int
    state: str
    due_at: datetime
    moved_at: datetime | None = None
    waiting: int = 0
    uncertain: int = 0
    refused: int = 0
    is_held_back: bool = False
    waits: bool = False
    unseen: int = 0
    not_held: int = 0
    unsent: int = 0
    stopped_at: datetime | None = None


def judge_health(
    queues: Sequence[Queue],
    dispatches: Sequence[DispatchSnapshot],
    backlog: EventBacklog = NO_BACKLOG,
    *,
    now: datetime,
    unplanned: Sequence[str] = (),
    difference: str = "",
) -> Health:
    """Return the health of the system at `now`.

    `unplanned` are names of active publications without an upcoming edition. `difference` says why the database
    does not belong to this installation; empty when it does.
    """
    problems = [Problem(f"{difference} Run: newsletter environment confirm", "which-environment")] if difference else []
    problems += [*_queue_problems(queues, now), *(p for d in dispatches for p in _dispatch_problems(d, now))]
    problems += _event_problems(backlog, now)
    problems += [Problem(f"{name} has no upcoming edition.", "unplanned-publication") for name in unplanned]
    if problems:
        count = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        return Health(Level.BROKEN, problems[0].sentence + count, tuple(problems))
    if unfinished := [d for d in dispatches if d.state == "open"]:
        readers = sum(d.waiting for d in unfinished)
        is_waiting = all(d.waits for d in unfinished)
        if not readers and is_waiting:
            return Health(Level.BUSY, "All emails are scheduled at the provider. No action needed.")
        activity = "Waiting for the scheduled hour or pace" if is_waiting else "Sending"
        remaining = "1 reader" if readers == 1 else f"{readers:,} readers"
        return Health(Level.BUSY, f"{activity}: {remaining} remaining. No action needed.")
    if stopped := [d for d in dispatches if d.unsent and d.stopped_at and now - d.stopped_at < SOON]:
        return Health(Level.BUSY, _stopped_sentence(stopped))
    return Health(Level.WELL, "All systems normal.")


def _stopped_sentence(stopped: Sequence[DispatchSnapshot]) -> str:
    unsent = stopped[0].unsent
    readers = "1 reader" if unsent == 1 else f"{unsent:,} readers"
    more = f" {len(stopped) - 1} more were stopped." if len(stopped) > 1 else ""
    return f"Edition {stopped[0].edition} was stopped; {readers} did not receive it.{more} Nothing is being sent."


def _queue_problems(queues: Sequence[Queue], now: datetime) -> list[Problem]:
    read = [q.read_at for q in queues if q.read_at]
    if not read:
        message = "No worker has reported yet. Check that the workers and Celery beat are running."
        return [Problem(message, "no-workers")]
    if now - max(read) > STALE_AFTER:
        seconds = int((now - max(read)).total_seconds())
        message = f"No worker has reported for {seconds:,} seconds. Check the workers, Celery beat and Redis."
        return [Problem(message, "no-workers")]
    return [Problem(f"The worker queue “{q.name}” has no worker.", "no-workers") for q in queues if not q.workers]


def _event_problems(backlog: EventBacklog, now: datetime) -> list[Problem]:
    found = []
    if backlog.oldest and now - backlog.oldest > UNPROCESSED_AFTER:
        minutes = int((now - backlog.oldest).total_seconds() // 60)
        posts = "1 webhook post is" if backlog.waiting == 1 else f"{backlog.waiting:,} webhook posts are"
        found.append(Problem(f"{posts} waiting; the oldest is {minutes:,} minutes old.", "late-events"))
    if backlog.late:
        posts = "1 webhook post" if backlog.late == 1 else f"{backlog.late:,} webhook posts"
        found.append(Problem(f"{posts} arrived more than a day after being signed.", "late-events"))
    if backlog.refused:
        since, cause = f"{backlog.refused.first_at:%H:%M} UTC", REFUSAL_CAUSES[Reason(backlog.refused.reason)]
        message = (
            f"Webhook posts have been rejected since {since}: {cause} The provider stops repeating them after a day."
        )
        found.append(Problem(message, "no-events"))
    elif backlog.silent:
        message = "No delivery events arrived for the last three editions. Check the event webhook."
        found.append(Problem(message, "no-events"))
    if backlog.failed:
        posts = "1 webhook post" if backlog.failed == 1 else f"{backlog.failed:,} webhook posts"
        found.append(Problem(f"{posts} could not be processed.", "late-events"))
    return found


def _dispatch_problems(d: DispatchSnapshot, now: datetime) -> list[Problem]:
    found = []
    if d.uncertain:
        readers = "1 reader" if d.uncertain == 1 else f"{d.uncertain:,} readers"
        found.append(Problem(f"Edition {d.edition}: delivery to {readers} is uncertain.", "uncertain-batches"))
    if d.refused:
        readers = "1 reader" if d.refused == 1 else f"{d.refused:,} readers"
        found.append(Problem(f"Edition {d.edition}: the provider refused {readers}.", "refused-batches"))
    if d.state == "attention" and not found:
        found.append(Problem(f"Edition {d.edition} needs attention.", "uncertain-batches"))
    if d.unseen:
        readers = "1 reader" if d.unseen == 1 else f"{d.unseen:,} readers"
        message = f"Edition {d.edition}: the provider has not confirmed that the emails to {readers} are cancelled."
        found.append(Problem(message, "doubtful-cancels"))
    if d.not_held:
        batches = "1 cancelled batch was" if d.not_held == 1 else f"{d.not_held:,} cancelled batches were"
        found.append(Problem(f"Edition {d.edition}: {batches} sent anyway.", "doubtful-cancels"))
    if d.state == "paused":
        readers = "1 reader" if d.waiting == 1 else f"{d.waiting:,} readers"
        found.append(Problem(f"Edition {d.edition} is paused with {readers} remaining.", "paused-dispatch"))
    if d.state == "held" and now > d.due_at - SOON:
        found.append(Problem(f"Edition {d.edition} is held. It will not be sent until you release it.", "held-edition"))
    if d.state in ("planned", "assembled", "approved") and now - d.due_at > LATE_AFTER:
        message = f"Edition {d.edition} was due at {d.due_at:%H:%M} UTC and has not started sending."
        found.append(Problem(message, "late-edition"))
    if d.state == "open" and d.moved_at and now - d.moved_at > STUCK_AFTER and not d.is_held_back:
        found.append(Problem(f"Edition {d.edition}: no progress for ten minutes.", "stuck-dispatch"))
    return found
