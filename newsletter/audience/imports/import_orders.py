"""Order an import: store the uploaded file, start a dry run or the import, cancel it, delete what is old."""

import io
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import BinaryIO

from django.db import transaction
from django.db.models import QuerySet

from newsletter.accounts.models import User
from newsletter.accounts.permissions import Permission, require
from newsletter.audience.import_models import ImportState, SubscriberImport
from newsletter.audience.imports import choose_tables, import_tables, reader_files
from newsletter.audience.imports.choose_tables import TableChoice
from newsletter.audience.subscribe import clean_source
from newsletter.audience.subscriber_csv import ROLES
from newsletter.audit import audit_trail
from newsletter.audit.acts import Act
from newsletter.lib.errors import BadInput, InvalidState
from newsletter.publications.models import Publication

MAX_FILE_BYTES = 20_000_000
FILE_KEPT = timedelta(days=7)  # of an import that nobody starts
RESULTS_KEPT = timedelta(days=90)
STARTED_FIELDS = (
    *("columns", "encoding", "source", "given_at", "lines", "actor", "state", "dry_run", "counts", "problem"),
    *("started_at", "ended_at", "try_at", "tries"),
)
CANNOT_START = InvalidState("This import is running, or its file was deleted after it ended.")


def upload(publication: Publication, file: BinaryIO, *, name: str, by: User, now: datetime) -> SubscriberImport:
    """Store a file of readers. Raises `BadInput` if it cannot be read, or is too large for a page."""
    require(by, Permission.AUDIENCE, publication=publication)
    content = file.read(MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        hint = "Use the command newsletter readers import, which has no such limit."
        raise BadInput("file", f"is larger than {MAX_FILE_BYTES // 1_000_000} MB.", hint)
    order = SubscriberImport(
        publication=publication, file_name=name[:200], file=content, actor=str(by)[:120], created_at=now
    )
    order.lines = _count_lines(choices_of(order))
    order.save()
    return order


def choices_of(order: SubscriberImport) -> list[TableChoice]:
    """Return the tables of the stored file, with the columns that were chosen. Raises `BadInput`."""
    if order.file is None:
        raise InvalidState("The file of this import was deleted. Upload it again.")
    file = io.BytesIO(bytes(order.file))
    tables = reader_files.tables(file, name=order.file_name, encoding=order.encoding)
    return choose_tables.choose(tables, chosen=order.columns)


def start(
    order: SubscriberImport,
    *,
    source: str,
    given_at: datetime | None,
    columns: Mapping[str, Mapping[str, int | None]],
    encoding: str,
    dry_run: bool,
    by: User,
    now: datetime,
) -> SubscriberImport:
    """Let workers import the file, or try it without writing. `columns` are the chosen ones, by table and role.

    Raises `BadInput` for a missing source or date of consent, and `InvalidState` if it is running or its file is gone.
    """
    require(by, Permission.AUDIENCE, publication=order.publication_id)
    where = clean_source(source)
    if given_at and given_at > now:
        raise BadInput("date of consent", "is in the future.", "Enter the date on which they gave consent.")
    order = SubscriberImport.objects.get(pk=order.pk)
    if not order.can_start:
        raise CANNOT_START
    order.columns, order.encoding, order.source, order.given_at = _checked(columns), encoding, where, given_at
    # the file is read before anything is locked: a large one takes seconds
    choices = choices_of(order)
    if given_at is None and import_tables.lacks_times(choices):
        raise BadInput(
            "date of consent", "is missing.", "The file does not say when these readers gave consent: enter a date."
        )
    order.lines, order.actor = _count_lines(choices), str(by)[:120]
    with transaction.atomic():
        current = SubscriberImport.objects.select_for_update().filter(pk=order.pk, file__isnull=False)
        if not current.exclude(state=ImportState.RUNNING).defer("file").exists():
            raise CANNOT_START
        order.chunks.all().delete()
        order.state, order.dry_run, order.counts, order.problem = ImportState.RUNNING, dry_run, {}, ""
        order.started_at, order.ended_at, order.try_at, order.tries = now, None, None, 0
        order.save(update_fields=STARTED_FIELDS)
        if not dry_run:
            audit_trail.record(by, Act.READERS_IMPORTED, order.publication, now=now, source=where, file=order.file_name)
    return order


def cancel(order: SubscriberImport, *, by: User, now: datetime) -> None:
    """Stop an import. What it has imported stays; it cannot go on."""
    require(by, Permission.AUDIENCE, publication=order.publication_id)
    running = SubscriberImport.objects.filter(pk=order.pk, state__in=[ImportState.RUNNING, ImportState.READY])
    if not running.update(state=ImportState.CANCELLED, ended_at=now, file=None):
        raise InvalidState("This import has ended already.")


def continue_failed(failed: QuerySet[SubscriberImport], *, now: datetime) -> int:
    """Let workers go on with these failed imports behind their last chunk, and return how many."""
    again = failed.filter(file__isnull=False)
    return again.update(state=ImportState.RUNNING, tries=0, try_at=now, problem="", ended_at=None)


def discard_failed(failed: QuerySet[SubscriberImport]) -> int:
    """Cancel these failed imports and delete their files. What they imported stays. Return how many."""
    return failed.update(state=ImportState.CANCELLED, file=None)


def delete_old(*, now: datetime) -> None:
    """Delete files that nobody imports, and the results of old imports."""
    SubscriberImport.objects.filter(created_at__lt=now - FILE_KEPT).exclude(state=ImportState.RUNNING).update(file=None)
    SubscriberImport.objects.filter(created_at__lt=now - RESULTS_KEPT).exclude(state=ImportState.RUNNING).delete()


def _checked(columns: Mapping[str, Mapping[str, int | None]]) -> dict[str, dict[str, int | None]]:
    found = {table: {role: places.get(role) for role in ROLES} for table, places in columns.items()}
    for places in found.values():
        if places["email"] is None:
            raise BadInput("email address", "has no column.", "Choose the column with the email addresses.")
    return found


def _count_lines(choices: list[TableChoice]) -> int:
    return sum(sum(1 for _ in choice.table.lines()) for choice in choices if choice.is_imported)
