"""newsletter status: is the house all right, where does every edition stand, how do the workers feel."""

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
    """Show whether all is well, where editions stand, and what waits in the worker queues.

    Exit status 1 when something is broken: a reader will notice unless a person acts.
    """
    from newsletter.ops.health import Level
    from newsletter.ops.system_status import status as gather

    found = gather(now=clock.now())
    if json:
        output.data(json_shapes.status(found))
    else:
        output.text(found.verdict.sentence)
        for trouble in found.verdict.problems[1:]:
            output.text(trouble.sentence)
        output.text("")
        output.table(["worker queue", "waiting", "oldest", "workers"], [_queue(queue) for queue in found.queues])
        output.text("")
        output.table(["edition", "publication", "due", "state", "sent", "why"], [_edition(e) for e in found.editions])
    if found.verdict.level is Level.BROKEN:
        raise typer.Exit(1)


def _queue(queue: Queue) -> list[object]:
    if queue.read_at is None:
        return [queue.name, "not known", "", queue.workers]
    return [queue.name, queue.waiting, f"{queue.oldest_seconds:.0f} s" if queue.waiting else "", queue.workers]


def _edition(standing: EditionStatus) -> list[object]:
    edition, progress = standing.edition, standing.progress
    sent = f"{progress.accepted} of {progress.planned} accepted" if progress else ""
    return [
        edition.pk,
        edition.publication.slug,
        datetimes.leaves(edition),
        progress.phase if progress else edition.state,
        sent,
        (progress.reason if progress else "") or edition.reason,
    ]
