"""Parse CSV files of subscribers, from a spreadsheet or another service, or a plain list of addresses.

Supported: a header row with a column *email* and optionally *first_name* and *time_zone*, or one column without a
header. `consent_columns.py` reads columns that concern consent; other columns are ignored.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from newsletter.audience.consent_columns import DEFAULT_CONSENT, ConsentColumns, ConsentState
from newsletter.audience.consent_status_values import normalise_word
from newsletter.lib.csv_reader import MalformedRow, cell_at, read_rows
from newsletter.lib.errors import BadInput

EMAIL = frozenset({"email", "e mail", "mail", "email address", "e mail address"})
FIRST_NAME = frozenset({"first name", "firstname", "given name", "forename"})
TIME_ZONE = frozenset({"time zone", "timezone"})


class SubscriberRow(NamedTuple):
    """A row, and the line of the file it begins on, counted from 1."""

    line: int
    email: str
    first_name: str
    time_zone: str
    consent: ConsentState = DEFAULT_CONSENT


class SubscriberColumns(NamedTuple):
    """Where a file has each column, from 0; None if it lacks the column."""

    email: int
    first_name: int | None
    time_zone: int | None
    consent: ConsentColumns


def read_records(lines: Iterable[str]) -> Iterator[SubscriberRow | MalformedRow]:
    """Yield each row that is not empty. Raises `BadInput` if no column contains the addresses."""
    columns: SubscriberColumns | None = None
    for row in read_rows(lines):
        if isinstance(row, MalformedRow):
            yield row
            continue
        if columns is None:
            columns, is_header = _columns(row.cells, row.line)
            if is_header:
                continue
        email, first_name, time_zone = (cell_at(row.cells, place) for place in columns[:3])
        try:
            yield SubscriberRow(row.line, email, first_name, time_zone, columns.consent.read(row.cells))
        except BadInput as error:
            yield MalformedRow(row.line, f"The {error.field} {error.problem} {error.hint}")


def _columns(row: list[str], line: int) -> tuple[SubscriberColumns, bool]:
    """Return the columns to read, and whether `row` is a header."""
    names = [normalise_word(cell) for cell in row]
    for place, name in enumerate(names):
        if name in EMAIL:
            return SubscriberColumns(
                place, _index(FIRST_NAME, names), _index(TIME_ZONE, names), ConsentColumns(row)
            ), True
    filled = [cell for cell in row if cell.strip()]
    if len(filled) == 1 and ("@" in filled[0] or len(row) == 1):
        return SubscriberColumns(row.index(filled[0]), None, None, ConsentColumns([])), False
    raise BadInput(
        f"line {line}", "has no column “email”.", "Start the file with a header row such as email,first_name."
    )


def _index(known: frozenset[str], names: list[str]) -> int | None:
    return next((place for place, name in enumerate(names) if name in known), None)
