"""An import whose workers are killed with SIGKILL at any moment is completed by the next ones; nothing is doubled."""

import csv
import io
import os
import random
import signal
from collections import Counter
from datetime import datetime, timedelta

import pytest
from django.db import connections

from newsletter.accounts.models import Role
from newsletter.audience.import_models import ImportedChunk, ImportState, SubscriberImport
from newsletter.audience.imports import import_orders, import_tables, run_imports
from newsletter.audience.models import ConsentEvent, Subscriber, Subscription
from tests.support import factories as make
from tests.support.factories import MONDAY
from tests.torture.tripwire import Tripwire

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]
CHUNK, CHUNKS = 100, 12
BLOCKS = 3  # a worker lives for at most the moments of so many chunks


def rows(seed: int) -> tuple[bytes, Counter[str]]:
    """A file in which few rows are invalid, known, repeated or of people who left; and what becomes of each."""
    chance = random.Random(seed)  # noqa: S311  # no secret
    out, expected = io.StringIO(), Counter[str]()
    writer = csv.writer(out)
    writer.writerow(["email", "status"])
    for number in range(CHUNK * CHUNKS):
        kind = chance.choices(["added", "bad", "known", "repeated", "left"], [90, 3, 3, 2, 2])[0]
        kind = "added" if number == 0 else kind
        address = {"bad": f"no address {number}", "known": f"known{number % 5}@readers.example"}.get(kind)
        address = "r0@readers.example" if kind == "repeated" else address or f"r{number}@readers.example"
        writer.writerow([address, "left" if kind == "left" else "active"])
        expected["repeated" if kind == "known" and expected[address] else kind] += 1
        expected[address] += kind == "known"
    return out.getvalue().encode(), Counter(
        {kind: expected[kind] for kind in ("added", "bad", "known", "repeated", "left")}
    )


def works(dies_at: int, now: datetime) -> bool:
    """Continue the import in a process that kills itself at this moment; False if it came to its end before."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            with Tripwire(lambda _: None, dies_at).strung():
                run_imports.run_next(clock=lambda: now, seconds=60)
            code = 0
        finally:
            os._exit(code)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, -signal.SIGKILL), status
    return status == 0


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.sampled(1)
def test_an_import_whose_workers_are_killed_ends_with_each_row_done_once(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_tables, "CHUNK_SIZE", CHUNK)
    publication, anna = make.publication(), make.person(Role.AUDIENCE, "Anna")
    for number in range(5):
        make.reader(publication, email=f"known{number}@readers.example")
    content, expected = rows(seed)
    order = import_orders.upload(publication, io.BytesIO(content), name="readers.csv", by=anna, now=MONDAY)
    given_at = MONDAY - timedelta(days=30)
    terms = {"source": "a form", "given_at": given_at, "columns": {}, "encoding": "", "dry_run": False}
    import_orders.start(order, **terms, by=anna, now=MONDAY)  # type: ignore[arg-type]
    chance, now, killed = random.Random(seed), MONDAY, 0  # noqa: S311  # no secret
    while not works(chance.randrange(4, 40 * BLOCKS), now):
        killed += 1
        now += run_imports.LEASE + timedelta(seconds=1)
        SubscriberImport.objects.update(tries=0)  # the tries are counted for imports that kill their workers
    order.refresh_from_db()
    assert killed >= CHUNKS / BLOCKS - 1
    assert order.state == ImportState.DONE, order.problem
    assert {kind: order.counts[kind] for kind in expected} == dict(expected)
    assert order.counts["rows"] == expected.total() == CHUNK * CHUNKS
    lines = [int(row["line"]) for row in csv.DictReader("".join(run_imports.result_text(order)).splitlines())]
    assert lines == list(range(2, CHUNK * CHUNKS + 2))
    assert list(ImportedChunk.objects.order_by("number").values_list("number", flat=True)) == list(range(CHUNKS))
    new = expected["added"] + expected["left"]
    assert Subscriber.objects.count() == Subscription.objects.count() == new + 5
    assert ConsentEvent.objects.values("subscriber", "publication").distinct().count() == new
    assert ConsentEvent.objects.filter(act="given").count() == expected["added"]
