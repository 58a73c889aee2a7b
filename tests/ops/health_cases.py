"""For each rule of health: readings in which it fires, and readings that look alike in which it does not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from newsletter.insights.event_backlog import EventBacklog, RejectedPosts
from newsletter.insights.rejected_posts import Reason
from newsletter.ops.health import health_rules as rules
from newsletter.ops.health.health_facts import BadDomain, DispatchSnapshot, MailboxRates, PauseSnapshot, WaitingWork
from newsletter.ops.health.health_rules import HealthRule
from newsletter.ops.health.judge_health import Readings
from newsletter.ops.heartbeats import Queue, Worker
from tests.support.factories import MONDAY

NAMES = ("assembly", "dispatch")


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def queues(*, workers: int = 1, waiting: int = 0, age: float = 3, oldest: float = 0, taken: int = 0) -> list[Queue]:
    return [Queue(name, waiting, oldest, workers, MONDAY - timedelta(seconds=age), taken) for name in NAMES]


def worker(**measured: object) -> Worker:
    return Worker(name="worker@here", queues=NAMES, seen_at=MONDAY, **measured)  # type: ignore[arg-type]  # fields of any type


def read(
    *dispatches: DispatchSnapshot,
    queues: Sequence[Queue] = tuple(queues()),
    workers: Sequence[Worker] = (worker(),),
    **others: object,
) -> Readings:
    return Readings(queues, workers, dispatches, **others)  # type: ignore[arg-type]  # fields of any type


def snapshot(state: str, **fields: object) -> DispatchSnapshot:
    values = {"due_at": MONDAY} | fields
    return DispatchSnapshot(7, state, **values)  # type: ignore[arg-type]  # fields of any type


def pause(*, since: float, until: float | None = None) -> PauseSnapshot:
    """A pause of all sending that began so many hours ago and ends in so many."""
    end = None if until is None else MONDAY + timedelta(hours=until)
    return PauseSnapshot("", "wrong headline", "Otto", MONDAY - timedelta(hours=since), end)


@dataclass(frozen=True)
class Case:
    """Readings at `MONDAY`: whether the rule fires, and words of its sentence."""

    rule: HealthRule
    fires: bool
    readings: Readings
    words: str = ""


UNCERTAIN = {"uncertain": 1000, "waiting": 0}
LONG_AGO = MONDAY - minutes(6)
REJECTED = RejectedPosts(Reason.SIGNATURE, MONDAY - minutes(90), MONDAY)
CASES = [
    Case(rules.ENVIRONMENT, True, read(difference="The database was copied."), "environment confirm"),
    Case(rules.ENVIRONMENT, False, read()),
    Case(rules.NO_WORKER, True, read(queues=queues(age=95), workers=()), "95 seconds"),
    Case(rules.NO_WORKER, True, read(queues=[Queue(n, 0, 0, 0, None) for n in NAMES], workers=()), "has reported yet"),
    Case(rules.NO_WORKER, False, read(queues=queues(waiting=5000))),
    Case(rules.QUEUE_WITHOUT_WORKER, True, read(queues=queues(workers=0, waiting=1)), "“assembly” has no worker"),
    Case(rules.QUEUE_WITHOUT_WORKER, False, read(queues=queues(waiting=5000))),
    Case(rules.NO_BROKER, True, read(queues=queues(age=31), workers=[worker(broker_answers=False)]), "Redis"),
    Case(rules.NO_BROKER, False, read(queues=queues(age=29), workers=[worker(broker_answers=False)])),
    Case(rules.NO_BEAT, True, read(queues=queues(age=31)), "31 seconds. Check Celery beat."),
    Case(rules.NO_BEAT, True, read(queues=[Queue(n, 0, 0, 1, None) for n in NAMES]), "not been read. Check Celery"),
    Case(rules.NO_BEAT, False, read(queues=queues(age=29))),
    Case(rules.STALLED_QUEUE, True, read(queues=queues(waiting=3, oldest=400)), "the oldest is 6 minutes old"),
    Case(rules.STALLED_QUEUE, False, read(queues=queues(waiting=90_000, oldest=4000, taken=12))),
    Case(rules.STALLED_QUEUE, False, read(queues=queues(waiting=90_000, oldest=60))),
    Case(
        rules.LATE_ASSEMBLY,
        True,
        read(snapshot("planned", due_at=MONDAY + minutes(20), assemble_at=MONDAY - minutes(11))),
        "should have been built at 11:49",
    ),
    Case(
        rules.LATE_ASSEMBLY,
        False,
        read(snapshot("planned", due_at=MONDAY + minutes(20), assemble_at=MONDAY - minutes(3))),
    ),
    *[
        Case(rules.LATE_EDITION, True, read(snapshot(state, due_at=MONDAY - minutes(3))), "has not started sending")
        for state in ("planned", "assembled", "approved")
    ],
    Case(rules.LATE_EDITION, False, read(snapshot("approved", due_at=MONDAY - minutes(1)))),
    Case(rules.LATE_EDITION, False, read(snapshot("approved", due_at=MONDAY - minutes(3), is_paused=True))),
    Case(
        rules.LATE_EDITION,
        False,
        read(snapshot("approved", due_at=MONDAY - minutes(90), resumed_at=MONDAY - minutes(1))),
    ),
    Case(rules.HELD_EDITION, True, read(snapshot("held")), "is held"),
    Case(rules.HELD_EDITION, False, read(snapshot("held", due_at=MONDAY + timedelta(days=2)))),
    Case(rules.NO_PROGRESS, True, read(snapshot("open", waiting=5, moved_at=MONDAY - minutes(11))), "ten minutes"),
    Case(rules.NO_PROGRESS, False, read(snapshot("open", waiting=90_000, moved_at=MONDAY - minutes(1)))),
    Case(
        rules.NO_PROGRESS,
        False,
        read(snapshot("open", waiting=5, moved_at=MONDAY - minutes(90), resumed_at=MONDAY - minutes(1))),
    ),
    Case(
        rules.NO_PROGRESS,
        False,
        read(snapshot("open", waiting=5, moved_at=MONDAY - timedelta(hours=9), is_held_back=True, waits=True)),
    ),
    Case(
        rules.UNCERTAIN,
        True,
        read(snapshot("attention", **UNCERTAIN, uncertain_since=LONG_AGO)),
        "delivery to 1,000 readers is uncertain",
    ),
    Case(rules.UNCERTAIN, True, read(snapshot("open", **UNCERTAIN)), "uncertain"),
    Case(rules.UNCERTAIN, True, read(snapshot("attention")), "needs attention"),
    Case(rules.UNCERTAIN, False, read(snapshot("attention", **UNCERTAIN, uncertain_since=MONDAY - minutes(4)))),
    Case(rules.REFUSED, True, read(snapshot("attention", refused=12)), "refused 12 readers"),
    Case(rules.REFUSED, False, read(snapshot("open", waiting=12))),
    Case(
        rules.SET_UP_REFUSED,
        True,
        read(snapshot("paused", refused=12, waiting=88, set_up_status=401)),
        "does not accept the key or the sender (status 401)",
    ),
    Case(rules.SET_UP_REFUSED, False, read(snapshot("open", waiting=100, set_up_status=401))),
    Case(rules.PAUSED_DISPATCH, True, read(snapshot("paused", waiting=5)), "paused with 5 readers"),
    Case(rules.PAUSED_DISPATCH, False, read(snapshot("paused", waiting=5, is_paused=True))),
    Case(rules.DOUBTFUL_CANCEL, True, read(snapshot("stopped", unseen=5)), "has not confirmed"),
    Case(rules.DOUBTFUL_CANCEL, True, read(snapshot("stopped", not_held=1)), "1 cancelled batch was sent anyway"),
    Case(rules.DOUBTFUL_CANCEL, False, read(snapshot("stopped"))),
    Case(rules.FORGOTTEN_PAUSE, True, read(pauses=[pause(since=1)]), "paused by Otto"),
    Case(rules.FORGOTTEN_PAUSE, True, read(pauses=[pause(since=24, until=9)]), "until 2026-11-23 21:00 UTC"),
    Case(rules.FORGOTTEN_PAUSE, False, read(pauses=[pause(since=0.9)])),
    Case(rules.FORGOTTEN_PAUSE, False, read(pauses=[pause(since=5, until=1)])),
    Case(rules.UNPLANNED, True, read(unplanned=["The Evening Post"]), "The Evening Post has no upcoming edition"),
    Case(rules.UNPLANNED, False, read(snapshot("planned", due_at=MONDAY + minutes(20)))),
    Case(rules.LATE_EVENTS, True, read(backlog=EventBacklog(2, MONDAY - minutes(11))), "11 minutes old"),
    Case(rules.LATE_EVENTS, True, read(backlog=EventBacklog(failed=1)), "1 webhook post could not be processed"),
    Case(rules.LATE_EVENTS, True, read(backlog=EventBacklog(late=2)), "more than a day after being signed"),
    Case(rules.LATE_EVENTS, False, read(backlog=EventBacklog(100_000, MONDAY - minutes(9)))),
    Case(rules.REJECTED_EVENTS, True, read(backlog=EventBacklog(refused=REJECTED)), "rejected since 10:30 UTC"),
    Case(rules.REJECTED_EVENTS, False, read(backlog=EventBacklog(5, MONDAY))),
    Case(rules.SILENT_EVENTS, True, read(backlog=EventBacklog(silent=True)), "last three editions"),
    Case(rules.SILENT_EVENTS, True, read(backlog=EventBacklog(silent_since=MONDAY - minutes(45))), "since 11:15 UTC"),
    Case(rules.SILENT_EVENTS, False, read(snapshot("open", waiting=90_000, moved_at=MONDAY))),
    Case(
        rules.STUCK_EMAILS,
        True,
        read(waiting=[WaitingWork("2 emails to staff", 2, is_email=True)]),
        "2 emails to staff have waited for more than 15 minutes, and none is sent.",
    ),
    Case(rules.STUCK_EMAILS, False, read(queues=queues(waiting=500))),
    Case(
        rules.STUCK_WORK,
        True,
        read(waiting=[WaitingWork("1 picture", 1)]),
        "1 picture has waited for more than 15 minutes",
    ),
    Case(rules.STUCK_WORK, False, read(queues=queues(waiting=500))),
    Case(
        rules.GIVEN_UP,
        True,
        read(waiting=[WaitingWork("1 email to staff", 1, is_email=True, is_given_up=True)]),
        "1 email to staff has been given up.",
    ),
    Case(rules.GIVEN_UP, False, read()),
    Case(rules.WRONG_CLOCK, True, read(workers=[worker(skew_seconds=-120.0)]), "120 seconds behind"),
    Case(rules.WRONG_CLOCK, False, read(workers=[worker(skew_seconds=3.0)])),
    Case(rules.FULL_DISK, True, read(workers=[worker(free_bytes=499_000_000)]), "worker@here has 499 MB free"),
    Case(rules.FULL_DISK, False, read(workers=[worker(free_bytes=501_000_000)])),
    Case(
        rules.COMPLAINTS,
        True,
        read(mailboxes=[MailboxRates("Gmail", delivered=1000, complained=3)]),
        "Gmail: 3 of 1,000 readers complained",
    ),
    Case(rules.COMPLAINTS, False, read(mailboxes=[MailboxRates("Gmail", delivered=2000, complained=5)])),
    Case(rules.COMPLAINTS, False, read(mailboxes=[MailboxRates("Gmail", delivered=199, complained=3)])),
    Case(rules.BOUNCES, True, read(mailboxes=[MailboxRates("Orange", delivered=950, bounced=50)]), "50 of 1,000"),
    Case(rules.BOUNCES, False, read(mailboxes=[MailboxRates("Orange", delivered=951, bounced=49)])),
    Case(rules.BLOCKS, True, read(mailboxes=[MailboxRates("Apple", delivered=950, blocked=50)]), "50 of 1,000"),
    Case(rules.BLOCKS, False, read(mailboxes=[MailboxRates("Apple", delivered=100, deferred=900)])),
    Case(
        rules.SENDER_DOMAIN,
        True,
        read(domains=[BadDomain("news.example.org", ["DKIM", "DMARC"])]),
        "news.example.org: the DKIM and DMARC records are missing or wrong.",
    ),
    Case(rules.SENDER_DOMAIN, False, read()),
    Case(rules.SENDING, True, read(snapshot("open", waiting=90_000, moved_at=MONDAY)), "90,000"),
    Case(rules.SENDING, False, read(snapshot("finished"))),
    Case(
        rules.SETTLING,
        True,
        read(snapshot("attention", **UNCERTAIN, uncertain_since=MONDAY)),
        "An event of the provider",
    ),
    Case(rules.SETTLING, False, read(snapshot("attention", **UNCERTAIN, uncertain_since=LONG_AGO))),
    Case(rules.PAUSED_SENDING, True, read(pauses=[pause(since=0.9)]), "without an end: wrong headline"),
    Case(rules.PAUSED_SENDING, False, read()),
    Case(
        rules.STOPPED,
        True,
        read(snapshot("stopped", unsent=1234, stopped_at=MONDAY - timedelta(hours=1))),
        "Edition 7 was stopped; 1,234 readers did not receive it. Nothing is being sent.",
    ),
    Case(rules.STOPPED, False, read(snapshot("stopped", stopped_at=MONDAY))),
    Case(rules.STOPPED, False, read(snapshot("stopped", unsent=1, stopped_at=MONDAY - timedelta(days=2)))),
]
