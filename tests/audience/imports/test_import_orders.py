"""Imports that workers carry out: in parts, after a crash, cancelled, and never twice."""

import csv
import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from newsletter.accounts.models import Role
from newsletter.accounts.permissions import NotPermitted
from newsletter.audience import suppressions
from newsletter.audience.import_models import ImportState, SubscriberImport
from newsletter.audience.import_subscribers import CHUNK_SIZE
from newsletter.audience.imports import import_orders, run_imports
from newsletter.audience.models import ConsentEvent, Subscriber, Subscription, Suppression
from newsletter.audit.models import Record
from newsletter.lib.errors import BadInput, InvalidState
from newsletter.publications.models import Publication
from tests.audience.imports import exports
from tests.support import factories as make

pytestmark = pytest.mark.django_db


def uploaded(publication: Publication, content: bytes, now: datetime, name: str = "readers.csv") -> SubscriberImport:
    anna = make.person(Role.AUDIENCE, "Anna")
    return import_orders.upload(publication, io.BytesIO(content), name=name, by=anna, now=now)


def started(order: SubscriberImport, now: datetime, **more: Any) -> SubscriberImport:
    terms: dict[str, Any] = {"source": "the old system", "given_at": now - timedelta(days=400), "columns": {}}
    terms |= {"encoding": "", "dry_run": False, "by": make.person(Role.EDITOR, "Eddie"), "now": now}
    return import_orders.start(order, **terms | more)


def run(now: datetime, *, seconds: float = 60) -> None:
    run_imports.run_next(clock=lambda: now, seconds=seconds)


def results(order: SubscriberImport) -> list[dict[str, str]]:
    return list(csv.DictReader("".join(run_imports.result_text(order)).splitlines()))


def many(count: int) -> bytes:
    return b"email\n" + b"".join(b"r%d@readers.example\n" % n for n in range(count))


def test_an_export_is_tried_and_then_imported_with_the_same_counts(publication: Publication, now: datetime) -> None:
    order = uploaded(publication, exports.zipped(exports.MAILCHIMP), now, "export.zip")
    assert not run_imports.run_next(clock=lambda: now, seconds=1)  # nobody started it
    started(order, now, dry_run=True)
    run(now)
    order.refresh_from_db()
    assert (order.state, order.tried["added"], Subscriber.objects.count()) == (ImportState.READY, 2, 0)
    assert not Record.objects.filter(act="readers-imported").exists()
    started(order, now)
    run(now)
    order.refresh_from_db()
    assert (order.state, order.file, order.counts) == (ImportState.DONE, None, order.tried)
    assert sorted(row["result"] for row in results(order)) == ["added"] * 2 + ["suppressed"] * 3
    assert Suppression.objects.get().reason == "hard-bounce"
    assert Record.objects.get(act="readers-imported").who == "eddie@example.org"
    assert set(ConsentEvent.objects.values_list("actor", flat=True)) == {"Eddie, by import"}
    with pytest.raises(InvalidState, match="deleted"):
        started(order, now)


def test_an_import_goes_on_in_parts_and_behind_the_last_chunk_after_a_crash(
    publication: Publication, now: datetime
) -> None:
    order = started(uploaded(publication, many(2 * CHUNK_SIZE + 5) + b"r3@readers.example\n", now), now)
    run(now, seconds=0)
    assert (order.chunks.count(), Subscription.objects.count()) == (1, CHUNK_SIZE)
    # a worker claims it and is killed: nothing happens until its lease has ended
    SubscriberImport.objects.update(try_at=now + run_imports.LEASE, tries=1)
    run(now)
    assert order.chunks.count() == 1
    later = now + run_imports.LEASE + timedelta(seconds=1)
    run(later)
    order.refresh_from_db()
    assert order.state == ImportState.DONE
    assert order.counts | {"rows": 0, "added": 0, "repeated": 0} == dict.fromkeys(order.counts, 0)
    assert (order.counts["rows"], order.counts["added"], order.counts["repeated"]) == (
        2 * CHUNK_SIZE + 6,
        2 * CHUNK_SIZE + 5,
        1,
    )
    assert [int(row["line"]) for row in results(order)] == list(range(2, 2 * CHUNK_SIZE + 8))
    assert Subscription.objects.count() == 2 * CHUNK_SIZE + 5


def test_what_a_killed_worker_did_not_commit_is_done_again_and_counted_once(
    publication: Publication, now: datetime
) -> None:
    order = started(uploaded(publication, many(CHUNK_SIZE + 1), now), now)
    with transaction.atomic():
        run(now, seconds=0)
        transaction.set_rollback(True)
    assert not Subscription.objects.exists()
    run(now)
    order.refresh_from_db()
    assert (order.counts["added"], order.counts["known"], Subscription.objects.count()) == (
        CHUNK_SIZE + 1,
        0,
        CHUNK_SIZE + 1,
    )


def test_an_import_that_kills_its_workers_is_given_up(publication: Publication, now: datetime) -> None:
    order = started(uploaded(publication, many(3), now), now)
    SubscriberImport.objects.update(tries=run_imports.MAX_TRIES)
    run(now)
    order.refresh_from_db()
    assert (order.state, order.problem) == (ImportState.FAILED, run_imports.STOPPED)


