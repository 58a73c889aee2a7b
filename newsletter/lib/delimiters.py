"""Which mark stands between the cells of a CSV file: what Excel's own line says, else what most rows agree on."""

import csv
import re
from collections.abc import Sequence

DELIMITERS = ",;\t|"
SAMPLE = 50  # lines that are looked at
# Excel writes and obeys a first line sep=; (with the quotes and empty cells that another program may have added)
STATED = re.compile(r'"?sep=([,;\t|])"?[,;\t|]*\s*', re.IGNORECASE)


def stated_delimiter(line: str) -> str:
    """The delimiter that a line such as `sep=;` names; empty when the line says something else."""
    found = STATED.fullmatch(line)
    return found[1] if found else ""


def guess_delimiter(lines: Sequence[str]) -> str:
    """The delimiter by which most of `lines` have as many cells as the first; a comma when there is only one column.

    Marks inside quotation marks do not count, so a question with semicolons in it may stand in a header.
    """
    return max(DELIMITERS, key=lambda mark: _agreement(lines, mark))


def _agreement(lines: Sequence[str], mark: str) -> tuple[float, int]:
    """The share of rows that are as wide as the first, and that width; nothing for a single column."""
    try:
        widths = [len(row) for row in csv.reader(lines, delimiter=mark) if row]
    except csv.Error:  # a cell beyond measure: whoever reads the rows says so
        return 0, 0
    if not widths or widths[0] < 2:
        return 0, 0
    return sum(width == widths[0] for width in widths) / len(widths), widths[0]
