"""Readers as rows, for a file. Streams: a million readers take no more memory than two thousand."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from newsletter.audience.models import Subscription
from newsletter.audience.reaching import SUPPRESSED, SUPPRESSION
from newsletter.lib.cells import guard
from newsletter.publications.models import Publication


class Row(NamedTuple):
    """`standing` is that of the subscription, or `suppressed` when the address must not be mailed.

    `consent_at` is UTC, or None when consent was never given; `time_zone` is empty when it is not known.
    """

    email: str
    first_name: str
    standing: str
    consent_source: str
    consent_at: datetime | None
    time_zone: str


def rows(publication: Publication) -> Iterator[Row]:
    """Everybody with a subscription to `publication`, in the order they came, values as they are kept."""
    found = (
        Subscription.objects.filter(publication=publication)
        .order_by("subscriber_id")
        .values_list(
            *("subscriber__email", "subscriber__first_name", "standing", "consent_source", "consent_at"),
            *("subscriber__time_zone", SUPPRESSION),
        )
    )
    for email, first_name, standing, source, consent_at, time_zone, barred in found.iterator(chunk_size=2000):
        yield Row(email, first_name, SUPPRESSED if barred else standing, source, consent_at, time_zone)


def lines(readers: Iterable[Row]) -> Iterator[str]:
    """`readers` as the lines of a CSV file with a header, safe to open in a spreadsheet.

    Addresses are guarded as well, since one may begin with + or =; `importing.py` takes the guard
    off again, so that what is written here can be read there.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(Row._fields)
    yield _taken(buffer)
    for row in readers:
        at = f"{row.consent_at:%Y-%m-%dT%H:%M:%SZ}" if row.consent_at else ""
        writer.writerow([*map(guard, row[:4]), at, guard(row.time_zone)])
        yield _taken(buffer)


def _taken(buffer: io.StringIO) -> str:
    line = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return line
