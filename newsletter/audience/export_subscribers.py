"""Readers as rows, for a file. Streams: a million readers take no more memory than two thousand."""

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
    """`standing` is that of the subscription, or `suppressed` for who would receive it if the address might be mailed.

    `suppression` is why it must not be, also of somebody who left. Moments are UTC, or None: `consent_at` when consent
    was never given. `time_zone` is empty when it is not known.
    """

    email: str
    first_name: str
    standing: str
    consent_source: str
    consent_at: datetime | None
    time_zone: str
    suppression: str
    paused_until: date | None
    unsubscribed_at: datetime | None
    unsubscribed_via: str


def rows(publication: Publication) -> Iterator[ExportedSubscriber]:
    """Everybody with a subscription to `publication`, in the order they came, values as they are kept."""
    never = Suppression.objects.filter(email=OuterRef("subscriber__email"))
    found = (
        Subscription.objects.filter(publication=publication)
        .order_by("subscriber_id")
        .values_list(
            *("subscriber__email", "subscriber__first_name", "standing", "consent_source", "consent_at"),
            *(
                "subscriber__time_zone",
                Subquery(never.values("reason")[:1]),
                "paused_until",
                "unsubscribed_at",
                "unsubscribed_via",
            ),
        )
    )
    for email, first_name, standing, source, consent_at, time_zone, reason, *rest in found.iterator(chunk_size=2000):
        shown = SUPPRESSED if reason and standing == SubscriptionStatus.ACTIVE else standing
        yield ExportedSubscriber(email, first_name, shown, source, consent_at, time_zone, reason or "", *rest)


def lines(readers: Iterable[ExportedSubscriber]) -> Iterator[str]:
    """`readers` as the lines of a CSV file with a header, safe to open in a spreadsheet.

    Addresses are guarded as well, since one may begin with + or =; `import_subscribers.py` takes the guard
    off again, and makes the same audience of it in another database.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(ExportedSubscriber._fields)
    yield _taken(buffer)
    for row in readers:
        writer.writerow([_cell(value) for value in row])
        yield _taken(buffer)


def _cell(value: str | datetime | date | None) -> str:
    match value:
        case None:
            return ""
        case str():
            return escape_formula(value)
        case datetime():
            return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    return value.isoformat()


def _taken(buffer: io.StringIO) -> str:
    line = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return line
