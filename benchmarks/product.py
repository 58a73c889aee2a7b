"""What the bench asks of the product, run as a script in the environment of its processes.

    python -m benchmarks.product commands         how `newsletter run` starts its workers, as JSON
    python -m benchmarks.product send-now ID      make an approved edition due at this moment: when that was
    python -m benchmarks.product books ID         what the ledger says of it
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
    told = {"commands": commands, "send-now": send_now, "books": books}[what](*arguments)  # type: ignore[operator]
    sys.stdout.write(json.dumps(told) + "\n")


def commands() -> dict[str, list[str]]:
    from newsletter.local import parts

    return {part.name: list(part.command[1:]) for part in parts.workers(datetime.now(UTC))}


def send_now(edition: str) -> dict[str, Any]:
    from newsletter.editions import approval
    from newsletter.editions.models import Edition

    now = datetime.now(UTC)
    approval.send_now(Edition.objects.get(pk=int(edition)), now=now)
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
        "accepted": batches.filter(state="accepted").aggregate(sum=Sum("submitted"))["sum"] or 0,
    }


if __name__ == "__main__":
    main()
