"""Cells of a spreadsheet file that no spreadsheet takes for a formula, and back."""

import re

# A cell that begins like this is run as a formula when the file is opened (CWE-1236).
FORMULA = re.compile(r"'*[=+\-@\t\r]")
GUARDED = re.compile(r"'+[=+\-@\t\r]")


def escape_formula(cell: str) -> str:
    """`cell` with an apostrophe before it when a spreadsheet would take it for a formula."""
    return f"'{cell}" if FORMULA.match(cell) else cell


def unescape_formula(cell: str) -> str:
    """What `guard` was given: `unguard(guard(cell)) == cell` for every text."""
    return cell[1:] if GUARDED.match(cell) else cell
