"""newsletter ops: pause and resume sending, and look at the worker queues; exit codes are those of Nagios plugins."""

from __future__ import annotations  # models are imported inside, once Django is set up

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli.support import lookups, output
from newsletter.cli.support.options import By, Json, Yes
from newsletter.cli.support.typer_app import Commands
from newsletter.lib import clock
from newsletter.lib.errors import InvalidState

if TYPE_CHECKING:
    from newsletter.delivery.pause_models import SendingPause
    from newsletter.publications.models import Publication

WARNING, CRITICAL = 1, 2  # as plugins of Nagios and its relatives exit
app = Commands(help="Pause sending, and see what workers do.")

Only = Annotated[
    str,
    typer.Option("--publication", "-p", metavar="SLUG", help="Only this publication; default: all sending."),
]


@app.command()
def pause(
    *,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; all staff see it.", prompt="Reason")],
    hours: Annotated[
        float | None, typer.Option("--hours", metavar="NUMBER", min=0.01, max=8760, help="End after so many hours.")
    ] = None,
    publication: Only = "",
    by: By = "",
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Pause all sending, or one publication, until a time or until somebody resumes it.

    Example: newsletter ops pause --reason "wrong headline" --hours 2
    """
    from newsletter.accounts.permissions import Permission
    from newsletter.delivery.dispatches import pause_sending

    what = _publication(publication)
    person = lookups.person(by, Permission.OPERATE, Permission.SEND, publication=what)
    question = f"Pause {'sending of ' + what.name if what else 'all sending'}? Open dispatches stop where they are."
    if not output.confirm(question, yes=yes, hint="Give --yes."):
        raise InvalidState("Not confirmed.")
    now = clock.now()
    until = now + timedelta(hours=hours) if hours else None
    made = pause_sending.pause_sending(what, reason=reason, until=until, by=person, now=now)
    _show([made], json=json)


@app.command()
def resume(publication: Only = "", by: By = "", yes: Yes = False, json: Json = False) -> None:
    """Resume all sending, or one publication. Exits with status 1 if it is not paused."""
    from newsletter.accounts.permissions import Permission
    from newsletter.delivery.dispatches import active_pauses, pause_sending

    what = _publication(publication)
    person = lookups.person(by, Permission.OPERATE, Permission.SEND, publication=what)
    found = active_pauses.active_pauses(now=clock.now()).filter(publication=what).first()
    if found is None:
        raise InvalidState(f"{'Sending of ' + what.name if what else 'All sending'} is not paused.")
    question = f"Resume? {found.scope} was paused by {found.by}: {found.reason}"
    if not output.confirm(question, yes=yes, hint="Give --yes."):
        raise InvalidState("Not confirmed.")
    pause_sending.resume_sending(found, by=person, now=clock.now())
    _show([found], json=json)


@app.command()
def pauses(json: Json = False) -> None:
    """List the pauses of sending in force."""
    from newsletter.delivery.dispatches import active_pauses

    _show(list(active_pauses.active_pauses(now=clock.now())), json=json)


@app.command()
def queues(json: Json = False) -> None:
    """Show the worker queues and the workers, the oldest waiting task first.

    Exits with status 2 when a worker, beat or the broker is missing or a queue stands still, as Nagios expects; a long
    queue that drains is no problem.
    """
    from dataclasses import asdict

    from newsletter.ops import heartbeats
    from newsletter.ops.health.judge_workers import worker_problems
    from newsletter.ops.system_status import WORKER_QUEUES

    now = clock.now()
    workers = heartbeats.living_workers(now=now)
    found = sorted(heartbeats.queues(WORKER_QUEUES, workers), key=lambda queue: -queue.oldest_seconds)
    problems = list(worker_problems(found, workers, now))
    if json:
        output.print_json(
            {
                "problems": [asdict(problem) for problem in problems],
                "queues": [asdict(queue) for queue in found],
                "workers": [asdict(worker) for worker in workers],
            }
        )
    else:
        waiting = sum(queue.waiting for queue in found)
        sentence = " ".join(problem.sentence for problem in problems)
        output.print_text(f"CRITICAL: {sentence}" if problems else f"OK: {waiting:,} tasks waiting.")
        output.print_table(
            ["worker queue", "oldest", "waiting", "taken a minute", "workers"],
            [[q.name, _age(q.oldest_seconds, q.waiting), q.waiting, q.taken_per_minute, q.workers] for q in found],
        )
        output.print_table(
            ["worker", "version", "busy", "memory MB", "seen"],
            [
                [w.name, w.version, f"{w.running} of {w.slots}", (w.memory_bytes or 0) // 1_000_000, w.seen_at]
                for w in workers
            ],
        )
    if problems:
        raise typer.Exit(CRITICAL)


@app.command()
def failures(
    hours: Annotated[
        float, typer.Option("--hours", metavar="NUMBER", min=0.01, max=168, help="Of the last hours.")
    ] = 1,
    json: Json = False,
) -> None:
    """List unexpected errors of tasks and pages, grouped by exception and place.

    Exits with status 1 if there were any, which is a warning for Nagios.
    """
    from newsletter.ops.failures.record_failure import failure_groups

    now = clock.now()
    groups = [group for group in failure_groups(now=now) if group.last_at > now - timedelta(hours=hours)]
    if json:
        names = ("source", "name", "exception", "message", "place")
        output.print_json(
            [
                {name: getattr(group.latest, name) for name in names}
                | {"first_at": group.first_at, "last_at": group.last_at, "counts": group.counts}
                for group in groups
            ]
        )
    else:
        kinds = "1 kind of failure" if len(groups) == 1 else f"{len(groups)} kinds of failures"
        output.print_text(f"WARNING: {kinds} in the last {hours:g} h." if groups else "OK: no failures.")
        output.print_table(
            ["error", "in", "place", "1 h", "24 h", "7 d", "last"],
            [
                [
                    g.latest.exception,
                    g.latest.name,
                    g.latest.place,
                    *(g.counts[w] for w in ("1 h", "24 h", "7 d")),
                    g.last_at,
                ]
                for g in groups
            ],
        )
    if groups:
        raise typer.Exit(WARNING)


def _age(seconds: float, waiting: int) -> str:
    return f"{seconds:.0f} s" if waiting else ""


def _publication(slug: str) -> Publication | None:
    return lookups.publication(slug) if slug else None


def _show(pauses: list[SendingPause], *, json: bool) -> None:
    if json:
        output.print_json(
            [
                {
                    "publication": pause.publication.slug if pause.publication else None,
                    "reason": pause.reason,
                    "by": pause.by,
                    "since": pause.since,
                    "until": pause.until,
                    "ended_at": pause.ended_at,
                }
                for pause in pauses
            ]
        )
        return
    output.print_table(
        ["paused", "by", "since", "until", "reason", "ended"],
        [
            [
                pause.publication.slug if pause.publication else "all sending",
                pause.by,
                pause.since,
                pause.until or "somebody resumes",
                pause.reason,
                pause.ended_at,
            ]
            for pause in pauses
        ],
    )
