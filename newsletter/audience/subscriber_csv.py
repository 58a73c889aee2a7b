"""Parse CSV files of subscribers, from a spreadsheet or another service, or a plain list of addresses.

Supported: a header row with a column *email* and optionally *first_name* and *time_zone*, or one column without a
header. `export_formats.py` recognises the exports of other services, `consent_columns.py` reads columns that
concern consent; other columns are ignored.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from newsletter.audience import export_formats
from newsletter.audience.consent_columns import DEFAULT_CONSENT, ConsentColumns, ConsentState
from newsletter.audience.consent_status_values import normalise_word, parse_moment
from newsletter.audience.export_formats import ExportFormat
from newsletter.audience.plan_import import GAVE_CONSENT
from newsletter.lib.csv_reader import MalformedRow, cell_at, read_rows
from newsletter.lib.errors import BadInput

EMAIL = frozenset({"email", "e mail", "mail", "email address", "e mail address"})
FIRST_NAME = frozenset({"first name", "firstname", "given name", "forename"})
NO_APPEALS = frozenset({"no appeals"})  # of our own exports
YES = frozenset({"yes", "true", "1"})
TIME_ZONE = frozenset({"time zone", "timezone"})
UNREADABLE = "\ufffd"  # a byte that is invalid in the encoding of the file
NOT_IMPORTED = "This value was not imported."
ROLES = ("email", "first_name", "time_zone", "given_at")  # of columns that a person may choose


class SubscriberRow(NamedTuple):
    """A row, and the line of the file it begins on, counted from 1. `warning` says which value was left out."""

    line: int
    email: str
    first_name: str
    time_zone: str
    consent: ConsentState = DEFAULT_CONSENT
    warning: str = ""
    no_appeals: bool = False


class SubscriberColumns(NamedTuple):
    """Where a file has each column, from 0; None if it lacks the column.

    `given_at` are columns with the time of joining, the best first. `header` is empty for a list without one.
    """

    email: int
    first_name: int | None
    time_zone: int | None
    given_at: tuple[int, ...]
    consent: ConsentColumns
    format: ExportFormat
    header: list[str]
    no_appeals: int | None = None


def read_records(
    lines: Iterable[str], *, file_name: str = "", chosen: Mapping[str, int | None] | None = None
) -> Iterator[SubscriberRow | MalformedRow]:
    """Yield each row that is not empty. Raises `BadInput` if no column contains the addresses.

    `chosen` are the columns that a person chose, by role (`ROLES`), in place of the recognised ones.
    """
    columns: SubscriberColumns | None = None
    for row in read_rows(lines):
        if isinstance(row, MalformedRow):
            yield row
            continue
        if columns is None:
            columns = find_columns(row.cells, row.line, file_name=file_name, chosen=chosen)
            if columns.header:
                continue
        yield _read_row(row.line, row.cells, columns)


def find_columns(
    row: list[str], line: int, *, file_name: str = "", chosen: Mapping[str, int | None] | None = None
) -> SubscriberColumns:
    """Return the columns of a file by its first row, which `line` names in errors."""
    names = [normalise_word(cell) for cell in row]
    known = export_formats.recognise(row, file_name=file_name)
    places = {
        "email": _index(EMAIL, names),
        "first_name": _index(FIRST_NAME, names),
        "time_zone": _index(TIME_ZONE, names),
    }
    given_at = tuple(names.index(name) for name in known.given_at if name in names)
    if chosen is not None and any(place is not None for place in chosen.values()):
        places |= {role: chosen.get(role) for role in places}
        place = chosen.get("given_at")
        given_at = (*(() if place is None else (place,)), *(one for one in given_at if one != place))
    if chosen and (email := places["email"]) is not None and "@" in cell_at(row, email):  # a list without a header
        first_name, time_zone = places["first_name"], places["time_zone"]
        return SubscriberColumns(email, first_name, time_zone, given_at, ConsentColumns([]), known, [])
    if (email := places["email"]) is not None:
        consent = ConsentColumns(row, floor=known.state, service=known.service)
        plain = _index(NO_APPEALS, names)
        return SubscriberColumns(email, places["first_name"], places["time_zone"], given_at, consent, known, row, plain)
    filled = [cell for cell in row if cell.strip()]
    if len(filled) == 1 and ("@" in filled[0] or len(row) == 1):
        return SubscriberColumns(row.index(filled[0]), None, None, (), ConsentColumns([]), export_formats.UNKNOWN, [])
    raise BadInput(
        f"line {line}", "has no column “email”.", "Start the file with a header row such as email,first_name."
    )


def _read_row(line: int, cells: Sequence[str], columns: SubscriberColumns) -> SubscriberRow | MalformedRow:
    try:
        consent = columns.consent.read(cells)
    except BadInput as error:
        return MalformedRow(line, f"The {error.field} {error.problem} {error.hint}")
    email, first_name, time_zone = (cell_at(cells, place) for place in columns[:3])
    warning = ""
    if UNREADABLE in first_name:
        first_name = ""
        warning = f"The first name has characters in another encoding. {NOT_IMPORTED}"
    if columns.given_at and consent.consent_at is None:
        try:
            consent = consent._replace(consent_at=_given_at(cells, columns))
        except BadInput as error:
            left_out = "The date stated for such rows was stored." if consent.status in GAVE_CONSENT else NOT_IMPORTED
            warning = f"{warning} The {error.field} {error.problem} {left_out}".strip()
    no_appeals = cell_at(cells, columns.no_appeals).strip().casefold() in YES
    return SubscriberRow(line, email, first_name, time_zone, consent, warning, no_appeals)


def _given_at(cells: Sequence[str], columns: SubscriberColumns) -> datetime | None:
    for place in columns.given_at:
        name = normalise_word(columns.header[place]) if place < len(columns.header) else "time"
        if at := parse_moment(name, cell_at(cells, place)):
            return at
    return None


def _index(known: frozenset[str], names: list[str]) -> int | None:
    return next((place for place, name in enumerate(names) if name in known), None)
