"""What the bench asks about many publications at once.

    python -m benchmarks.many_editions approve SECONDS ID …   approve waiting editions and make all due in SECONDS: when
    python -m benchmarks.many_editions times ID …             by edition: its readers, and when each batch was accepted

A script, in the environment of the product's processes. Prints JSON.
"""

import json
import os
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsletter.settings")
    django.setup()
    what, *arguments = sys.argv[1:]
    answer = approve(*map(int, arguments)) if what == "approve" else times(*map(int, arguments))
    sys.stdout.write(json.dumps(answer) + "\n")


def approve(seconds: int, *editions: int) -> dict[str, Any]:
    """Approve the editions for one moment to come. Their rows are set, because their letters are copies of one."""
    from newsletter.editions.models import Edition
    from newsletter.letters import compose_letters

    due_at = (datetime.now(UTC) + timedelta(seconds=seconds)).replace(microsecond=0)
    for pk in editions:
        edition = Edition.objects.fresh(pk)
        edition.due_at, edition.is_rescheduled = due_at, True
        stories = [placement.story for placement in edition.placements.select_related("story__picture")]
        gathered = compose_letters.gather_letters(edition, stories, now=due_at)
        edition.made_from = compose_letters.made_from(edition, gathered)
        edition.state, edition.approved_hash = "approved", edition.content_hash
        edition.save()
    return {"due": due_at.timestamp()}


def times(*editions: int) -> dict[str, Any]:
    from newsletter.delivery.models import Attempt, Dispatch

    found: dict[str, Any] = {}
    for dispatch in Dispatch.objects.filter(edition__in=editions):
        calls = Attempt.objects.filter(batch__dispatch=dispatch, status="accepted").order_by("ended_at")
        ended = [(at.timestamp(), readers) for at, readers in calls.values_list("ended_at", "batch__submitted") if at]
        found[str(dispatch.edition_id)] = {"planned": dispatch.planned, "state": dispatch.state, "calls": ended}
    return found


if __name__ == "__main__":
    main()
