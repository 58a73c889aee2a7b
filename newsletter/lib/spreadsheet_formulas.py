"""Escape spreadsheet cells that would run as formulas, and undo the escape."""

import re

# Spreadsheets run a cell that begins like this as a formula when the file is opened (CWE-1236).
FORMULA = re.compile(r"'*[=+\-@\t\r]")
ESCAPED = re.compile(r"'+[=+\-@\t\r]")


def escape_formula(cell: str) -> str:
    """Return `cell`, with a leading apostrophe if a spreadsheet would run it as a formula."""
    return f"'{cell}" if FORMULA.match(cell) else cell


def unescape_formula(cell: str) -> str:
    """Undo `escape_formula`: `unescape_formula(escape_formula(cell)) == cell` for every text."""
    return cell[1:] if ESCAPED.match(cell) else cell