def test_a_cancelled_import_stops_before_its_next_chunk(publication: Publication, now: datetime) -> None:
    order = started(uploaded(publication, many(CHUNK_SIZE + 1), now), now)
    run(now, seconds=0)
    import_orders.cancel(order, by=make.person(Role.AUDIENCE, "Anton"), now=now)
    run(now)
    order.refresh_from_db()
    assert (order.state, order.file, Subscription.objects.count()) == (ImportState.CANCELLED, None, CHUNK_SIZE)
    with pytest.raises(InvalidState, match="ended"):
        import_orders.cancel(order, by=make.person(Role.AUDIENCE, "Asta"), now=now)


def test_a_file_that_breaks_off_is_named_by_its_line_and_what_was_read_stays(
    publication: Publication, now: datetime
) -> None:
    order = started(uploaded(publication, many(CHUNK_SIZE) + b'"never closed\n', now), now)
    run(now)
    order.refresh_from_db()
    assert (order.state, order.counts["added"]) == (ImportState.FAILED, CHUNK_SIZE)
    assert f"line {CHUNK_SIZE + 2}" in order.problem
    started(order, now + timedelta(minutes=1))  # the file is still there
    run(now + timedelta(minutes=1))
    order.refresh_from_db()
    assert (order.counts["added"], order.counts["known"]) == (0, CHUNK_SIZE)


def test_source_and_date_are_demanded_unless_the_file_has_times(publication: Publication, now: datetime) -> None:
    order = uploaded(publication, many(1), now)
    for wrong in ({"source": " "}, {"given_at": None}, {"given_at": now + timedelta(days=2)}):
        with pytest.raises(BadInput):
            started(order, now, **wrong)
    ghost = uploaded(publication, exports.GHOST.encode(), now)
    assert started(ghost, now, given_at=None).is_running


def test_a_date_of_consent_that_cannot_be_read_is_never_made_up(publication: Publication, now: datetime) -> None:
    text = exports.GHOST.replace("2025-01-01T10:00:00.000Z", "01/02/2025", 1)
    order = started(uploaded(publication, text.encode(), now), now, given_at=None)
    run(now)
    assert not Subscription.objects.filter(subscriber__email="rita@readers.example").exists()
    [refused] = [row for row in results(order) if row["result"] == "refused"]
    assert "date of consent is missing or cannot be read" in refused["note"]
    stated = now - timedelta(days=400)
    order = started(uploaded(publication, text.encode(), now), now, given_at=stated)
    run(now)
    assert Subscription.objects.get(subscriber__email="rita@readers.example").consent_at == stated
    [noted] = [row["note"] for row in results(order) if row["note"]]
    assert noted == "The created at is not a date or time. The date stated for such rows was stored."


def test_starting_an_import_reads_its_file_before_it_locks_the_database(
    publication: Publication, now: datetime
) -> None:
    order = uploaded(publication, many(3), now)
    with CaptureQueriesContext(connection) as queries:
        started(order, now)
    begun = next(n for n, query in enumerate(queries) if "BEGIN" in query["sql"] or "SAVEPOINT" in query["sql"])
    of_file = [n for n, query in enumerate(queries) if '"audience_subscriberimport"."file",' in query["sql"]]
    assert of_file
    assert all(number < begun for number in of_file)
    assert not [query for query in queries if query["sql"].startswith("UPDATE") and '"file" =' in query["sql"]]


def test_chosen_columns_replace_the_recognised_ones_but_never_those_of_consent(
    publication: Publication, now: datetime
) -> None:
    text = (
        "email,contact,name,status\nold@readers.example,new@readers.example,Zoë,active\n,gone@readers.example,,left\n"
    )
    order = uploaded(publication, text.encode(), now)
    columns = {"readers.csv": {"email": 1, "first_name": 2, "time_zone": None, "given_at": None}}
    with pytest.raises(BadInput, match="has no column"):
        started(order, now, columns={"readers.csv": {"first_name": 2}})
    started(order, now, columns=columns)
    run(now)
    found = Subscription.objects.order_by("status").values_list("subscriber__email", "subscriber__first_name", "status")
    assert list(found) == [("new@readers.example", "Zoë", "active"), ("gone@readers.example", "", "left")]


def test_an_erased_person_in_a_file_stays_a_hash(publication: Publication, now: datetime) -> None:
    suppressions.remember_erased("dead@readers.example")
    started(uploaded(publication, exports.zipped(exports.MAILCHIMP), now, "export.zip"), now)
    run(now)
    assert list(Suppression.objects.values_list("email", "reason")) == [(None, "erased")]


def test_files_nobody_imports_and_old_results_are_deleted(publication: Publication, now: datetime) -> None:
    order = uploaded(publication, many(1), now)
    import_orders.delete_old(now=now + timedelta(days=6))
    order.refresh_from_db()
    assert order.file is not None
    import_orders.delete_old(now=now + timedelta(days=8))
    assert SubscriberImport.objects.get().file is None
    import_orders.delete_old(now=now + timedelta(days=91))
    assert not SubscriberImport.objects.exists()


def test_a_curator_imports_nobody(publication: Publication, now: datetime) -> None:
    with pytest.raises(NotPermitted):
        import_orders.upload(publication, io.BytesIO(many(1)), name="r.csv", by=make.cora(), now=now)
    with pytest.raises(BadInput, match="20 MB"):
        uploaded(publication, b"a" * (import_orders.MAX_FILE_BYTES + 1), now)
