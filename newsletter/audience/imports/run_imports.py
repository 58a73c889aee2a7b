"""Carry out ordered imports. Each chunk is written together with the record that it was, so nothing happens twice."""

import time
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import islice

import structlog
from django.db import transaction

from newsletter.audience.import_models import ImportedChunk, ImportState, SubscriberImport
from newsletter.audience.import_subscribers import ImportTerms, import_chunk
from newsletter.audience.imports import import_orders, row_results
from newsletter.audience.imports.import_tables import TableChunk, read_chunks
from newsletter.audience.subscriber_import_report import SubscriberImportReport
from newsletter.lib import claim_rows
from newsletter.lib.errors import NewsletterError

LEASE = timedelta(seconds=90)  # longer than one chunk takes on a busy database
MAX_TRIES = 4  # without a chunk in between
STOPPED = "It stopped the worker several times. Contact an administrator."
log = structlog.get_logger()


def run_next(*, clock: Callable[[], datetime], seconds: float) -> bool:
    """Continue the oldest import for about `seconds`. Return False if there is none."""
    due = SubscriberImport.objects.due(clock()).defer("file")
    claimed, lost = claim_rows.claim(due, now=clock(), lease=LEASE, max_rows=1, max_tries=MAX_TRIES)
    for order in lost:
        _end(order, state=ImportState.FAILED, problem=STOPPED, now=clock())
    for order in claimed:
        _continue(SubscriberImport.objects.select_related("publication").get(pk=order.pk), clock, seconds)
    return bool(claimed or lost)


def _continue(order: SubscriberImport, clock: Callable[[], datetime], seconds: float) -> None:
    until = time.monotonic() + seconds
    terms = ImportTerms(order.source, order.started_at or clock(), order.given_at, f"{order.actor}, by import")
    done = order.chunks.count()
    try:
        chunks = read_chunks(import_orders.choices_of(order), terms, chosen=order.columns)
        for number, chunk in enumerate(islice(chunks, done, None), start=done):
            if not _store(order, number, chunk, terms, now=clock()):
                return  # cancelled, or another worker took over
            if time.monotonic() > until:
                SubscriberImport.objects.filter(pk=order.pk, state=ImportState.RUNNING).update(try_at=clock())
                return
    except NewsletterError as error:
        _end(order, state=ImportState.FAILED, problem=str(error), now=clock())
        return
    _end(order, state=ImportState.DONE, problem="", now=clock())


def _store(order: SubscriberImport, number: int, chunk: TableChunk, terms: ImportTerms, *, now: datetime) -> bool:
    """Import one chunk. Return False, and write nothing, if it is not the next one of a running import."""
    with transaction.atomic():
        rows = SubscriberImport.objects.select_for_update().defer("file")
        current = rows.filter(pk=order.pk, state=ImportState.RUNNING, started_at=order.started_at).first()
        if current is None or current.chunks.count() != number:
            return False
        report = SubscriberImportReport.from_counts(current.counts)
        results = import_chunk(order.publication, chunk.rows, report, terms, dry_run=order.dry_run)
        text = row_results.result_lines(chunk.table, results)
        ImportedChunk.objects.create(
            order=current, number=number, rows=len(results), results=zlib.compress(text.encode())
        )
        current.counts, current.tries, current.try_at = report.counts, 0, now + LEASE
        current.save(update_fields=["counts", "tries", "try_at"])
    return True


def _end(order: SubscriberImport, *, state: ImportState, problem: str, now: datetime) -> None:
    """End an import. The file is kept only after a dry run, which may be followed by the import."""
    running = SubscriberImport.objects.filter(pk=order.pk, state=ImportState.RUNNING, started_at=order.started_at)
    values: dict[str, object] = {"state": state, "problem": problem[:300], "ended_at": now}
    if order.dry_run:
        current = running.defer("file").first()
        values["tried"] = current.counts if current else {}
        values["state"] = ImportState.READY if state == ImportState.DONE else state
    elif state == ImportState.DONE:
        values["file"] = None
    running.update(**values)
    log.info("readers.import_ended", order=order.pk, state=str(values["state"]), dry_run=order.dry_run)


def result_text(order: SubscriberImport) -> Iterator[str]:
    """Yield what became of every row so far as the text of a CSV file, in parts."""
    yield row_results.header_line()
    for packed in order.chunks.order_by("number").values_list("results", flat=True).iterator(chunk_size=20):
        yield zlib.decompress(bytes(packed)).decode()
