"""Files of rows as people have them: CSV from a spreadsheet or another service.

Understood: commas, semicolons, tabs or bars between cells, Excel's `sep=;` line, a byte order mark, quoted cells with
line breaks in them, and every kind of line ending. What the columns mean is left to whoever reads them; which mark
stands between cells is found in `delimiters.py`.
"""

import csv
import io
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from newsletter.lib import delimiters
from newsletter.lib.errors import BadInput
from newsletter.lib.spreadsheet_formulas import unescape_formula

SURROGATES = re.compile("[\ud800-\udfff]")  # what surrogateescape makes of bytes that are not UTF-8
LONGEST_ROW = 100  # lines; a longer one is a quotation mark that swallows its neighbours
LARGEST_ROW = 100_000  # characters, less than csv itself takes in one cell
MOST_CELLS = 1_000  # in a row; a larger file is none that people have


class Row(NamedTuple):
    """The cells of a row, and the line of the file it begins on, counted from 1."""

    line: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class MalformedRow:
    """A row that cannot be read, and why: its quotation marks do not match, or a cell is not understood."""

    line: int
    problem: str


def decode_lines(file: BinaryIO) -> Iterator[str]:
    """The lines of a UTF-8 file, which stays open; `BadInput` names the first that is in another encoding."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="surrogateescape", newline="")
    try:
        # never more than a row may hold is read at once: `rows` refuses a line that is cut off here
        for number, line in enumerate(iter(lambda: text.readline(LARGEST_ROW + 1), ""), start=1):
            if not line.isascii() and SURROGATES.search(line):
                hint = "Save the file as “CSV UTF-8” and import it again."
                raise BadInput(f"line {number}", "is not in UTF-8.", hint)
            yield line
    finally:
        with suppress(ValueError):  # it was closed meanwhile
            text.detach()


def read_rows(lines: Iterable[str]) -> Iterator[Row | MalformedRow]:
    """Each row that is not empty, the header too. `BadInput` for a quotation mark never closed, or a row too large."""
    counted = _Counted(lines)
    first = counted.next_filled()
    if stated := delimiters.stated_delimiter(first):
        first = counted.next_filled()
    if not first:
        return
    counted.push_back(first)
    reader = csv.reader(counted, delimiter=stated or delimiters.guess_delimiter(counted.sample()), strict=True)
    while True:
        line, before = counted.number + 1, counted.characters
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
        if counted.characters - before > LARGEST_ROW:
            hint = f"A row may hold {LARGEST_ROW:,}. Is it a CSV file?"
            raise BadInput(f"line {line}", "is longer than any row.", hint)
        if row is None:
            yield MalformedRow(line, "The quotation marks do not match.")
            continue
        if not any(cell.strip() for cell in row):
            continue
        if len(row) > MOST_CELLS:
            raise BadInput(f"line {line}", f"has {len(row):,} cells.", f"Leave out columns: {MOST_CELLS:,} are read.")
        yield Row(line, row)


def cell_at(row: Sequence[str], place: int | None) -> str:
    """What stands at `place`, trimmed and without a guard; nothing where the row ends before it."""
    return unescape_formula(row[place].strip()) if place is not None and place < len(row) else ""


class _Counted:
    """Lines, and how many of them were taken; `csv` counts its own way and forgets after an error."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._ahead: deque[str] = deque()
        self.number = 0
        self.characters = 0
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        try:
            line = self._ahead.popleft() if self._ahead else next(self._lines)
        except StopIteration:
            self.ended = True
            raise
        self.number += 1
        self.characters += len(line)
        return line

    def next_filled(self) -> str:
        """The next line with something in it, without a byte order mark; empty when there is none."""
        return next((line for line in self if line.strip("\ufeff \t\r\n")), "").removeprefix("\ufeff")

    def push_back(self, line: str) -> None:
        self._ahead.appendleft(line)
        self.number -= 1
        self.characters -= len(line)

    def sample(self) -> list[str]:
        """The next lines, as many as tell the delimiter; they are still to be taken."""
        size = sum(map(len, self._ahead))
        while len(self._ahead) < delimiters.SAMPLE and size < LARGEST_ROW:
            line = next(self._lines, None)
            if line is None:
                break
            self._ahead.append(line)
            size += len(line)
        return list(self._ahead)
