"""The subprocess of spreadsheet_csv.py: reads an XLSX file from stdin, writes its first filled sheet as CSV.

The first line of the output is JSON with the names of all filled sheets. Every row of the sheet is one line, so that
the number of a line is the number of the row.
"""

import csv
import io
import json
import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[3]))  # the project root; nothing else is searched

from python_calamine import CalamineWorkbook

from newsletter.audience.imports.spreadsheet_limits import BOUNDS, MAX_CSV_BYTES
from newsletter.lib.process_limits import apply_limits

CELL = str | int | float | bool | date | datetime | time | timedelta


def cell_text(value: CELL) -> str:
    """Return a cell as text on one line: whole numbers without a fraction, times as in ISO 8601."""
    match value:
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer():
            return str(int(value))
        case datetime():
            return value.isoformat(sep=" ", timespec="seconds")
        case str():
            return " ".join(value.splitlines())
    return str(value)


def main() -> None:
    """Convert stdin to stdout."""
    apply_limits(BOUNDS)
    book = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
    filled: list[str] = []
    rows: list[list[CELL]] = []
    for name in book.sheet_names:
        sheet = book.get_sheet_by_name(name)
        if sheet.height:
            filled.append(name)
            rows = rows or sheet.to_python(skip_empty_area=False)
    out = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="", errors="replace")
    out.write(json.dumps(filled) + "\n")
    writer, written = csv.writer(out, lineterminator="\n"), 0
    for row in rows:
        texts = [cell_text(cell) for cell in row]
        written += sum(map(len, texts)) + len(texts)
        if written > MAX_CSV_BYTES:
            sys.exit("MemoryError: the sheet has too much text")
        writer.writerow(texts)
    out.flush()


if __name__ == "__main__":
    main()
