"""Import subscribers from a file: `subscriber_csv.py` parses, `plan_import.py` decides, another module writes.

An import never raises anybody's consent. Readers who are unsubscribed, unconfirmed or suppressed, in the database or in
the file, are not mailed. Active readers who are unsubscribed in the file are unsubscribed. A file can be imported
again: existing subscriptions are only counted.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import NamedTuple

from django.db import transaction

from newsletter.audience import plan_import, write_imported_subscribers
from newsletter.audience.consent_columns import ConsentState
from newsletter.audience.first_name import clean_name
from newsletter.audience.plan_import import GAVE_CONSENT, ImportedSubscriber
from newsletter.audience.reader_time_zones import parse_time_zone
from newsletter.audience.subscribe import clean_source
from newsletter.audience.subscriber_csv import SubscriberRow, read_records
from newsletter.audience.subscriber_import_report import RowOutcome, SubscriberImportReport
from newsletter.audience.subscriptions import MAX_PAUSE
from newsletter.lib.csv_reader import MalformedRow
from newsletter.lib.errors import BadInput
from newsletter.mail.email_address import normalise_email
from newsletter.publications.models import Publication

CHUNK_SIZE = 2000
CLOCK_TOLERANCE = timedelta(days=1)  # another system's clock may be ahead of ours


class ImportTerms(NamedTuple):
    """What the person who imports a file states about it.

    `source` says where consent was given and `given_at` when, unless the file says so per row; without `given_at`, rows
    that do not say it are refused. `actor` is who imports; empty: whoever runs this process.
    """

    source: str
    now: datetime
    given_at: datetime | None = None
    actor: str = ""


class ReadRow(NamedTuple):
    """One row as read. `person` is None if it was refused or repeats an earlier row; `outcome` then says which."""

    line: int
    address: str
    person: ImportedSubscriber | None
    outcome: RowOutcome | None = None
    note: str = ""


class RowResult(NamedTuple):
    """What became of a row; `note` says why it was refused, or what of it was left out."""

    line: int
    outcome: RowOutcome
    note: str


def import_subscribers(
    publication: Publication, lines: Iterable[str], *, source: str, now: datetime, given_at: datetime | None = None
) -> SubscriberImportReport:
    """Subscribe everybody in a CSV file (`subscriber_csv.py` describes the formats).

    New readers are active from `now`, which is also when they gave consent unless the file or `given_at` says so. Rows
    are written in chunks, each in its own transaction. Raises `BadInput` if the file as a whole cannot be read. Rows
    before the line it names stay imported, and a second import counts them as known.
    """
    terms = ImportTerms(clean_source(source), now, given_at or now)
    report = SubscriberImportReport()
    rows = check_rows(read_records(lines), terms, seen={})
    while chunk := list(islice(rows, CHUNK_SIZE)):
        import_chunk(publication, chunk, report, terms)
    return report


def import_chunk(
    publication: Publication,
    chunk: Sequence[ReadRow],
    report: SubscriberImportReport,
    terms: ImportTerms,
    *,
    dry_run: bool = False,
) -> list[RowResult]:
    """Import a few thousand rows in one transaction, and count them. Return what became of each.

    With `dry_run`, nothing is written, and the result is what an import would do now.
    """
    last = {row.address: row for row in chunk if row.person}  # of two rows about one person, the later one is stricter
    people = {address: row.person for address, row in last.items() if row.person}
    if dry_run:
        plan = plan_import.plan_rows(publication, people)
    else:
        with transaction.atomic():
            plan = write_imported_subscribers.write_rows(publication, people, now=terms.now, actor=terms.actor)
    results = [RowResult(row.line, row.outcome or _outcome_of(row, last, plan.outcomes), row.note) for row in chunk]
    report.rows += len(chunk)
    report.ended += len(plan.ended)
    report.count(result.outcome for result in results if result.outcome != RowOutcome.BAD)
    for result in results:
        if result.outcome == RowOutcome.BAD:
            report.refuse(result.line, result.note)
        elif result.note:
            report.warn(result.line, result.note)
    return results


def _outcome_of(row: ReadRow, last: dict[str, ReadRow], outcomes: dict[str, RowOutcome]) -> RowOutcome:
    return outcomes[row.address] if last[row.address] is row else RowOutcome.REPEATED


def check_rows(
    records: Iterable[SubscriberRow | MalformedRow], terms: ImportTerms, *, seen: dict[str, int]
) -> Iterator[ReadRow]:
    """Yield each row with its normalised address and data, or the reason why it is refused.

    `seen` has the strictness of each address so far. A repeated address counts only if the later row is stricter.
    """
    for record in records:
        if isinstance(record, MalformedRow):
            yield ReadRow(record.line, "", None, RowOutcome.BAD, record.problem)
            continue
        try:
            address, consent = normalise_email(record.email), _checked(record.consent, terms)
        except BadInput as error:
            yield ReadRow(record.line, "", None, RowOutcome.BAD, f"The {error.field} {error.problem}")
            continue
        if address in seen and consent.strictness <= seen[address]:
            yield ReadRow(record.line, address, None, RowOutcome.REPEATED)
            continue
        seen[address] = consent.strictness
        time_zone, note = _zone(record)
        person = ImportedSubscriber(clean_name(record.first_name), time_zone, consent, record.no_appeals)
        yield ReadRow(record.line, address, person, None, f"{note} {record.warning}".strip())


def _checked(consent: ConsentState, terms: ImportTerms) -> ConsentState:
    """Fill in a missing source and time of consent: those of the terms, for readers who gave consent."""
    now = terms.now
    if consent.consent_at and consent.consent_at > now + CLOCK_TOLERANCE:
        raise BadInput("consent at", "is in the future.")
    if consent.paused_until and consent.paused_until > (now + MAX_PAUSE).date():
        raise BadInput("paused until", "is more than a year away.")
    gave = consent.status in GAVE_CONSENT
    if gave and not (consent.consent_at or terms.given_at or consent.suppression):
        raise BadInput("date of consent", "is missing or cannot be read, and none was stated for such rows.")
    return consent._replace(
        consent_source=_source(consent.consent_source) or terms.source,
        consent_at=consent.consent_at or ((terms.given_at or now) if gave else None),
        unsubscribed_at=min(consent.unsubscribed_at, now) if consent.unsubscribed_at else None,
    )


def _source(written: str) -> str:
    """Return the source of consent in a file; empty if it is missing or invalid."""
    try:
        return clean_source(written)
    except BadInput:
        return ""


def _zone(record: SubscriberRow) -> tuple[str, str]:
    """Return the time zone, and a note if it is not known."""
    try:
        return parse_time_zone(record.time_zone), ""
    except BadInput as error:
        return "", f"The {error.field} {error.problem} This value was not imported. {error.hint}"
