"""Sections of the runbook, split into paragraphs and commands, for display next to problems on the ops page."""

import re
from functools import cache
from typing import NamedTuple

from django.conf import settings

ITEM = re.compile(r"(?:\d+\.|-) ")
MARKS = re.compile(r"\*\*?([^*]+)\*\*?|`([^`]+)`")


class Piece(NamedTuple):
    """A paragraph or list item as plain text, or a block of commands with its line breaks."""

    text: str
    is_command: bool = False


@cache  # the file only changes with a new release
def runbook() -> dict[str, list[Piece]]:
    """Return the runbook's sections by heading; empty if the docs are not installed."""
    try:
        text = (settings.BASE_DIR / "docs" / "runbook.md").read_text(encoding="utf-8")
    except OSError:
        return {}
    return pages(text)


def pages(text: str) -> dict[str, list[Piece]]:
    """Split Markdown at its second-level headings, and each section into pieces."""
    found = {}
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        heading, _, rest = section.partition("\n")
        found[heading.strip()] = [piece for block in re.split(r"\n\s*\n", rest) for piece in _pieces(block.strip("\n"))]
    return found


def _pieces(block: str) -> list[Piece]:
    lines = [line for line in block.splitlines() if line.strip()]
    if lines and all(line.startswith("    ") for line in lines):
        return [Piece("\n".join(line[4:] for line in lines), is_command=True)]
    items: list[str] = []
    for line in lines:
        if items and not ITEM.match(line):
            items[-1] += " " + line.strip()
        else:
            items.append(line.strip())
    return [Piece(MARKS.sub(r"\1\2", text)) for text in items]
