"""newsletter status: system health, worker queues and open editions."""

from __future__ import annotations  # models are imported inside, once Django is set up

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from newsletter.cli.support import datetimes, json_shapes, output
from newsletter.cli.support.options import Json
from newsletter.lib import clock
from newsletter.lib.errors import BadInput

if TYPE_CHECKING:
    from newsletter.ops.heartbeats import Queue
    from newsletter.ops.system_status import EditionStatus, SystemStatus

WATCH_SECONDS = 2.0
CLEAR = "\x1b[H\x1b[2J"  # to the top left, and everything away


def status(
    json: Json = False,
    watch: Annotated[bool, typer.Option("--watch", help="Refresh every two seconds until Ctrl-C.")] = False,
) -> None:
    """Show system health, worker queues and open editions.

    Exits with status 1 when something is broken: readers will notice unless somebody acts.
    """
    from newsletter.ops.health.verdict import Level
    from newsletter.ops.system_status import status as read_status

    if watch and json:
        raise BadInput("--json", "cannot be combined with --watch.", "Call newsletter status --json again and again.")
    if watch:
        watch_status(time.sleep)
        return
    current = read_status(now=clock.now())
    if json:
        output.print_json(json_shapes.status(current))
    else:
        _print(current)
    if current.verdict.level is Level.BROKEN:
        raise typer.Exit(1)


def watch_status(sleep: Callable[[float], None]) -> None:
    """Print the status again and again, until Ctrl-C. A database that is away for a moment ends nothing."""
    from django.db import DatabaseError, connection

    from newsletter.ops.system_status import status as read_status

    try:
        while True:
            output.print_text(CLEAR)
            try:
                _print(read_status(now=clock.now()))
            except DatabaseError as error:
                connection.close()
                output.print_text(f"The database does not answer: {(str(error).splitlines() or ['?'])[0]}")
            output.print_text(f"\nUpdated at {clock.now():%H:%M:%S} UTC. Ctrl-C ends.")
            sleep(WATCH_SECONDS)
    except KeyboardInterrupt:
        return


def _print(current: SystemStatus) -> None:
    output.print_text(current.verdict.sentence)
    for trouble in current.verdict.problems[1:]:
        output.print_text(trouble.sentence)
    for note in current.verdict.notes:
        if note.sentence != current.verdict.sentence:
            output.print_text(note.sentence)
    output.print_text("")
    output.print_table(["worker queue", "waiting", "oldest", "workers"], [_queue(queue) for queue in current.queues])
    output.print_text("")
    output.print_table(
        ["edition", "publication", "due", "state", "sent", "reason"], [_edition(e) for e in current.editions]
    )


def _queue(queue: Queue) -> list[object]:
    if queue.read_at is None:
        return [queue.name, "unknown", "", queue.workers]
    return [queue.name, queue.waiting, f"{queue.oldest_seconds:.0f} s" if queue.waiting else "", queue.workers]


def _edition(item: EditionStatus) -> list[object]:
    edition, progress = item.edition, item.progress
    sent = f"{progress.accepted} of {progress.planned} accepted" if progress else ""
    return [
        edition.pk,
        edition.publication.slug,
        datetimes.format_due(edition),
        progress.phase if progress else edition.state,
        sent,
        (progress.reason if progress else "") or edition.reason,
    ]
