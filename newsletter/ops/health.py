"""Is the house all right? Pure: readings in, one verdict out.

*Busy* needs nobody. *Broken* means that a reader will notice unless a person acts; it names the
page of the runbook that says what to do. A long worker queue that drains is not broken.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from newsletter.insights.event_backlog import EventBacklog
from newsletter.insights.refused_posts import Reason
from newsletter.ops.heartbeats import Queue

STALE = timedelta(seconds=30)  # queues are looked at every five seconds
LATE = timedelta(minutes=2)  # an edition that should have begun to leave
UNREAD = timedelta(minutes=10)  # posts of events are absorbed every second
SOON = timedelta(hours=24)  # what is held for longer than that has time
STUCK = timedelta(minutes=10)  # a dispatch in which nothing has moved


NO_ARREARS = EventBacklog()
REFUSED = {
    Reason.NO_KEY: "SENDGRID_WEBHOOK_KEY is not set.",
    Reason.SIGNATURE: "SENDGRID_WEBHOOK_KEY is not the key that signs them.",
    Reason.AGE: "they were signed more than two days ago, or our clock is wrong.",
}


class Level(StrEnum):
    WELL = "well"
    BUSY = "busy"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is amiss, in a sentence, and the heading in docs/runbook.md that mends it."""

    sentence: str
    page: str


@dataclass(frozen=True, slots=True)
class Health:
    level: Level
    sentence: str
    troubles: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class DispatchSnapshot:
    """A dispatch or an edition due to become one. `moved_at`: when last a batch changed its state;
    `is_held_back`: ten minutes ago all that was left waited for its hour or its pace; `waits`: it does now.
    `unseen`: readers whose cancel was asked for and not seen in time; `not_held`: cancelled calls that left."""

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
    unsent: int = 0  # readers who do not get it because it was stopped
    stopped_at: datetime | None = None


def judge_health(
    queues: Sequence[Queue],
    sendings: Sequence[DispatchSnapshot],
    arrears: EventBacklog = NO_ARREARS,
    *,
    now: datetime,
    unplanned: Sequence[str] = (),
    strange: str = "",
) -> Health:
    """The state of the house at `now`. `unplanned` are active publications without an edition to come.

    `strange` says why the database is not taken for this house’s own.
    """
    troubles = [Problem(f"{strange} Run: newsletter environment confirm", "which-environment")] if strange else []
    troubles += [*_queue_troubles(queues, now), *(t for s in sendings for t in _sending_troubles(s, now))]
    troubles += _event_troubles(arrears, now)
    troubles += [Problem(f"No edition of {name} is planned.", "unplanned-publication") for name in unplanned]
    if troubles:
        count = f" (and {len(troubles) - 1} more)" if len(troubles) > 1 else ""
        return Health(Level.BROKEN, troubles[0].sentence + count, tuple(troubles))
    if leaving := [s for s in sendings if s.state == "open"]:
        readers = sum(s.waiting for s in leaving)
        if not readers and all(s.waits for s in leaving):
            said = "Everything is submitted ahead and leaves at its time. Nobody needs to do anything."
            return Health(Level.BUSY, said)
        doing = "Waiting for their hour or pace" if all(s.waits for s in leaving) else "Sending"
        return Health(Level.BUSY, f"{doing}: {readers:,} readers still to go. Nobody needs to do anything.")
    if stopped := [s for s in sendings if s.unsent and s.stopped_at and now - s.stopped_at < SOON]:
        return Health(Level.BUSY, _stopped_sentence(stopped))
    return Health(Level.WELL, "All is well. Nobody needs to do anything.")


def _stopped_sentence(stopped: Sequence[DispatchSnapshot]) -> str:
    unsent = stopped[0].unsent
    readers = "one reader" if unsent == 1 else f"{unsent:,} readers"
    more = f", and {len(stopped) - 1} more were stopped" if len(stopped) > 1 else ""
    return f"Edition {stopped[0].edition} was stopped before {readers} got it{more}. Nothing is being sent."


def _queue_troubles(queues: Sequence[Queue], now: datetime) -> list[Problem]:
    read = [q.read_at for q in queues if q.read_at]
    if not read:
        return [Problem("No worker has ever reported. Are the workers and the beat running?", "no-workers")]
    if now - max(read) > STALE:
        seconds = int((now - max(read)).total_seconds())
        return [
            Problem(
                f"No worker has looked at the queues for {seconds:,} seconds: workers, beat or Redis are down.",
                "no-workers",
            )
        ]
    return [
        Problem(f"No worker listens to the worker queue “{q.name}”.", "no-workers") for q in queues if not q.workers
    ]


def _event_troubles(arrears: EventBacklog, now: datetime) -> list[Problem]:
    found = []
    if arrears.oldest and now - arrears.oldest > UNREAD:
        minutes = int((now - arrears.oldest).total_seconds() // 60)
        found.append(
            Problem(f"{arrears.waiting:,} posts of events wait, the oldest for {minutes:,} minutes.", "late-events")
        )
    if arrears.late:
        found.append(
            Problem(f"{arrears.late:,} posts of events came more than a day after they were signed.", "late-events")
        )
    if arrears.refused:
        since, why = f"{arrears.refused.first_at:%H:%M} UTC", REFUSED[Reason(arrears.refused.reason)]
        words = f"Since {since} the provider’s posts of events are refused: {why} It stops repeating them after a day."
        found.append(Problem(words, "no-events"))
    elif arrears.silent:
        found.append(Problem("The last three editions brought no event at all. Does the webhook work?", "no-events"))
    if arrears.aside:
        found.append(Problem(f"{arrears.aside:,} posts of events could not be understood.", "late-events"))
    return found


def _sending_troubles(s: DispatchSnapshot, now: datetime) -> list[Problem]:
    found = []
    if s.uncertain:
        found.append(
            Problem(f"Edition {s.edition}: nobody knows whether {s.uncertain:,} readers got it.", "uncertain-batches")
        )
    if s.refused:
        readers = "one reader" if s.refused == 1 else f"{s.refused:,} readers"
        found.append(Problem(f"Edition {s.edition}: the provider refused {readers}.", "refused-batches"))
    if s.state == "attention" and not found:
        found.append(Problem(f"Edition {s.edition} wants a person's attention.", "uncertain-batches"))
    if s.unseen:
        words = f"Edition {s.edition}: the provider does not say whether {s.unseen:,} readers’ letters were cancelled."
        found.append(Problem(words, "doubtful-cancels"))
    if s.not_held:
        words = f"Edition {s.edition}: {s.not_held:,} calls left although they were cancelled."
        found.append(Problem(words, "doubtful-cancels"))
    if s.state == "paused":
        found.append(Problem(f"Edition {s.edition} is paused with {s.waiting:,} readers to go.", "paused-dispatch"))
    if s.state == "held" and now > s.due_at - SOON:
        found.append(Problem(f"Edition {s.edition} is held and will not leave by itself.", "held-edition"))
    if s.state in ("planned", "assembled", "approved") and now - s.due_at > LATE:
        found.append(Problem(f"Edition {s.edition} should have left at {s.due_at:%H:%M} UTC.", "late-edition"))
    if s.state == "open" and s.moved_at and now - s.moved_at > STUCK and not s.is_held_back:
        found.append(Problem(f"Edition {s.edition}: nothing has moved for ten minutes.", "stuck-dispatch"))
    return found
