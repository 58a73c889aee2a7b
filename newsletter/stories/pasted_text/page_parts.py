"""Recognise lines that no article contains, by their own words: buttons, dates, credits, sign-up boxes. Pure."""

import re
from typing import NamedTuple

from newsletter.stories.pasted_text.detect_credits import is_caption, parse_credit
from newsletter.stories.pasted_text.detect_dates import KEYED_TIME
from newsletter.stories.pasted_text.line_types import LineType
from newsletter.stories.pasted_text.measure_lines import Line

BRIEF = 14  # words; a longer line that begins like a page's own may be a sentence of the story
VERY_BRIEF = 6
LIST_LENGTH = 12  # lines below "Related articles" that may belong to the list
COUNTED = re.compile(
    r"^[\[(]?\s?\d+\s?(?:comments?|shares?|kommentare?|comentarios?|commentaires?|reacties|コメント|条评论)\s?[\])]?$",
    re.IGNORECASE,
)
ARROW = re.compile(r"^\s*[→›»▸▶►➤]")
RIGHTS = re.compile(r"^(?:©|\(c\)|copyright\b)|all rights reserved|alle rechte vorbehalten", re.IGNORECASE)


class PagePart(NamedTuple):
    """What a line surely is, and why."""

    part: LineType
    reason: str


def find_page_part(line: Line) -> PagePart | None:
    """Return what the line is, if its own words say that it is no paragraph."""
    if line.is_date:
        return PagePart(LineType.DATE, "only a date, a time or a duration")
    if parse_credit(line.text):
        return PagePart(LineType.CREDIT, "names who made a picture")
    if is_caption(line.text):
        return PagePart(LineType.IGNORED, "caption of a picture")
    if KEYED_TIME.match(line.text) and line.size <= BRIEF and not line.is_sentence:
        return PagePart(LineType.IGNORED, "begins with a time, like a list of events")
    if line.is_label:
        return PagePart(LineType.IGNORED, "button or menu of the page")
    if line.opening and line.size <= (BRIEF if not line.is_sentence else VERY_BRIEF + 3):
        return PagePart(LineType.IGNORED, f"begins with “{line.opening}”")
    if line.afterwards and line.size <= VERY_BRIEF and not line.is_sentence:
        return PagePart(LineType.IGNORED, "heading of a list below the article")
    if RIGHTS.search(line.text) and line.size <= 40:
        return PagePart(LineType.IGNORED, "copyright notice")
    if COUNTED.match(line.text):
        return PagePart(LineType.IGNORED, "count of comments or shares")
    if ARROW.match(line.text) and not line.is_sentence:
        return PagePart(LineType.IGNORED, "link")
    if not line.words:
        return PagePart(LineType.IGNORED, "has no words")
    return None


def find_lists_below_headings(lines: list[Line], found: list[PagePart | None]) -> None:
    """Mark the titles below a heading such as “Related articles”, up to the next sentence."""
    left, heading = 0, ""
    for n, line in enumerate(lines):
        here = found[n]
        if line.afterwards and here:
            left, heading = LIST_LENGTH, line.text
        elif line.is_sentence and line.size > VERY_BRIEF and not here:
            left = 0
        elif left:
            left -= 1
            found[n] = here or PagePart(LineType.IGNORED, f"in the list below “{heading}”")
