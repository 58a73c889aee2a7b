"""Files of readers as people have them: CSV from a spreadsheet or another service, or a bare list.

Understood: commas, semicolons or tabs between columns; a header row that names a column *email*
and perhaps *first_name* and *time_zone*, other columns being passed over; or no header and one column. A byte
order mark, quoted cells with line breaks in them, and every kind of line ending.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from newsletter.audience.cells import unguard
from newsletter.lib.errors import BadInput

EMAIL = frozenset({"email", "e-mail", "mail", "email address", "e-mail address"})
FIRST_NAME = frozenset({"first name", "firstname", "given name", "forename"})
TIME_ZONE = frozenset({"time zone", "timezone"})
DELIMITERS = ",;\t"
HALVES = re.compile("[\ud800-\udfff]")  # what surrogateescape makes of bytes that are not UTF-8
LONGEST_ROW = 100  # lines; a longer one is a quotation mark that swallows its neighbours


class Record(NamedTuple):
    """A row, and the line of the file it begins on, counted from 1."""

    line: int
    email: str
    first_name: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A row whose quotation marks do not match."""

    line: int
    problem: str


class Columns(NamedTuple):
    email: int
    first_name: int | None
    time_zone: int | None


def decoded(file: BinaryIO) -> Iterator[str]:
    """The lines of a UTF-8 file, which stays open; `BadInput` names the first that is in another encoding."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="surrogateescape", newline="")
    try:
        for number, line in enumerate(text, start=1):
            if not line.isascii() and HALVES.search(line):
                mend = "Save the file as “CSV UTF-8” and import it again."
                raise BadInput(f"line {number}", "is not in UTF-8.", mend)
            yield line
    finally:
        with suppress(ValueError):  # it was closed meanwhile
            text.detach()


def records(lines: Iterable[str]) -> Iterator[Record | Unreadable]:
    """Each row that is not empty. `BadInput` when no column can be taken for the addresses."""
    counted = _Counted(lines)
    first = next((line for line in counted if line.strip("\ufeff \t\r\n")), None)
    if first is None:
        return
    first = first.removeprefix("\ufeff")
    counted.push_back(first)
    columns: Columns | None = None
    reader = csv.reader(counted, delimiter=_delimiter(first), strict=True)
    while True:
        line = counted.number + 1
        try:
            row: list[str] | None = next(reader)
        except StopIteration:
            return
        except csv.Error:
            row = None
        if counted.ended or counted.number - line >= LONGEST_ROW:
            raise BadInput(
                f"line {line}", "opens a quotation mark that is not closed.", "Close it and import the file again."
            )
        if row is None:
            yield Unreadable(line, "The quotation marks do not match.")
            continue
        if not any(cell.strip() for cell in row):
            continue
        if columns is None:
            columns, is_header = _columns(row, line)
            if is_header:
                continue
        yield Record(line, *(_cell(row, place) for place in columns))


class _Counted:
    """Lines, and how many of them were taken; `csv` counts its own way and forgets after an error."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._again: list[str] = []
        self.number = 0
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        try:
            line = self._again.pop() if self._again else next(self._lines)
        except StopIteration:
            self.ended = True
            raise
        self.number += 1
        return line

    def push_back(self, line: str) -> None:
        self._again.append(line)
        self.number -= 1


def _delimiter(line: str) -> str:
    """The delimiter seen most often in the first line; a comma when there is none."""
    return max(DELIMITERS, key=line.count)


def _columns(row: list[str], line: int) -> tuple[Columns, bool]:
    """Which columns to read, and whether `row` was a header."""
    names = [cell.strip().casefold().replace("_", " ") for cell in row]
    for place, name in enumerate(names):
        if name in EMAIL:
            return Columns(place, _place(FIRST_NAME, names), _place(TIME_ZONE, names)), True
    filled = [cell for cell in row if cell.strip()]
    if len(filled) == 1 and ("@" in filled[0] or len(row) == 1):
        return Columns(row.index(filled[0]), None, None), False
    raise BadInput(
        f"line {line}", "does not name a column “email”.", "Begin the file with a header such as email,first_name."
    )


def _place(meant: frozenset[str], names: list[str]) -> int | None:
    return next((place for place, name in enumerate(names) if name in meant), None)


def _cell(row: list[str], place: int | None) -> str:
    return unguard(row[place].strip()) if place is not None and place < len(row) else ""
