"""What the bench asks of the product.

    python -m benchmarks.product commands         how `newsletter run` starts web server, workers and beat, as JSON
    python -m benchmarks.product send-now ID      make an approved edition due at this moment: when that was
    python -m benchmarks.product books ID         what the ledger says of it
    python -m benchmarks.product calls ID         its calls: the ids in them
    python -m benchmarks.product size             bytes of the ledger's tables: ids of readers, and all else

A script, in the environment of the product's processes. Prints JSON.
"""

import json
import os
import sys
from datetime import UTC, datetime
from typing import Any

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsletter.settings")
    django.setup()
    what, *arguments = sys.argv[1:]
    told = {"commands": commands, "send-now": send_now, "books": books, "calls": calls, "size": size}[what](*arguments)  # type: ignore[operator]
    sys.stdout.write(json.dumps(told) + "\n")


def commands() -> dict[str, list[str]]:
    from django.conf import settings

    from newsletter.local.services import service_definitions

    all_of_them = [service_definitions.web(settings.DATA_DIR), *service_definitions.workers(datetime.now(UTC))]
    return {part.name: list(part.command[1:]) for part in all_of_them}


def send_now(edition: str) -> dict[str, Any]:
    from newsletter.editions.models import Edition
    from newsletter.letters import edition_decisions

    now = datetime.now(UTC)
    edition_decisions.send_now(Edition.objects.get(pk=int(edition)), now=now)
    return {"due": now.timestamp()}


def books(edition: str) -> dict[str, Any]:
    from django.db.models import Sum

    from newsletter.delivery.models import Batch, Dispatch

    dispatch = Dispatch.objects.get(edition=int(edition))
    batches = Batch.objects.filter(dispatch=dispatch)
    return {
        "state": dispatch.state,
        "planned": dispatch.planned,
        "opened": dispatch.opened_at.timestamp(),
        "batches": batches.count(),
        "accepted": batches.filter(state="accepted").aggregate(sum=Sum("submitted"))["sum"] or 0,
    }


def calls(edition: str) -> list[dict[str, Any]]:
    """What the provider was told about each call, and gives back in its events."""
    from newsletter.delivery.ledger.packed_ids import unpack
    from newsletter.delivery.models import Attempt

    attempts = Attempt.objects.filter(batch__dispatch__edition=int(edition)).select_related("batch").order_by("batch")
    return [
        {
            "dispatch": attempt.batch.dispatch_id,
            "batch": attempt.batch_id,
            "attempt": attempt.pk,
            "subscribers": list(unpack(attempt.batch.subscribers)),
        }
        for attempt in attempts
    ]


def size() -> dict[str, int]:
    """Room that the ledger takes in the database. `ids` is where the packed ids of readers lie, `all` everything."""
    from django.db import connection
    from django.db.models import Sum
    from django.db.models.functions import Length

    from newsletter.delivery.models import Attempt, Batch, Dispatch

    tables = [model._meta.db_table for model in (Dispatch, Batch, Attempt)]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT SUM(pg_total_relation_size(t::regclass)) FROM unnest(%s::text[]) AS t", [tables])
            whole = int(cursor.fetchone()[0])
        else:
            cursor.execute("PRAGMA page_count")
            pages = int(cursor.fetchone()[0])
            cursor.execute("PRAGMA page_size")
            whole = pages * int(cursor.fetchone()[0])  # of the whole file: what grows during a run is the ledger
    packed = Batch.objects.aggregate(sum=Sum(Length("subscribers")))["sum"] or 0
    return {"all": whole, "ids": packed, "batches": Batch.objects.count()}


if __name__ == "__main__":
    main()
