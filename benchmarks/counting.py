"""Counts of segments as their pages show them, in one process.

    python -m benchmarks.counting SLUG

A script, in the environment of a stage. It adds gifts, and editions in which three of a hundred readers clicked. Prints
for each segment the usual time (the median) of a live count, of some readers, and of an exact count, in milliseconds.
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsletter.settings")

TURNS, EXACT_TURNS = 11, 3
EDITIONS, CLICKING, GIVING = 5, 33, 20  # every 33rd reader clicks, every 20th gives
GROUPS: dict[str, list[tuple[str, str, Any]]] = {
    "joined": [("joined", "within", 30)],
    "domain": [("domain", "is", "readers.example")],
    "zone": [("time-zone", "is-not", ["Europe/Berlin"])],
    "gave": [("gave", "not-within", 365)],
    "clicked": [("clicked", "in-editions", 5)],
    "sample": [("sample", "percent", 10)],
    "all of them": [
        ("joined", "within", 3650),
        ("gave", "not-within", 90),
        ("clicked", "not-in-editions", 5),
        ("domain", "is-not", "gmail.example"),
        ("sample", "percent", 50),
    ],
}


def usual(work: Callable[[], Any], turns: int) -> float:
    """Milliseconds of a turn, the median of some."""
    took = []
    for _ in range(turns):
        began = time.perf_counter()
        work()
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


def furnish(slug: str, now: datetime) -> Any:
    """Add gifts, and editions with clicks, if there are none; return the publication."""
    from django.db import connection

    from newsletter.delivery.models import Dispatch
    from newsletter.editions.models import Edition, FrozenLetter
    from newsletter.publications.models import Publication

    publication = Publication.objects.get(slug=slug)
    if Dispatch.objects.filter(edition__publication=publication).exists():
        return publication
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO giving_gift (email, given_at, amount, currency, source, reference, recorded_at) "
            "SELECT email, %s, 2500, 'USD', 'bench', CAST(id AS varchar(20)), %s FROM audience_subscriber "
            "WHERE id %% %s = 0",
            [now - timedelta(days=20), now, GIVING],
        )
        for number in range(EDITIONS):
            at = now - timedelta(days=number + 1)
            edition = Edition.objects.create(
                publication=publication, due_at=at, assemble_at=at, state="dispatched", content_hash="x",
                approved_hash="x", local_date=at.date(),
            )  # fmt: skip
            FrozenLetter.objects.create(edition=edition, variant="default", click_tracking=True)
            dispatch = Dispatch.objects.create(
                edition=edition, candidates=0, planned=0, day=at.date(), opened_at=at, state="finished"
            )
            cursor.execute(
                "INSERT INTO insights_readeroutcome (dispatch_id, subscriber, reached, clicked_at) "
                "SELECT %s, subscriber_id, 5, CASE WHEN (subscriber_id + %s) %% %s = 0 THEN %s END "
                "FROM audience_subscription WHERE publication_id = %s",
                [dispatch.pk, number * 7, CLICKING, at, publication.pk],
            )
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    return publication


def main() -> None:
    django.setup()

    from newsletter.segments.definitions import clean_definition
    from newsletter.segments.models import Segment
    from newsletter.segments.segment_content import content_of_definition
    from newsletter.segments.segment_counts import count_segment, some_readers

    now = datetime.now(UTC)
    publication = furnish(sys.argv[1], now)
    figures = {}
    for name, conditions in GROUPS.items():
        made = [{"kind": kind, "test": test, "value": value} for kind, test, value in conditions]
        definition = clean_definition({"groups": [{"conditions": made}]})
        segment = Segment(publication=publication, name=name, definition=definition, salt="0123456789abcdef")
        content = content_of_definition(segment, definition)
        found = {}

        def count(**how: bool) -> None:
            found["count"] = count_segment(publication, content, now=now, **how)  # noqa: B023

        live = usual(count, TURNS)
        estimate = found["count"]
        some = usual(lambda: some_readers(publication, content, now=now, limit=10), TURNS)  # noqa: B023
        exact = usual(lambda: count(exact=True), EXACT_TURNS)
        figures[name] = {"live": live, "some": some, "exact": exact, "estimate": estimate[:4], "is": found["count"][:2]}
        sys.stderr.write(
            f"{name:12} live {live:7.0f}  some {some:7.0f}  exact {exact:7.0f}  {estimate} {found['count'][0]}\n"
        )
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
