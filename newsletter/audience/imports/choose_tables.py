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
SHOWN_OTHERS = 5  # names of files that are no tables, for each reason
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
        if table.why_not:
            found.append(TableChoice(table, None, "", table.why_not))
            continue
        try:
            found.append(_looked_at(table, (chosen or {}).get(table.name)))
        except BadInput as error:
            problems.append(error)
            found.append(TableChoice(table, None, "", _sentence(error)))
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


class OtherFiles(NamedTuple):
    """Files beside the tables that are not read for one reason: the names of the first ones, and how many there are."""

    why_not: str
    names: list[str]
    number: int

    @property
    def sentence(self) -> str:
        """Return what is not imported, and why."""
        more = self.number - len(self.names)
        return f"Not imported: {', '.join(self.names)}{f' and {more:,} more' if more else ''}. {self.why_not}"


def other_files(choices: Sequence[TableChoice]) -> list[OtherFiles]:
    """Return the files that are no tables, by reason: an export may hold thousands of pages."""
    by_reason: dict[str, list[str]] = {}
    for one in choices:
        if one.table.why_not:
            by_reason.setdefault(one.table.why_not, []).append(one.table.name)
    return [OtherFiles(why, names[:SHOWN_OTHERS], len(names)) for why, names in by_reason.items()]


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


def _sentence(error: BadInput) -> str:
    field = error.field.capitalize() if error.field.startswith("line") else f"The {error.field}"
    return f"{field} {error.problem}"


def _only_of(choice: TableChoice, services: set[str]) -> TableChoice:
    if choice.columns is None or choice.columns.format.service:
        return choice
    names = " or ".join(sorted(services))
    return choice._replace(columns=None, why_not=f"It is not a list of readers as {names} exports them.")


def _order(choice: TableChoice) -> tuple[int, str]:
    if choice.columns is None:
        return 1, choice.table.name
    return -STRICTNESS[choice.columns.format.state[0]], choice.table.name
