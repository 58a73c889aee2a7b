"""Imports of readers: the product, the floor beside it, and a package that is often used, each in a process of its own.

    python -m benchmarks.importing file PATH ROWS NEW    a CSV file: 2 % invalid, 3 % known, 1 % repeated, others NEW…@
    python -m benchmarks.importing product PATH SLUG     as `newsletter readers import --rows` does it
    python -m benchmarks.importing floor PATH SLUG       stage, then insert what is new, into the same tables
    python -m benchmarks.importing package PATH SLUG     django-import-export with use_bulk
    python -m benchmarks.importing order PATH SLUG       an import that workers carry out: its id
    python -m benchmarks.importing work ORDER            a worker that continues it to its end
    python -m benchmarks.importing check ORDER PATH NEW  what it did, and whether each row was done once

Scripts, in the environment of a stage whose publication SLUG has the known readers. Each prints JSON.
"""

import csv
import io
import json
import os
import resource
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsletter.settings")
INVALID, KNOWN, REPEATED = 50, 100, 100  # of so many rows: one invalid, three known, one repeated
STAGED = 20_000  # rows of the floor in one transaction
SOURCE = "bench"
WORKING = "The worker works."


def known_of(rows: int) -> int:
    """How many readers are there before: three of a hundred rows."""
    return rows * 3 // KNOWN


def file(path: str, rows: str, new: str) -> dict[str, Any]:
    """Write the file. The stage copied readers with ids of its own, so the sequences go on behind them."""
    reset_sequences()
    with Path(path).open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["email", "first_name"])
        for number in range(int(rows)):
            writer.writerow([_address(number, new), f"Reader {number % 1000}"])
    return {"bytes": Path(path).stat().st_size}


def reset_sequences() -> None:
    """Let the ids of new rows follow those that the stage has copied."""
    from django.core.management.color import no_style
    from django.db import connection

    from newsletter.audience.models import ConsentEvent, Subscriber, Subscription

    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [Subscriber, Subscription, ConsentEvent]):
            cursor.execute(statement)


def _address(number: int, new: str) -> str:
    if number % INVALID == 7:
        return f"nobody {number} at readers"
    if number % KNOWN in (11, 12, 13):
        return f"r{number // KNOWN * 3 + number % KNOWN - 10}@readers.example"
    return f"{new}{number - 1 if number % REPEATED == 52 else number}@readers.example"


def expected(rows: int) -> dict[str, int]:
    """Return what becomes of the rows; the known ones are known, left or suppressed, as data.py made them."""
    bad = sum(number % INVALID == 7 for number in range(rows))
    known = sum(number % KNOWN in (11, 12, 13) for number in range(rows))
    repeated = sum(number % REPEATED == 52 for number in range(rows))
    return {"rows": rows, "bad": bad, "repeated": repeated, "added": rows - bad - known - repeated}


def product(path: str, slug: str) -> dict[str, Any]:
    """Import the file, and write what became of each row beside it."""
    from newsletter.audience.import_subscribers import ImportTerms
    from newsletter.audience.imports import choose_tables, import_tables, reader_files, row_results
    from newsletter.audience.subscriber_import_report import SubscriberImportReport
    from newsletter.publications.models import Publication

    publication, report = Publication.objects.get(slug=slug), SubscriberImportReport()
    now = datetime.now(UTC)

    def work() -> None:
        with Path(path).open("rb") as data, Path(f"{path}.rows").open("w", encoding="utf-8") as fates:
            choices = choose_tables.choose(reader_files.tables(data, name="readers.csv"))
            terms = ImportTerms(SOURCE, now, now)
            for table, results in import_tables.import_tables(publication, choices, terms, report):
                fates.write(row_results.result_lines(table, results))

    figures = timed(work)
    wanted = expected(report.rows)
    if not report.adds_up or {name: getattr(report, name) for name in wanted} != wanted:
        raise SystemExit(f"The import counted {report.counts}, expected {wanted}.")
    return figures | {"rows": report.rows, "added": report.added}


def floor(path: str, slug: str) -> dict[str, Any]:
    """Check in Python, stage thousands of rows, and insert what is new: subscriber, subscription, consent event."""
    from django.db import connection

    from newsletter.publications.models import Publication

    publication, now = (
        Publication.objects.get(slug=slug).pk,
        connection.ops.adapt_datetimefield_value(datetime.now(UTC)),
    )
    rows = 0

    def work() -> None:
        nonlocal rows
        with Path(path).open(encoding="utf-8", newline="") as lines, connection.cursor() as cursor:
            cursor.execute("CREATE TEMP TABLE stage (email varchar(320), first_name varchar(80))")
            reader = csv.reader(lines)
            next(reader)
            while chunk := list(islice(reader, STAGED)):
                rows += len(chunk)
                good = [
                    (row[0].strip().lower(), row[1]) for row in chunk if " " not in row[0] and row[0].count("@") == 1
                ]
                _store(cursor, good, publication, now)

    connection.ensure_connection()
    return timed(work) | {"rows": rows}


