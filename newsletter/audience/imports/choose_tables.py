"""Choose the tables of a file that list readers, and say what is recognised in each."""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from newsletter.audience.consent_columns import STRICTNESS
from newsletter.audience.export_formats import ALL_THREE, MAILCHIMP
from newsletter.audience.imports.reader_files import ReaderTable
from newsletter.audience.subscriber_csv import SubscriberColumns, find_columns
from newsletter.lib import csv_delimiters
from newsletter.lib.csv_reader import Row, read_rows
from newsletter.lib.errors import BadInput

NO_ROWS = BadInput("file", "has no rows.", "Choose the export of readers.")
ChosenColumns = Mapping[str, Mapping[str, int | None]]  # by the name of the table, then by role


class TableChoice(NamedTuple):
    """One table. `columns` is None if it is not imported, and `why_not` says why."""

    table: ReaderTable
    columns: SubscriberColumns | None
    delimiter: str = ""
    why_not: str = ""

    @property
    def is_imported(self) -> bool:
        return self.columns is not None


def choose(tables: Sequence[ReaderTable], *, chosen: ChosenColumns | None = None) -> list[TableChoice]:
    """Return a choice for each table: those that are imported in the order of their import, then the others.

    If an export of another service is recognised, only its lists are imported, because an export may also contain
    addresses in other tables. Tables of people who left come first, so that nobody is subscribed for a moment.
    Raises `BadInput` if no table lists readers.
    """
    found: list[TableChoice] = []
    problems: list[BadInput] = []
    for table in tables:
        try:
            found.append(_looked_at(table, (chosen or {}).get(table.name)))
        except BadInput as error:
            problems.append(error)
            found.append(TableChoice(table, None, "", f"The {error.field} {error.problem}"))
    lists = [one for one in found if one.columns]
    if not lists:
        raise (
            problems[0]
            if len(problems) == 1
            else BadInput("file", "has no table with a column “email”.", "Choose the export of readers.")
        )
    services = {one.columns.format.service for one in lists if one.columns and one.columns.format.service}
    if services:
        found = [_only_of(one, services) for one in found]
    return sorted(found, key=_order)


def notes(choices: Sequence[TableChoice]) -> list[str]:
    """Return what the person who imports these tables should know, such as lists that are missing."""
    formats = [one.columns.format for one in choices if one.columns]
    found = [known.note for known in formats if known.note]
    if {known.service for known in formats} == {MAILCHIMP} and len({known.kind for known in formats}) == 1:
        found.append(ALL_THREE)
    for one in choices:
        if one.is_imported and len(one.table.sheets) > 1:
            others = ", ".join(f"“{name}”" for name in one.table.sheets[1:])
            found.append(f"Only the first sheet, “{one.table.sheets[0]}”, is imported, without {others}.")
    return list(dict.fromkeys(found))


def _looked_at(table: ReaderTable, chosen: Mapping[str, int | None] | None) -> TableChoice:
    first = next((row for row in read_rows(table.lines()) if isinstance(row, Row)), None)
    if first is None:
        raise NO_ROWS
    columns = find_columns(first.cells, first.line, file_name=table.name, chosen=chosen)
    sample = [line for line in islice(table.lines(), csv_delimiters.SAMPLE_LINES) if line.strip()]
    delimiter = csv_delimiters.stated_delimiter(sample[0]) or csv_delimiters.guess_delimiter(sample)
    return TableChoice(table, columns, delimiter if len(first.cells) > 1 else "")


def _only_of(choice: TableChoice, services: set[str]) -> TableChoice:
    if choice.columns is None or choice.columns.format.service:
        return choice
    names = " or ".join(sorted(services))
    return choice._replace(columns=None, why_not=f"It is not a list of readers as {names} exports them.")


def _order(choice: TableChoice) -> tuple[int, str]:
    if choice.columns is None:
        return 1, choice.table.name
    return -STRICTNESS[choice.columns.format.state[0]], choice.table.name
