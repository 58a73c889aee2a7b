"""Import gifts from a file that a donation platform exported. `gift_rows.py` parses the rows.

The first row names the columns. Failed and refunded payments are not gifts. Ambiguous values are rejected with line and
column, never guessed: a missed gift means that a donor is asked again. A file can be imported again: gifts already
recorded are only counted, and gifts refunded since are deleted.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from django.db import transaction

from newsletter.accounts.models import User
from newsletter.accounts.permissions import Permission, has_permission, require
from newsletter.audit import audit_trail
from newsletter.audit.acts import Act
from newsletter.audit.audit_trail import Actor
from newsletter.giving import appeal_amounts, gift_records, gift_rows
from newsletter.giving.gift_records import ReportedGift
from newsletter.giving.gift_rows import GiftColumns, Refund, RowContext
from newsletter.lib import address_locks
from newsletter.lib.csv_reader import MalformedRow, RowProblem, read_rows
from newsletter.lib.errors import BadInput
from newsletter.mail.text_cleaning import clean_line
from newsletter.publications.models import Publication

MAX_PROBLEMS = 100


@dataclass(slots=True)
class GiftImportReport:
    """The result of an import. Each row that is not empty is counted once, except in `removed`."""

    rows: int = 0
    added: int = 0
    known: int = 0  # already recorded, or twice in this file
    old: int = 0  # older than any thank-you period, so not recorded
    unpaid: int = 0  # not paid, or fully refunded
    erased: int = 0  # of people who were erased, so not recorded
    removed: int = 0  # of the unpaid: recorded until now
    bad: int = 0
    problems: list[RowProblem] = field(default_factory=list)  # the first hundred

    @property
    def adds_up(self) -> bool:
        return self.rows == self.added + self.known + self.old + self.unpaid + self.erased + self.bad

    def note(self, line: int, problem: str) -> None:
        self.bad += 1
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(RowProblem(line, problem))


def import_gifts(
    lines: Iterable[str],
    *,
    source: str,
    erased: Callable[[Collection[str]], Collection[str]],
    currency: str = "",
    publication: Publication | None = None,
    by: Actor = None,
    now: datetime,
) -> GiftImportReport:
    """Record all gifts in a CSV file. `currency` applies to files without a currency column.

    Without `publication`, they count for all publications, for which `by` needs a role. Whoever has a role for single
    ones removes no refunded gift of another.

    `erased` returns those of some addresses whose owners were erased: their gifts are not recorded again.

    Rows are written in chunks, each in its own transaction. Raises `BadInput` if the file as a whole cannot be read.
    Rows before the line it names stay recorded, and a second import counts them as known.
    """
    require(by, Permission.APPROVE, publication=publication)
    is_limited = isinstance(by, User) and not has_permission(by, Permission.APPROVE)
    source_key = clean_line(source).lower()
    if not 0 < len(source_key) <= 40:
        raise BadInput(
            "source",
            "is empty or longer than 40 characters.",
            "Enter the platform that the file comes from, such as stripe.",
        )
    audit_trail.record(by, Act.GIFTS_IMPORTED, publication, now=now, source=source_key)
    report = GiftImportReport()
    paid: set[str] = set()
    found = _gifts(
        lines, report, RowContext(appeal_amounts.validate_currency(currency) if currency else "", publication, now)
    )
    while chunk := list(islice(found, gift_records.CHUNK_SIZE)):
        reported = [one for one in chunk if isinstance(one, ReportedGift)]
        paid.update(one.reference for one in reported)
        with transaction.atomic():
            address_locks.lock_to_store()
            of_erased = erased({one.email for one in reported})
            given = [one for one in reported if one.email not in of_erased]
            new = gift_records.record_gifts(given, source=source_key, publication=publication, now=now)
        report.erased += len(reported) - len(given)
        report.added += new
        report.known += len(given) - new
        # without references, two equal gifts cannot be distinguished: one was refunded and the other was not
        refunded = [
            one for one in chunk if isinstance(one, Refund) and (one.has_reference or one.reference not in paid)
        ]
        report.removed += gift_records.remove_gifts(
            (one.reference for one in refunded), source=source_key, only_of=publication if is_limited else None
        )
    return report


def _gifts(lines: Iterable[str], report: GiftImportReport, context: RowContext) -> Iterator[ReportedGift | Refund]:
    columns: GiftColumns | None = None
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
