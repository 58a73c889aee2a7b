"""A story's rich text as plain lines with numbered links."""

from collections.abc import Sequence
from itertools import groupby

from newsletter.mail.text_cleaning import collapse_whitespace
from newsletter.stories.rich_text.html_blocks import parse_blocks
from newsletter.stories.rich_text.text_runs import TextRun


def lines(html: str, notes: list[str]) -> tuple[str, ...]:
    """Return one unwrapped line for each paragraph, list item and line break in `html`, with marks such as `[1]`.

    A mark follows its link, and the link's address is appended to `notes`; numbering continues from its length. A
    repeated address keeps its number. A link whose text is its address gets no mark.
    """
    texts = (_with_marks(item, notes) for part in parse_blocks(html) for item in part.items)
    return tuple(line for text in texts for line in map(collapse_whitespace, text.split("\n")) if line)


def _with_marks(runs: Sequence[TextRun], notes: list[str]) -> str:
    text = ""
    for href, linked in groupby(runs, key=lambda run: run.href):
        shown = "".join(run.text for run in linked)
        text += shown
        if href and shown.rstrip("/") not in (href.rstrip("/"), href.partition("://")[2].rstrip("/")):
            text += f" [{_number(href, notes)}]"
    return text


def _number(address: str, notes: list[str]) -> int:
    if address not in notes:
        notes.append(address)
    return notes.index(address) + 1
