"""Import subscribers from a file. `subscriber_csv.py` parses the rows and `write_imported_subscribers.py` writes them.

An import never raises anybody's consent. Readers who are unsubscribed, unconfirmed or suppressed, in the database or in
the file, are not mailed. Active readers who are unsubscribed in the file are unsubscribed. A file can be imported
again: existing subscriptions are only counted.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice

from django.db import transaction

from newsletter.audience import write_imported_subscribers
from newsletter.audience.consent_columns import ConsentState
from newsletter.audience.first_name import clean_name
from newsletter.audience.reader_time_zones import parse_time_zone
from newsletter.audience.subscribe import clean_source
from newsletter.audience.subscriber_csv import SubscriberRow, read_records
from newsletter.audience.subscriber_import_report import SubscriberImportReport
from newsletter.audience.subscriptions import MAX_PAUSE
from newsletter.audience.write_imported_subscribers import ImportedSubscriber
from newsletter.lib.csv_reader import MalformedRow
from newsletter.lib.errors import BadInput
from newsletter.mail.email_address import normalise_email
from newsletter.publications.models import Publication

CHUNK_SIZE = 2000
CLOCK_TOLERANCE = timedelta(days=1)  # another system's clock may be ahead of ours


def import_subscribers(
    publication: Publication, lines: Iterable[str], *, source: str, now: datetime
) -> SubscriberImportReport:
    """Subscribe everybody in a CSV file (`subscriber_csv.py` describes the formats).

    `source` says where consent was given, unless the file says so per row. New readers are active from `now`. Rows are
    written in chunks, each in its own transaction. Raises `BadInput` if the file as a whole cannot be read. Rows before
    the line it names stay imported, and a second import counts them as known.
    """
    where = clean_source(source)
    report = SubscriberImportReport()
    people = _people(lines, report, source=where, now=now)
    while rows := list(islice(people, CHUNK_SIZE)):
        chunk = dict(rows)  # of two rows about one person, the later one is stricter
        report.repeated += len(rows) - len(chunk)
        with transaction.atomic():
            write_imported_subscribers.write_rows(publication, chunk, report, now=now)
    return report


def _people(
    lines: Iterable[str], report: SubscriberImportReport, *, source: str, now: datetime
) -> Iterator[tuple[str, ImportedSubscriber]]:
    """Yield the address and data of each valid row. An address is repeated only if the later row is stricter."""
    seen: dict[str, int] = {}
    for record in read_records(lines):
        report.rows += 1
        if isinstance(record, MalformedRow):
            report.refuse(record.line, record.problem)
            continue
        try:
            address, consent = normalise_email(record.email), _checked(record.consent, source=source, now=now)
        except BadInput as error:
            report.refuse(record.line, f"The {error.field} {error.problem}")
            continue
        if address in seen and consent.strictness <= seen[address]:
            report.repeated += 1
            continue
        seen[address] = consent.strictness
        yield address, ImportedSubscriber(clean_name(record.first_name), _zone(record, report), consent)


def _checked(consent: ConsentState, *, source: str, now: datetime) -> ConsentState:
    """Fill in a missing source and time of consent: `source`, and `now` for readers who gave consent."""
    if consent.consent_at and consent.consent_at > now + CLOCK_TOLERANCE:
        raise BadInput("consent at", "is in the future.")
    if consent.paused_until and consent.paused_until > (now + MAX_PAUSE).date():
        raise BadInput("paused until", "is more than a year away.")
    gave = consent.status in write_imported_subscribers.GAVE_CONSENT
    return consent._replace(
        consent_source=_source(consent.consent_source) or source,
        consent_at=consent.consent_at or (now if gave else None),
        unsubscribed_at=min(consent.unsubscribed_at, now) if consent.unsubscribed_at else None,
    )


def _source(written: str) -> str:
    """Return the source of consent in a file; empty if it is missing or invalid."""
    try:
        return clean_source(written)
    except BadInput:
        return ""


def _zone(record: SubscriberRow, report: SubscriberImportReport) -> str:
    try:
        return parse_time_zone(record.time_zone)
    except BadInput as error:
        report.warn(record.line, f"The {error.field} {error.problem} This value was not imported. {error.hint}")
        return ""
