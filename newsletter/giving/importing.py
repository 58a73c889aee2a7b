"""Gifts from a file, as donation platforms export them. How rows are written is left to `lib/sheets.py`.

The first row names the columns. A payment that failed or was given back is no gift. Whatever is unclear is refused
by its line and column, and never guessed: a giver who is asked again has not been thanked. A file can be read again:
what is kept already is only counted.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import NamedTuple

from newsletter.giving import gifts, sums
from newsletter.giving.gifts import Given
from newsletter.giving.platforms import decimals
from newsletter.giving.written import SUM, smallest
from newsletter.lib.errors import BadInput
from newsletter.lib.sheets import Row, Unreadable, cell, rows
from newsletter.mail.addresses import normalise
from newsletter.mail.wording import one_line
from newsletter.publications.models import Publication

NAMES = {
    "email": {"email", "e-mail", "email address", "e-mail address", "donor email", "customer email"},
    "date": {
        "date",
        "given at",
        "donated at",
        "donation date",
        "created",
        "created at",
        "created date",
        "date (utc)",
        "created (utc)",
    },
    "amount": {"amount", "donation amount", "gift amount"},
    "currency": {"currency", "currency code"},
    "reference": {"reference", "id", "transaction id", "donation id", "payment id", "charge id"},
    "status": {"status", "payment status"},
    "refunded": {"amount refunded", "refunded amount"},
}
PAID = frozenset({"paid", "succeeded", "successful", "complete", "completed"})  # any other status is no gift
NEEDED = ("email", "date", "amount")
HEADER = "Begin the file with a header such as email,date,amount,currency,reference."
DAY = "Write it like 2026-11-24 or 2026-11-24T09:30Z."
FIRST = datetime(2000, 1, 1, tzinfo=UTC)  # an earlier day is a slip
PROBLEMS_KEPT = 100


class Columns(NamedTuple):
    """Where each value stands; None where the file does not have it."""

    email: int | None
    date: int | None
    amount: int | None
    currency: int | None
    reference: int | None
    status: int | None
    refunded: int | None


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that was not taken. Holds no address: the line is found in the file."""

    line: int
    problem: str


@dataclass(slots=True)
class Report:
    """What became of the rows that were not empty; every one is counted once."""

    rows: int = 0
    added: int = 0
    known: int = 0  # kept already, or twice in this file
    old: int = 0  # not kept: given so long ago that nobody is thanked for it any more
    unpaid: int = 0  # not paid, or given back in whole
    bad: int = 0
    problems: list[Problem] = field(default_factory=list)  # the first hundred of the bad ones

    @property
    def adds_up(self) -> bool:
        return self.rows == self.added + self.known + self.old + self.unpaid + self.bad

    def note(self, line: int, problem: str) -> None:
        self.bad += 1
        if len(self.problems) < PROBLEMS_KEPT:
            self.problems.append(Problem(line, problem))


def read(
    lines: Iterable[str], *, source: str, currency: str = "", publication: Publication | None = None, now: datetime
) -> Report:
    """Keep every gift in the CSV file whose `lines` these are; `currency` is that of files without such a column.

    Rows are written in lots, each in a transaction of its own. `BadInput` when the file as a whole
    cannot be read; rows before the line it names are kept then, and a second reading finds them known.
    """
    told_by = one_line(source).lower()
    if not 0 < len(told_by) <= 40:
        raise BadInput("source", "is empty or longer than 40 characters.", "Say who wrote the file, such as stripe.")
    otherwise = sums.currency(currency) if currency else ""
    report = Report()
    found = _gifts(lines, report, otherwise, now)
    while lot := list(islice(found, gifts.LOT)):
        new = gifts.record(lot, source=told_by, publication=publication, now=now)
        report.added += new
        report.known += len(lot) - new
    return report


def _gifts(lines: Iterable[str], report: Report, otherwise: str, now: datetime) -> Iterator[Given]:
    columns: Columns | None = None
    for row in rows(lines):
        if isinstance(row, Unreadable):
            report.rows += 1
            report.note(row.line, row.problem)
            continue
        if columns is None:
            columns = _columns(row, otherwise)
            continue
        report.rows += 1
        try:
            gift = _gift(row, columns, otherwise, now)
        except BadInput as error:
            report.note(row.line, f"The {error.field} {error.problem} {error.mend}".strip())
            continue
        if gift is None:
            report.unpaid += 1
        elif gift.given_at < now - gifts.KEPT:
            report.old += 1
        else:
            yield gift


def _columns(row: Row, otherwise: str) -> Columns:
    names = [one.strip().casefold().replace("_", " ") for one in row.cells]
    found: dict[str, int | None] = {}
    for meant, known in NAMES.items():
        places = [place for place, name in enumerate(names) if name in known]
        if len(places) > 1:
            both = " and ".join(f"“{row.cells[place].strip()}”" for place in places[:2])
            raise BadInput(f"line {row.line}", f"names the column “{meant}” twice: {both}.", "Leave one of them.")
        found[meant] = places[0] if places else None
    needed = NEEDED if otherwise else (*NEEDED, "currency")
    for name in needed:
        if found[name] is None:
            mend = "Or say it once for all of them." if name == "currency" else HEADER
            raise BadInput(f"line {row.line}", f"does not name a column “{name}”.", mend)
    return Columns(**found)


def _gift(row: Row, columns: Columns, otherwise: str, now: datetime) -> Given | None:
    """The gift in a row; None when it was not paid, or given back."""
    email, date, amount, currency, reference, status, refunded = (cell(row.cells, place) for place in columns)
    if columns.status is not None and status.casefold() not in PAID:
        return None
    code = sums.currency(currency or otherwise)
    address, at, cents = normalise(email), _moment(date, now), smallest(amount, code, field="amount")
    if not 0 < cents <= sums.LARGEST * 10 ** decimals(code):
        raise BadInput("amount", "is nothing, or more than anybody gives.", SUM)
    if refunded and smallest(refunded, code, field="amount refunded") >= cents:
        return None
    if len(reference) > 100 or not reference.isprintable():
        raise BadInput("reference", "is longer than 100 characters or not one line.")
    return Given(address, at, cents, code, reference or _fingerprint(address, at, cents, code))


def _moment(written: str, now: datetime) -> datetime:
    """A day or a moment; without a time zone of its own it is taken to be UTC."""
    try:
        at = datetime.fromisoformat(written)
        at = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadInput("date", "is not a day.", DAY) from None
    if at < FIRST or at > now + timedelta(days=1):
        raise BadInput("date", "lies in the future." if at > now else "lies before the year 2000.", DAY)
    return at


def _fingerprint(*parts: object) -> str:
    """Stands in for a reference in a file that has none: the same gift is the same again."""
    return f"row {hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"