def _store(cursor: Any, people: list[tuple[str, str]], publication: int, now: Any) -> None:
    from django.db import connection, transaction

    with transaction.atomic():
        cursor.execute("DELETE FROM stage")
        if connection.vendor == "postgresql":
            with cursor.copy("COPY stage (email, first_name) FROM STDIN") as copy:
                copy.write("".join(f"{email}\t{name}\n" for email, name in people))
        else:
            cursor.executemany("INSERT INTO stage (email, first_name) VALUES (%s, %s)", people)
        cursor.execute(
            "INSERT INTO audience_subscriber (email, first_name, time_zone, created_at) "
            "SELECT email, first_name, '', %s FROM stage WHERE true ORDER BY email ON CONFLICT DO NOTHING",
            [now],
        )
        # every row whose subscription is new gets its consent event, in the same transaction
        cursor.execute(
            "INSERT INTO audience_consentevent (publication_id, subscriber_id, purpose, act, method, basis, form, "
            "actor, network, at, recorded_at) SELECT DISTINCT %s, reader.id, 'emails', 'given', 'import', 'stated', "
            "%s, 'bench', '', %s, %s FROM stage JOIN audience_subscriber AS reader ON reader.email = stage.email "
            "WHERE NOT EXISTS (SELECT 1 FROM audience_subscription AS one "
            "WHERE one.publication_id = %s AND one.subscriber_id = reader.id)",
            [publication, SOURCE, now, now, publication],
        )
        cursor.execute(
            "INSERT INTO audience_subscription (publication_id, subscriber_id, status, consent_source, consent_at, "
            "unsubscribed_via) SELECT DISTINCT %s, reader.id, 'active', %s, %s, '' FROM stage "
            "JOIN audience_subscriber AS reader ON reader.email = stage.email WHERE true ON CONFLICT DO NOTHING",
            [publication, SOURCE, now],
        )


def package(path: str, _slug: str) -> dict[str, Any]:
    """Import the addresses alone with django-import-export, in bulk, as its documentation shows it."""
    import tablib
    from import_export import resources

    from newsletter.audience.models import Subscriber

    class SubscriberResource(resources.ModelResource):  # type: ignore[misc]  # without types
        class Meta:
            model = Subscriber
            import_id_fields = ("email",)
            fields = ("email", "first_name")
            use_bulk = True
            batch_size = 1000
            skip_unchanged = True
            report_skipped = False

    text = Path(path).read_text(encoding="utf-8")
    rows = text.count("\n") - 1
    return timed(
        lambda: SubscriberResource().import_data(tablib.Dataset().load(text, format="csv"), raise_errors=False)
    ) | {"rows": rows}


def order(path: str, slug: str) -> dict[str, Any]:
    """Store the file as an import that workers carry out. A page takes smaller files only."""
    from newsletter.audience.import_models import ImportState, SubscriberImport
    from newsletter.publications.models import Publication

    now = datetime.now(UTC)
    made = SubscriberImport(
        publication=Publication.objects.get(slug=slug), file_name="readers.csv", actor="bench", created_at=now
    )
    made.file, made.state, made.source, made.given_at, made.started_at = (
        Path(path).read_bytes(), ImportState.RUNNING, SOURCE, now, now,
    )  # fmt: skip
    made.save()
    return {"order": made.pk}


def work(number: str) -> dict[str, Any]:
    """Continue the import until it ends, as a worker does. A lease of a killed worker counts as over."""
    from newsletter.audience.import_models import ImportState, SubscriberImport
    from newsletter.audience.imports import run_imports

    running = SubscriberImport.objects.filter(pk=int(number), state=ImportState.RUNNING)
    began = time.perf_counter()
    sys.stderr.write(f"{WORKING}\n")
    sys.stderr.flush()
    while running.update(try_at=None, tries=0):
        run_imports.run_next(clock=lambda: datetime.now(UTC), seconds=15)
    return {"seconds": time.perf_counter() - began}


def check(number: str, path: str, prefix: str = "new") -> dict[str, Any]:
    """Compare counts, results of rows and tables."""
    from django.db.models import Count

    from newsletter.audience.import_models import SubscriberImport
    from newsletter.audience.imports import run_imports
    from newsletter.audience.models import ConsentEvent, Subscription

    made = SubscriberImport.objects.defer("file").get(pk=int(number))
    with Path(path).open("rb") as lines:
        rows = sum(1 for _ in lines) - 1
    wanted, lines_seen = expected(rows), 0
    for number_of_line, row in enumerate(csv.reader(_lines(run_imports.result_text(made)))):
        if number_of_line and int(row[1]) != number_of_line + 1:
            raise SystemExit(f"The results lack line {number_of_line + 1}.")
        lines_seen = number_of_line
    new = Subscription.objects.filter(
        publication=made.publication_id, consent_source=SOURCE, subscriber__email__startswith=prefix
    )
    events = ConsentEvent.objects.filter(publication=made.publication_id, subscriber__email__startswith=prefix)
    doubled = events.values("subscriber").annotate(n=Count("pk"))
    return {
        "state": made.state,
        "is_right": {name: made.counts[name] for name in wanted} == wanted,
        "results": lines_seen,
        "subscriptions": new.count(),
        "doubled_events": doubled.filter(n__gt=1).count(),
        "expected": wanted,
    }


def _lines(parts: Any) -> Any:
    """Yield the lines of a text that comes in parts."""
    for part in parts:
        with closing(io.StringIO(part)) as text:
            yield from text


def timed(act: Callable[[], object]) -> dict[str, float]:
    """Seconds, CPU seconds of this process, and its peak of memory in MB."""
    cpu, began = time.process_time(), time.perf_counter()
    act()
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "cpu": time.process_time() - cpu, "peak": peak}


COMMANDS: dict[str, Callable[..., dict[str, Any]]] = {
    "file": file, "product": product, "floor": floor, "package": package, "order": order, "work": work, "check": check,
}  # fmt: skip


def main() -> None:
    what, *arguments = sys.argv[1:]
    django.setup()
    sys.stdout.write(json.dumps(COMMANDS[what](*arguments)) + "\n")


if __name__ == "__main__":
    main()
