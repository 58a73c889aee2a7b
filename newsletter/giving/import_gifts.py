"""Gifts from a file, as donation platforms export them. How rows are written is left to `lib/sheets.py`, what stands in
one to `gift_rows.py`.

The first row names the columns. A payment that failed or was given back is no gift. Whatever is unclear is refused
by its line and column, and never guessed: a giver who is asked again has not been thanked. A file can be read again:
what is kept already is only counted, and what was given back since is thrown away.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from newsletter.giving import appeal_amounts, gift_records, gift_rows
from newsletter.giving.gift_records import Given
from newsletter.giving.gift_rows import Columns, Refund, RowContext
from newsletter.lib.csv_reader import MalformedRow, read_rows
from newsletter.lib.errors import BadInput
from newsletter.mail.text_cleaning import clean_line
from newsletter.publications.models import Publication

PROBLEMS_KEPT = 100


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that was not taken. Holds no address: the line is found in the file."""

    line: int
    problem: str


@dataclass(slots=True)
class Report:
    """What became of the rows that were not empty; every one is counted once, apart from `removed`."""

    rows: int = 0
    added: int = 0
    known: int = 0  # kept already, or twice in this file
    old: int = 0  # not kept: given so long ago that nobody is thanked for it any more
    unpaid: int = 0  # not paid, or given back in whole
    removed: int = 0  # of these: were kept until now
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
    told_by = clean_line(source).lower()
    if not 0 < len(told_by) <= 40:
        raise BadInput("source", "is empty or longer than 40 characters.", "Say who wrote the file, such as stripe.")
    report = Report()
    paid: set[str] = set()
    found = _gifts(lines, report, RowContext(appeal_amounts.currency(currency) if currency else "", publication, now))
    while chunk := list(islice(found, gift_records.LOT)):
        given = [one for one in chunk if isinstance(one, Given)]
        paid.update(one.reference for one in given)
        new = gift_records.record_gifts(given, source=told_by, publication=publication, now=now)
        report.added += new
        report.known += len(given) - new
        # without names of their own, one of two equal gifts was given back and the other was not
        back = [one for one in chunk if isinstance(one, Refund) and (one.has_reference or one.reference not in paid)]
        report.removed += gift_records.remove((one.reference for one in back), source=told_by)
    return report


def _gifts(lines: Iterable[str], report: Report, context: RowContext) -> Iterator[Given | Refund]:
    columns: Columns | None = None
    refunded: set[str] = set()
    for row in read_rows(lines):
        if isinstance(row, MalformedRow):
            report.rows += 1
            report.note(row.line, row.problem)
            continue
        if columns is None:
            columns = gift_rows.find_columns(row, currency=context.currency)
            continue
        report.rows += 1
        try:
            gift = gift_rows.read_row(row, columns, context)
        except BadInput as error:
            report.note(row.line, f"The {error.field} {error.problem} {error.hint}".strip())
            continue
        if isinstance(gift, Refund) and gift.has_reference:
            refunded.add(gift.reference)
        if gift is None or isinstance(gift, Refund) or gift.reference in refunded:
            report.unpaid += 1
        elif gift.given_at < context.now - gift_records.KEPT:
            report.old += 1
            continue
        if isinstance(gift, Refund) or (gift is not None and gift.reference not in refunded):
            yield gift
