"""Detect the delimiter of a CSV file: from Excel's `sep=` line, otherwise from what most rows agree on."""

import csv
import re
from collections.abc import Sequence

DELIMITERS = ",;\t|"
SAMPLE_LINES = 50
# Excel writes and reads a first line sep=; (other programs may add quotation marks and empty cells to it)
SEP_LINE = re.compile(r'"?sep=([,;\t|])"?[,;\t|]*\s*', re.IGNORECASE)


def stated_delimiter(line: str) -> str:
    """Return the delimiter that a line such as `sep=;` names; empty for any other line."""
    found = SEP_LINE.fullmatch(line)
    return found[1] if found else ""


def guess_delimiter(lines: Sequence[str]) -> str:
    """Return the delimiter by which most of `lines` have as many cells as the first; a comma for a single column.

    Delimiters inside quotation marks do not count, so a header may contain a question with semicolons.
    """
    return max(DELIMITERS, key=lambda delimiter: _agreement(lines, delimiter))


def _agreement(lines: Sequence[str], delimiter: str) -> tuple[float, int]:
    """Return the share of rows that are as wide as the first, and that width; zeros for a single column."""
    try:
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
    except csv.Error:  # a cell is too large; `read_rows` reports that
        return 0, 0
    if not widths or widths[0] < 2:
        return 0, 0
    return sum(width == widths[0] for width in widths) / len(widths), widths[0]
