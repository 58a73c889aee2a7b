"""What became of each row, as the lines of a CSV file. It contains line numbers and reasons, but no addresses."""

import csv
import io
from collections.abc import Iterable

from newsletter.audience.import_subscribers import RowResult
from newsletter.audience.subscriber_import_report import GROUPS, WORDS
from newsletter.lib.spreadsheet_formulas import escape_formula

HEADER = ("file", "line", "result", "detail", "note")
GROUP_OF = {outcome: group for group, outcomes in GROUPS.items() for outcome in outcomes}


def header_line() -> str:
    """Return the first line of the file."""
    return _text([HEADER])


def result_lines(table: str, results: Iterable[RowResult]) -> str:
    """Return a line for each row: the table, the line in it, one of the five groups, the detail, and a note."""
    name = escape_formula(table)
    return _text(
        (name, str(row.line), GROUP_OF[row.outcome], WORDS[row.outcome], escape_formula(row.note)) for row in results
    )


def _text(rows: Iterable[tuple[str, ...]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue()
