"""Export the subscribers of a publication as CSV. Streams: memory use does not grow with the number of readers."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import OuterRef, Subquery

from newsletter.audience.models import Subscription, SubscriptionStatus, Suppression
from newsletter.audience.reachable_subscribers import SUPPRESSED
from newsletter.lib.spreadsheet_formulas import escape_formula
from newsletter.publications.models import Publication


class ExportedSubscriber(NamedTuple):
    """One row. `status` is the subscription status, or `suppressed` for an active one whose address is suppressed.

    `suppression` is the reason, also for unsubscribed readers. Times are UTC or None; `consent_at` is None if consent
    was never given. `time_zone` is empty if unknown. `no_appeals` is `yes` for those who chose that, otherwise empty.
    """

    email: str
    first_name: str
    status: str
    consent_source: str
    consent_at: datetime | None
    time_zone: str
    suppression: str
    paused_until: date | None
    unsubscribed_at: datetime | None
    unsubscribed_via: str
    no_appeals: str


def rows(publication: Publication) -> Iterator[ExportedSubscriber]:
    """Yield everybody with a subscription to `publication`, in order of subscriber id, with stored values."""
    suppression = Suppression.objects.filter(email=OuterRef("subscriber__email"))
    found = (
        Subscription.objects.filter(publication=publication)
        .order_by("subscriber_id")
        .values_list(
            *("subscriber__email", "subscriber__first_name", "status", "consent_source", "consent_at"),
            *(
                "subscriber__time_zone",
                Subquery(suppression.values("reason")[:1]),
                "paused_until",
                "unsubscribed_at",
                "unsubscribed_via",
                "subscriber__no_appeals",
            ),
        )
    )
    for email, first_name, status, source, consent_at, time_zone, reason, *rest, plain in found.iterator(
        chunk_size=2000
    ):
        shown = SUPPRESSED if reason and status == SubscriptionStatus.ACTIVE else status
        values = (email, first_name, shown, source, consent_at, time_zone, reason or "", *rest, "yes" if plain else "")
        yield ExportedSubscriber._make(values)


def lines(readers: Iterable[ExportedSubscriber]) -> Iterator[str]:
    """Yield `readers` as the lines of a CSV file with a header, safe to open in a spreadsheet.

    Addresses are escaped too, because one may start with + or =. `import_subscribers.py` undoes the escape and
    recreates the same audience in another database.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(ExportedSubscriber._fields)
    yield _take_line(buffer)
    for row in readers:
        writer.writerow([_cell(value) for value in row])
        yield _take_line(buffer)


def _cell(value: str | datetime | date | None) -> str:
    match value:
        case None:
            return ""
        case str():
            return escape_formula(value)
        case datetime():
            return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    return value.isoformat()


def _take_line(buffer: io.StringIO) -> str:
    line = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return line
