"""The health of the system: a pure function from readings to one verdict.

*Busy* needs no action. *Broken* means that a reader will notice unless a person acts; each problem names the
runbook page that says what to do. A long worker queue that drains is not broken.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from newsletter.insights.event_backlog import EventBacklog
from newsletter.ops.health import health_rules as rules
from newsletter.ops.health.health_facts import BadDomain, DispatchSnapshot, MailboxRates, PauseSnapshot, WaitingWork
from newsletter.ops.health.judge_dispatches import dispatch_notes, dispatch_problems, pause_findings
from newsletter.ops.health.judge_events import event_problems
from newsletter.ops.health.judge_mailboxes import domain_problems, mailbox_problems
from newsletter.ops.health.judge_waiting import waiting_problems
from newsletter.ops.health.judge_workers import machine_problems, worker_problems
from newsletter.ops.health.verdict import Health, Level, Problem
from newsletter.ops.heartbeats import Queue, Worker


@dataclass(frozen=True, slots=True)
class Readings:
    """All that the rules look at.

    `workers` are those alive. `unplanned` are names of active publications without an upcoming edition. `difference`
    says why the database does not belong to this installation; empty when it does.
    """

    queues: Sequence[Queue]
    workers: Sequence[Worker]
    dispatches: Sequence[DispatchSnapshot] = ()
    backlog: EventBacklog = field(default_factory=EventBacklog)
    pauses: Sequence[PauseSnapshot] = ()
    mailboxes: Sequence[MailboxRates] = ()
    unplanned: Sequence[str] = ()
    difference: str = ""
    waiting: Sequence[WaitingWork] = ()
    domains: Sequence[BadDomain] = ()


def judge_health(read: Readings, *, now: datetime) -> Health:
    """Return the health of the system at `now`."""
    found = list(_problems(read, now))
    problems = tuple(each for each in found if rules.BY_CODE[each.rule].level is Level.BROKEN)
    notes = tuple(each for each in found if each not in problems)
    if problems:
        count = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        return Health(Level.BROKEN, problems[0].sentence + count, problems, notes)
    if notes:
        return Health(Level.BUSY, notes[0].sentence, notes=notes)
    return Health(Level.WELL, "All systems normal.")


def _problems(read: Readings, now: datetime) -> list[Problem]:
    found: list[Problem] = []
    if read.difference:
        found.append(rules.ENVIRONMENT.problem(f"{read.difference} Run: newsletter environment confirm"))
    found += worker_problems(read.queues, read.workers, now)
    found += machine_problems(read.workers)
    found += pause_findings(read.pauses, now)
    for dispatch in read.dispatches:
        found += dispatch_problems(dispatch, now)
    found += event_problems(read.backlog, now)
    found += waiting_problems(read.waiting)
    found += [rules.UNPLANNED.problem(f"{name} has no upcoming edition.") for name in read.unplanned]
    found += mailbox_problems(read.mailboxes)
    found += domain_problems(read.domains)
    found += dispatch_notes(read.dispatches, now)
    return found
