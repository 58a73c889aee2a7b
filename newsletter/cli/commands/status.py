"""newsletter status: system health, worker queues and open editions."""

from __future__ import annotations  # models are imported inside, once Django is set up

from typing import TYPE_CHECKING

import typer

from newsletter.cli.support import datetimes, json_shapes, output
from newsletter.cli.support.options import Json
from newsletter.lib import clock

if TYPE_CHECKING:
    from newsletter.ops.heartbeats import Queue
    from newsletter.ops.system_status import EditionStatus


def status(json: Json = False) -> None:
    """Show system health, worker queues and open editions.

    Exits with status 1 when something is broken: readers will notice unless somebody acts.
    """
    from newsletter.ops.health.verdict import Level
    from newsletter.ops.system_status import status as read_status

    current = read_status(now=clock.now())
    if json:
        output.print_json(json_shapes.status(current))
    else:
        output.print_text(current.verdict.sentence)
        for trouble in current.verdict.problems[1:]:
            output.print_text(trouble.sentence)
        output.print_text("")
        output.print_table(
            ["worker queue", "waiting", "oldest", "workers"], [_queue(queue) for queue in current.queues]
        )
        output.print_text("")
        output.print_table(
            ["edition", "publication", "due", "state", "sent", "reason"], [_edition(e) for e in current.editions]
        )
    if current.verdict.level is Level.BROKEN:
        raise typer.Exit(1)


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
