"""What the runbook says under one of its headings, in pieces that the ops page shows where the trouble stands."""

import re
from functools import cache
from typing import NamedTuple

from django.conf import settings

ITEM = re.compile(r"(?:\d+\.|-) ")
MARKS = re.compile(r"\*\*?([^*]+)\*\*?|`([^`]+)`")


class Piece(NamedTuple):
    """A paragraph or a point of a list in plain words; or commands, kept line by line."""

    words: str
    is_command: bool = False


@cache  # the file changes only when the program does
def runbook() -> dict[str, list[Piece]]:
    """The runbook's pages by heading; none where the program was installed without its docs."""
    try:
        text = (settings.BASE_DIR / "docs" / "runbook.md").read_text(encoding="utf-8")
    except OSError:
        return {}
    return pages(text)


def pages(text: str) -> dict[str, list[Piece]]:
    """Markdown parted at its second-order headings, each page in pieces."""
    found = {}
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        heading, _, rest = section.partition("\n")
        found[heading.strip()] = [piece for block in re.split(r"\n\s*\n", rest) for piece in _pieces(block.strip("\n"))]
    return found


def _pieces(block: str) -> list[Piece]:
    lines = [line for line in block.splitlines() if line.strip()]
    if lines and all(line.startswith("    ") for line in lines):
        return [Piece("\n".join(line[4:] for line in lines), is_command=True)]
    said: list[str] = []
    for line in lines:
        if said and not ITEM.match(line):
            said[-1] += " " + line.strip()
        else:
            said.append(line.strip())
    return [Piece(MARKS.sub(r"\1\2", words)) for words in said]
