"""Read CSV files from spreadsheets and other services.

Supported: commas, semicolons, tabs or bars as delimiters (detected in `csv_delimiters.py`), Excel's `sep=;` line, a
byte order mark, quoted cells with line breaks, and every kind of line ending. The callers decide what the columns mean.
"""

import csv
import io
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from newsletter.lib import csv_delimiters
from newsletter.lib.errors import BadInput
from newsletter.lib.spreadsheet_formulas import unescape_formula

SURROGATES = re.compile("[\ud800-\udfff]")  # surrogateescape decodes bytes that are not UTF-8 to these
MAX_ROW_LINES = 100  # a longer row has an unclosed quotation mark that takes in the rows after it
MAX_ROW_CHARS = 100_000  # below the csv module's own limit for one cell
MAX_CELLS = 1_000  # in a row; real files stay far below


class Row(NamedTuple):
    """The cells of a row, and the line of the file it begins on, counted from 1."""

    line: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class MalformedRow:
    """A row that cannot be read, and why: unbalanced quotation marks, or a value that is not understood."""

    line: int
    problem: str


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What an import reports about a row. It contains no address; the line number identifies the row in the file."""

    line: int
    problem: str


def decode_lines(file: BinaryIO) -> Iterator[str]:
    """Yield the lines of a UTF-8 file, which stays open. `BadInput` names the first line in another encoding."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="surrogateescape", newline="")
    try:
        # read at most one maximum row at a time; `read_rows` rejects a line that is cut off here
        for number, line in enumerate(iter(lambda: text.readline(MAX_ROW_CHARS + 1), ""), start=1):
            if not line.isascii() and SURROGATES.search(line):
                hint = "Save the file as “CSV UTF-8” and import it again."
                raise BadInput(f"line {number}", "is not in UTF-8.", hint)
            yield line
    finally:
        with suppress(ValueError):  # the file was closed in the meantime
            text.detach()


def read_rows(lines: Iterable[str]) -> Iterator[Row | MalformedRow]:
    """Yield each row that is not empty, including the header.

    Raises `BadInput` for an unclosed quotation mark or a row that is too large.
    """
    counted = _CountedLines(lines)
    first = counted.next_filled()
    if stated := csv_delimiters.stated_delimiter(first):
        first = counted.next_filled()
    if not first:
        return
    counted.push_back(first)
    reader = csv.reader(counted, delimiter=stated or csv_delimiters.guess_delimiter(counted.sample()), strict=True)
    while True:
        line, before = counted.number + 1, counted.characters
        try:
            row: list[str] | None = next(reader)
        except StopIteration:
            return
        except csv.Error:
            row = None
        if counted.ended or counted.number - line >= MAX_ROW_LINES:
            raise BadInput(
                f"line {line}",
                "has an opening quotation mark without a closing one.",
                "Add the closing quotation mark, then import the file again.",
            )
        if counted.characters - before > MAX_ROW_CHARS:
            hint = f"A row can have at most {MAX_ROW_CHARS:,} characters. Check that this is a CSV file."
            raise BadInput(f"line {line}", "is too long.", hint)
        if row is None:
            yield MalformedRow(line, "The quotation marks do not match.")
            continue
        if not any(cell.strip() for cell in row):
            continue
        if len(row) > MAX_CELLS:
            raise BadInput(
                f"line {line}", f"has {len(row):,} cells.", f"Remove columns: a row can have at most {MAX_CELLS:,}."
            )
        yield Row(line, row)


def cell_at(row: Sequence[str], index: int | None) -> str:
    """Return the cell at `index`, trimmed and without a formula escape; empty if the row is shorter."""
    return unescape_formula(row[index].strip()) if index is not None and index < len(row) else ""


class _CountedLines:
    """Lines with a count of those consumed. `csv` counts differently and loses its count after an error."""

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
        """Return the next line that is not blank, without a byte order mark; empty at the end of the file."""
        return next((line for line in self if line.strip("\ufeff \t\r\n")), "").removeprefix("\ufeff")

    def push_back(self, line: str) -> None:
        self._ahead.appendleft(line)
        self.number -= 1
        self.characters -= len(line)

    def sample(self) -> list[str]:
        """Return enough of the next lines to detect the delimiter, without consuming them."""
        size = sum(map(len, self._ahead))
        while len(self._ahead) < csv_delimiters.SAMPLE_LINES and size < MAX_ROW_CHARS:
            line = next(self._lines, None)
            if line is None:
                break
            self._ahead.append(line)
            size += len(line)
        return list(self._ahead)
