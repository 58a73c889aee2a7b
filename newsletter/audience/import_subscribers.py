"""Readers from a file, many at once. Rows are read in `subscriber_csv.py` and written in
`subscriber_import_rows.py`.

An import never raises anybody's consent: who left, waits for confirmation or is suppressed, here or by what the file
says, is not mailed. Who receives it here and left by the file has left. A file can be read again: what is there already
is only counted.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice

from django.db import transaction

from newsletter.audience import subscriber_import_rows
from newsletter.audience.consent_columns import ConsentState
from newsletter.audience.first_name import clean_name, normalise_email
from newsletter.audience.reader_time_zones import parse_time_zone
from newsletter.audience.subscribe import clean_source
from newsletter.audience.subscriber_csv import Record, records
from newsletter.audience.subscriber_import_report import SubscriberImportReport
from newsletter.audience.subscriber_import_rows import ImportedSubscriber
from newsletter.audience.subscriptions import LONGEST_PAUSE
from newsletter.lib.csv_reader import MalformedRow
from newsletter.lib.errors import BadInput
from newsletter.publications.models import Publication

BATCH = 2000
EARLY = timedelta(days=1)  # a clock elsewhere may be ahead of ours


def read(publication: Publication, lines: Iterable[str], *, source: str, now: datetime) -> SubscriberImportReport:
    """Subscribe everybody in the CSV file whose `lines` these are (see `subscriber_csv.py` for its forms).

    `source` says where their consent was given, unless the file says it of each reader; they are active from `now`.
    Rows are written in chunks, each in a transaction of its own. `BadInput` when the file as a whole cannot be read, as
    from the line it names; rows before it are kept then, and a second reading finds them known.
    """
    where = clean_source(source)
    report = SubscriberImportReport()
    people = _people(lines, report, source=where, now=now)
    while rows := list(islice(people, BATCH)):
        chunk = dict(rows)  # of two rows about one person the later one here is the stricter
        report.repeated += len(rows) - len(chunk)
        with transaction.atomic():
            subscriber_import_rows.write(publication, chunk, report, now=now)
    return report


def _people(
    lines: Iterable[str], report: SubscriberImportReport, *, source: str, now: datetime
) -> Iterator[tuple[str, ImportedSubscriber]]:
    """Address and person of each row that can be taken; an address comes again only when the later row is stricter."""
    seen: dict[str, int] = {}
    for record in records(lines):
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
    """With the source and time of consent where the file does not say them: `source`, and `now` for who receives it."""
    if consent.consent_at and consent.consent_at > now + EARLY:
        raise BadInput("consent at", "lies in the future.")
    if consent.paused_until and consent.paused_until > (now + LONGEST_PAUSE).date():
        raise BadInput("paused until", "is more than a year away.")
    gave = consent.standing in subscriber_import_rows.GAVE_CONSENT
    return consent._replace(
        consent_source=_source(consent.consent_source) or source,
        consent_at=consent.consent_at or (now if gave else None),
        unsubscribed_at=min(consent.unsubscribed_at, now) if consent.unsubscribed_at else None,
    )


def _source(written: str) -> str:
    """The source of consent as a file gives it; empty when it says nothing that can be kept."""
    try:
        return clean_source(written)
    except BadInput:
        return ""


def _zone(record: Record, report: SubscriberImportReport) -> str:
    try:
        return parse_time_zone(record.time_zone)
    except BadInput as error:
        report.warn(record.line, f"The {error.field} {error.problem} It was left out. {error.hint}")
        return ""
