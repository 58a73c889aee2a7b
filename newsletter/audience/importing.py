"""Readers from a file, many at once. Reading rows is left to `sheets.py`; here they become subscriptions.

An import never raises anybody's consent: who left, waits for confirmation or is suppressed is
left alone. It can be read again: what is there already is only counted.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from django.db import transaction

from newsletter.audience import inserting, suppressing
from newsletter.audience.addresses import clean_name, normalise
from newsletter.audience.joining import clean_source
from newsletter.audience.models import Standing, Subscriber, Subscription
from newsletter.audience.sheets import records
from newsletter.audience.zones import clean_zone
from newsletter.lib.errors import BadInput
from newsletter.lib.sheets import Unreadable
from newsletter.publications.models import Publication

BATCH = 2000
PROBLEMS_KEPT = 100


class Person(NamedTuple):
    """What a file may tell of somebody besides the address; empty where it does not."""

    first_name: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that was not taken. Holds no address: the line is found in the file."""

    line: int
    problem: str


@dataclass(slots=True)
class Report:
    """What became of the rows that were not empty; every one is counted once."""

    rows: int = 0
    added: int = 0  # new subscriptions
    known: int = 0  # subscribed already
    repeated: int = 0  # the same address again in this file
    unconfirmed: int = 0  # left alone: asked for it and has not confirmed
    left: int = 0  # left alone: unsubscribed
    suppressed: int = 0  # left alone: must not be mailed
    bad: int = 0
    problems: list[Problem] = field(default_factory=list)  # the first hundred of the bad ones

    @property
    def adds_up(self) -> bool:
        kept = self.added + self.known + self.repeated + self.unconfirmed + self.left + self.suppressed
        return self.rows == kept + self.bad

    def note(self, line: int, problem: str) -> None:
        self.bad += 1
        if len(self.problems) < PROBLEMS_KEPT:
            self.problems.append(Problem(line, problem))


def read(publication: Publication, lines: Iterable[str], *, source: str, now: datetime) -> Report:
    """Subscribe everybody in the CSV file whose `lines` these are (see `sheets.py` for its forms).

    `source` says where their consent was given; they are active from `now`. Rows are written in
    lots, each in a transaction of its own. `BadInput` when the file as a whole cannot be read, as
    from the line it names; rows before it are kept then, and a second reading finds them known.
    """
    where = clean_source(source)
    report = Report()
    people = _people(lines, report)
    while lot := dict(islice(people, BATCH)):
        with transaction.atomic():
            _write(publication, lot, report, source=where, now=now)
    return report


def _people(lines: Iterable[str], report: Report) -> Iterator[tuple[str, Person]]:
    """Address and what is known of the person in each row that can be taken, each address once."""
    seen: set[str] = set()
    for record in records(lines):
        report.rows += 1
        if isinstance(record, Unreadable):
            report.note(record.line, record.problem)
            continue
        try:
            address = normalise(record.email)
            time_zone = clean_zone(record.time_zone)
        except BadInput as error:
            mend = f" {error.mend}" if error.field == "time zone" else ""
            report.note(record.line, f"The {error.field} {error.problem}{mend}")
            continue
        if address in seen:
            report.repeated += 1
            continue
        seen.add(address)
        yield address, Person(clean_name(record.first_name), time_zone)


def _write(publication: Publication, lot: dict[str, Person], report: Report, *, source: str, now: datetime) -> None:
    barred = suppressing.suppressed(lot)
    report.suppressed += len(barred)
    ids = _subscribers({address: person for address, person in lot.items() if address not in barred}, now=now)
    standings = dict(
        Subscription.objects.filter(publication=publication, subscriber_id__in=ids).values_list(
            "subscriber_id", "standing"
        )
    )
    for standing in standings.values():
        match standing:
            case Standing.LEFT:
                report.left += 1
            case Standing.PENDING:
                report.unconfirmed += 1
            case _:
                report.known += 1
    new = [subscriber for subscriber in ids if subscriber not in standings]
    added = inserting.active_subscriptions(publication, new, source=source, now=now)
    report.added += added
    report.known += len(new) - added  # they subscribed by themselves at this very moment


def _subscribers(people: dict[str, Person], *, now: datetime) -> list[int]:
    """The ids of these people, ascending; those who are new are made, and what was not known of others is filled in."""
    known = _known(people)
    # in one order everywhere, so that two imports at once wait for each other and do not lock up
    new = sorted(people.keys() - known.keys())
    inserting.subscribers([(address, *people[address]) for address in new], now=now)
    fuller = [
        Subscriber(pk=pk, **whole._asdict())
        for address, (pk, person) in known.items()
        if (whole := Person(*(old or new for old, new in zip(person, people[address], strict=True)))) != person
    ]
    Subscriber.objects.bulk_update(fuller, Person._fields)
    made = _known(new)
    return sorted(pk for pk, _ in (*known.values(), *made.values()))


def _known(addresses: Iterable[str]) -> dict[str, tuple[int, Person]]:
    rows = Subscriber.objects.filter(email__in=list(addresses)).values_list("email", "pk", *Person._fields)
    return {email: (pk, Person(*known)) for email, pk, *known in rows}
