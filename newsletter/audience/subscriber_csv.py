"""Files of readers as people have them: CSV from a spreadsheet or another service, or a bare list.

Understood: a header row that names a column *email* and perhaps *first_name* and *time_zone*; or no header and one
column. Columns that say something of consent are read by `consent_columns.py`, others are passed over. How rows are
written is left to `lib/sheets.py`.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from newsletter.audience.consent_columns import DEFAULT_CONSENT, ConsentColumns, ConsentState
from newsletter.audience.consent_words import normalise_word
from newsletter.lib.csv_reader import MalformedRow, cell_at, read_rows
from newsletter.lib.errors import BadInput

EMAIL = frozenset({"email", "e mail", "mail", "email address", "e mail address"})
FIRST_NAME = frozenset({"first name", "firstname", "given name", "forename"})
TIME_ZONE = frozenset({"time zone", "timezone"})


class Record(NamedTuple):
    """A row, and the line of the file it begins on, counted from 1."""

    line: int
    email: str
    first_name: str
    time_zone: str
    consent: ConsentState = DEFAULT_CONSENT


class Columns(NamedTuple):
    email: int
    first_name: int | None
    time_zone: int | None
    consent: ConsentColumns


def records(lines: Iterable[str]) -> Iterator[Record | MalformedRow]:
    """Each row that is not empty. `BadInput` when no column can be taken for the addresses."""
    columns: Columns | None = None
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
            yield Record(row.line, email, first_name, time_zone, columns.consent.read(row.cells))
        except BadInput as error:
            yield MalformedRow(row.line, f"The {error.field} {error.problem} {error.hint}")


def _columns(row: list[str], line: int) -> tuple[Columns, bool]:
    """Which columns to read, and whether `row` was a header."""
    names = [normalise_word(cell) for cell in row]
    for place, name in enumerate(names):
        if name in EMAIL:
            return Columns(place, _place(FIRST_NAME, names), _place(TIME_ZONE, names), ConsentColumns(row)), True
    filled = [cell for cell in row if cell.strip()]
    if len(filled) == 1 and ("@" in filled[0] or len(row) == 1):
        return Columns(row.index(filled[0]), None, None, ConsentColumns([])), False
    raise BadInput(
        f"line {line}", "does not name a column “email”.", "Begin the file with a header such as email,first_name."
    )


def _place(meant: frozenset[str], names: list[str]) -> int | None:
    return next((place for place, name in enumerate(names) if name in meant), None)
