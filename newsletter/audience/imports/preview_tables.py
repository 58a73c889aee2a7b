"""What a person sees of a file before its import: columns with their meaning, the first rows, the first problems."""

from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

from newsletter.audience.consent_columns import ConsentState
from newsletter.audience.import_subscribers import ImportTerms, ReadRow, check_rows
from newsletter.audience.imports.choose_tables import ChosenColumns, TableChoice
from newsletter.audience.models import SubscriptionStatus, SuppressionReason
from newsletter.audience.subscriber_csv import SubscriberColumns, read_records
from newsletter.lib.csv_reader import Row, cell_at, read_rows
from newsletter.lib.errors import BadInput

SHOWN_ROWS = 8
CHECKED_ROWS = 500
SHOWN_PROBLEMS = 8
SHOWN_COLUMNS = 60
MAX_CELL_CHARS = 60
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", "": "one column"}
ENCODINGS = {
    "": "spreadsheet",
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "cp1252": "Western European (Windows-1252)",
    "cp1250": "Central European (Windows-1250)",
    "cp1251": "Cyrillic (Windows-1251)",
    "cp1253": "Greek (Windows-1253)",
    "cp1254": "Turkish (Windows-1254)",
    "cp1255": "Hebrew (Windows-1255)",
    "cp1256": "Arabic (Windows-1256)",
    "cp1257": "Baltic (Windows-1257)",
    "cp932": "Japanese (Shift JIS)",
    "mac_roman": "Western European (Mac)",
}


class PreviewColumn(NamedTuple):
    """One column of a file, the value in its first row, and what the import does with it."""

    place: int
    name: str
    example: str
    meaning: str


class PreviewRow(NamedTuple):
    """One row as the import reads it; `problem` says why it is refused or what of it is left out."""

    line: int
    address: str
    first_name: str
    status: str
    problem: str


class TablePreview(NamedTuple):
    """One table. `why_not` says why it is not imported; then the rest is empty."""

    name: str
    kind: str
    encoding: str
    delimiter: str
    places: dict[str, int | None]
    columns: list[PreviewColumn]
    rows: list[PreviewRow]
    problems: list[PreviewRow]
    why_not: str


def preview(
    choices: Sequence[TableChoice], terms: ImportTerms, *, chosen: ChosenColumns | None = None
) -> list[TablePreview]:
    """Return a preview of each table. Reads its first rows only."""
    return [_table(choice, terms, chosen or {}) for choice in choices]


def _table(choice: TableChoice, terms: ImportTerms, chosen: ChosenColumns) -> TablePreview:
    table, columns = choice.table, choice.columns
    encoding = ENCODINGS.get(table.encoding, table.encoding)
    if columns is None:
        return TablePreview(table.name, "", encoding, "", {}, [], [], [], choice.why_not)
    records = read_records(table.lines(), file_name=table.name, chosen=chosen.get(table.name))
    problem = ""
    rows: list[PreviewRow] = []
    try:
        rows = [_row(row) for row in check_rows(islice(records, CHECKED_ROWS), terms, seen={})]
    except BadInput as error:
        problem = str(error)
    places = {"email": columns.email, "first_name": columns.first_name, "time_zone": columns.time_zone}
    return TablePreview(
        name=table.name,
        kind=columns.format.name if columns.format.service else columns.format.kind,
        encoding=encoding,
        delimiter=DELIMITERS.get(choice.delimiter, "") if table.encoding else "",
        places=places | {"given_at": columns.given_at[0] if columns.given_at else None},
        columns=_columns(choice, columns),
        rows=rows[:SHOWN_ROWS],
        problems=[row for row in rows if row.problem][:SHOWN_PROBLEMS],
        why_not=problem,
    )


def _columns(choice: TableChoice, columns: SubscriberColumns) -> list[PreviewColumn]:
    found = (
        row.cells for row in islice(read_rows(choice.table.lines()), 1 + bool(columns.header)) if isinstance(row, Row)
    )
    lines = list(found)
    values = lines[-1] if len(lines) > bool(columns.header) else []
    names = columns.header or ["" for _ in values]
    return [
        PreviewColumn(place, _short(name), _short(cell_at(values, place)), _meaning(place, columns))
        for place, name in enumerate(names[:SHOWN_COLUMNS])
    ]


def _meaning(place: int, columns: SubscriberColumns) -> str:
    if place == columns.email:
        return "email address"
    if place == columns.first_name:
        return "first name"
    if place == columns.time_zone:
        return "time zone"
    if place in columns.given_at:
        return "when consent was given"
    return "consent: who may be mailed" if place in columns.consent.places else ""


def _row(row: ReadRow) -> PreviewRow:
    person = row.person
    status = _status(person.consent) if person else ""
    return PreviewRow(row.line, row.address, person.first_name if person else "", status, row.note)


def _status(consent: ConsentState) -> str:
    if consent.suppression:
        return f"suppressed: {SuppressionReason(consent.suppression).label}"
    return SubscriptionStatus(consent.status).label if consent.status else "not mailed"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MAX_CELL_CHARS else f"{line[:MAX_CELL_CHARS]}…"
