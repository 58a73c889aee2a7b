"""newsletter readers import: readers from a file, a folder or a whole export of another service."""

from __future__ import annotations  # the shapes below are imported inside, once Django is set up

import shutil
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, time
from itertools import chain
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Annotated, BinaryIO, cast

import typer

from newsletter.cli.commands.readers import app
from newsletter.cli.support import input_files, json_shapes, lookups, output
from newsletter.cli.support.options import Json, Publication
from newsletter.lib import clock, timestamps
from newsletter.lib.errors import BadInput

if TYPE_CHECKING:
    from newsletter.audience.imports.choose_tables import OtherFiles, TableChoice
    from newsletter.audience.subscriber_import_report import SubscriberImportReport


@app.command("import")
def import_(  # noqa: PLR0917 — Typer reads them as options
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="A CSV file, spreadsheet, ZIP file or folder, or - for stdin.")
    ],
    source: Annotated[
        str,
        typer.Option("--source", metavar="TEXT", help="Where these readers gave consent; stored with each of them."),
    ],
    consent_date: Annotated[
        str,
        typer.Option(
            "--consent-date", metavar="DATE", help="When they did, for rows without a time. Such as 2025-03-31."
        ),
    ] = "",
    publication: Publication = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count what would happen, and write nothing.")] = False,
    rows: Annotated[
        Path | None,
        typer.Option("--rows", metavar="FILE", help="Write what became of each row to this file.", show_default=False),
    ] = None,
    encoding: Annotated[
        str, typer.Option(metavar="NAME", help="Encoding of text. Default: detected.", show_default=False)
    ] = "",
    json: Json = False,
) -> None:
    """Import readers from a file, or from the whole export of another service.

    The file is a list of addresses, or has a header with a column “email” and optionally “first_name” and “time_zone”
    (such as Europe/Berlin). Exports of Mailchimp, Substack, Ghost, listmonk, beehiiv, Buttondown and other services
    work as they are, also as ZIP files: their unsubscribed, bounced and unconfirmed readers are not mailed, nor is
    anybody whom this database has as such.

    You can import the same file twice, also after an import was interrupted. Existing readers are only counted.

    Example: newsletter readers import export.zip --source "sign-up form" --consent-date 2025-03-31 --dry-run
    """
    from newsletter.audience.import_subscribers import ImportTerms
    from newsletter.audience.imports import choose_tables, import_tables, row_results
    from newsletter.audience.subscribe import clean_source
    from newsletter.audience.subscriber_import_report import SubscriberImportReport
    from newsletter.audit import audit_trail
    from newsletter.audit.acts import Act

    target, report = lookups.publication(publication), SubscriberImportReport()
    terms = ImportTerms(clean_source(source), clock.now(), _moment(consent_date))
    with _tables(file, encoding) as choices:
        if terms.given_at is None and import_tables.lacks_times(choices):
            raise BadInput(
                "--consent-date", "is missing.", "The file does not say when these readers gave consent: give a date."
            )
        if not dry_run:
            name = output.printable(Path(file).name or file) if file != "-" else "stdin"
            audit_trail.record(None, Act.READERS_IMPORTED, target, now=terms.now, source=terms.source, file=name)
        chunks = import_tables.import_tables(target, choices, terms, report, dry_run=dry_run)

        results = output.with_progress(((table, row) for table, found in chunks for row in found), "rows imported")
        if rows:
            lines = (row_results.result_lines(table, [row]) for table, row in results)
            output.write_lines(chain([row_results.header_line()], lines), out=rows)
        else:
            deque(results, maxlen=0)
        notes = choose_tables.notes(choices)
        others = choose_tables.other_files(choices)
        read = [choice for choice in choices if not choice.table.why_not]
        tables = [_described(choice) for choice in read]
    if json:
        output.print_json(
            json_shapes.report(report)
            | {"dry_run": dry_run, "balance": report.balance, "tables": tables, "notes": notes}
            | {"files_left_out": [_left_out(one) for one in others]}
        )
        return
    _show(report, read, [*notes, *(output.printable(one.sentence) for one in others)], dry_run=dry_run)


def _show(
    report: SubscriberImportReport, choices: Sequence[TableChoice], notes: Sequence[str], *, dry_run: bool
) -> None:
    if len(choices) > 1 or any(one.columns and one.columns.format.service for one in choices):
        output.print_table(
            ["file", "recognised as", "encoding"],
            [
                (row["name"], row["recognised_as"] or f"not imported: {row['why_not']}", row["encoding"])
                for row in map(_described, choices)
            ],
        )
        output.print_text("")
    balance = report.balance
    output.print_fields(
        [
            ("dry run: nothing was written", "yes" if dry_run else None),
            ("rows read", report.rows),
            ("added", balance["added"]),
            ("updated", report.updated or None),
            ("unchanged", balance["unchanged"]),
            ("not mailed", balance["suppressed"] or None),
            ("refused", report.bad or None),
            ("duplicates in the file", report.repeated or None),
            ("not mailed: unsubscribed", report.left or None),
            ("not mailed: suppressed", report.suppressed or None),
            ("not mailed: not confirmed yet", report.unconfirmed + report.waiting or None),
            ("not mailed: paused", report.paused or None),
            ("subscribed until now, and not mailed any more", report.ended or None),
            ("imported in part", report.warned or None),
        ]
    )
    for choice in choices:
        if choice.is_imported and choice.table.encoding not in ("", "utf-8"):
            output.print_note(f"{choice.table.name} was read as {choice.table.encoding}. --encoding names another.")
    for note in notes:
        output.print_note(note)
    output.print_problems(report.problems, report.bad)
    output.print_problems(report.warnings, report.warned)


def _described(choice: TableChoice) -> json_shapes.JsonObject:
    columns, name = choice.columns, choice.table.name
    return {
        "name": output.printable(name),
        "recognised_as": (columns.format.name if columns.format.service else columns.format.kind) if columns else "",
        "encoding": choice.table.encoding,
        "why_not": choice.why_not,
    }


def _left_out(others: OtherFiles) -> json_shapes.JsonObject:
    return {
        "why_not": others.why_not,
        "number": others.number,
        "names": [output.printable(name) for name in others.names],
    }


def _moment(written: str) -> datetime | None:
    if not written:
        return None
    try:
        at = timestamps.parse(written)
    except ValueError:
        raise BadInput("--consent-date", "is not a date.", "Give one such as 2025-03-31.") from None
    at = at if isinstance(at, datetime) else datetime.combine(at, time(), tzinfo=UTC)
    if at > clock.now():
        raise BadInput("--consent-date", "is in the future.", "Give the date on which they gave consent.")
    return at


@contextmanager
def _tables(file: str, encoding: str) -> Iterator[list[TableChoice]]:
    from newsletter.audience.imports import choose_tables, reader_files

    try:
        "".encode(encoding or "utf-8")
    except LookupError:
        raise BadInput("--encoding", "is not known.", "Give one such as utf-8 or cp1252.") from None
    if file != "-" and _is_folder(file):
        yield choose_tables.choose(reader_files.tables_of_folder(Path(file), encoding=encoding))
        return
    with input_files.open_input(file) as data, _seekable(data) as content:
        name = "stdin" if file == "-" else Path(file).name
        yield choose_tables.choose(reader_files.tables(content, name=name, encoding=encoding))


def _is_folder(file: str) -> bool:
    try:
        return Path(file).is_dir()
    except (OSError, ValueError):  # a name that no file can have
        return False


@contextmanager
def _seekable(data: BinaryIO) -> Iterator[BinaryIO]:
    """Yield the file, or a temporary copy of a pipe: it is read several times."""
    if data is not sys.stdin.buffer and data.seekable():
        yield data
        return
    with TemporaryFile() as copy:
        shutil.copyfileobj(data, copy)
        copy.seek(0)
        yield cast(BinaryIO, copy)
