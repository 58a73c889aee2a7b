"""Recognise lines that no article contains, by their own words: buttons, dates, credits, sign-up boxes. Pure."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from newsletter.stories.pasted_text.detect_credits import is_caption, parse_credit
from newsletter.stories.pasted_text.detect_dates import KEYED_TIME
from newsletter.stories.pasted_text.line_types import LineType
from newsletter.stories.pasted_text.measure_lines import Line
from newsletter.stories.pasted_text.page_words import phrases

BRIEF = 14  # words; a longer line that begins like a page's own may be a sentence of the story
VERY_BRIEF = 6
INVITING = 32  # words of the longest invitation
BOX_LENGTH = 6  # lines between two lines of a sign-up box
LIST_LENGTH = 12  # lines below "Related articles" that may belong to the list
# A pattern, the number of words of the longest such line, and the reason.
PATTERNS = (
    (
        re.compile(
            r"^\(?(?:additional |with )?(?:reporting|writing|editing|compiled|contribut\w+)\b[^.]{0,40}?"
            r" (?:by|from) \w",
            re.IGNORECASE,
        ),
        32,
        "names who worked on the report",
    ),
    (
        re.compile(r"^(?:©|\(c\)|copyright\b)|all rights reserved|alle rechte vorbehalten", re.IGNORECASE),
        40,
        "copyright notice",
    ),
    (
        re.compile(
            r"^[\[(]?\s?\d+\s?(?:comments?|shares?|kommentare?|comentarios?|comentários?|commentaires?|commenti|reacties"
            r"|コメント|条评论|則留言)\s?[\])]?$",
            re.IGNORECASE,
        ),
        4,
        "count of comments or shares",
    ),
    (
        re.compile(
            r"\b(?:privacy policy|terms of (?:use|service)|cookie policy|datenschutz\w*|nutzungsbedingungen"
            r"|politique de confidentialité|política de privaci?dade?|condiciones de uso|termini di servizio"
            r"|privacyverklaring)\b|سياسة الخصوصية|מדיניות פרטיות|गोपनीयता नीति|隐私政策|隱私政策|プライバシーポリシー",
            re.IGNORECASE,
        ),
        18,
        "terms of the site",
    ),
    (re.compile(r"^\s*[→›»▸▶►➤](?:(?![.!?。]$).)*$"), 20, "link"),
)


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
    if (invitation := phrases.INVITATIONS.search(line.text.casefold())) and line.size <= INVITING:
        return PagePart(LineType.IGNORED, f"invites readers: “{invitation[0]}”")
    if line.afterwards and line.size <= VERY_BRIEF and not line.is_sentence:
        return PagePart(LineType.IGNORED, "heading of a list below the article")
    for pattern, most_words, reason in PATTERNS:
        if line.size <= most_words and pattern.search(line.text):
            return PagePart(LineType.IGNORED, reason)
    if not line.words:
        return PagePart(LineType.IGNORED, "has no words")
    return None


def find_lists_below_headings(lines: Sequence[Line], found: Sequence[PagePart | None]) -> dict[int, PagePart]:
    """Return the titles below a heading such as “Related articles”, up to the next sentence."""
    listed: dict[int, PagePart] = {}
    left, heading = 0, ""
    for n, line in enumerate(lines):
        if line.afterwards and found[n]:
            left, heading = LIST_LENGTH, line.text
        elif line.is_sentence and line.size > VERY_BRIEF and not found[n]:
            left = 0
        elif left:
            left -= 1
            if not found[n]:
                listed[n] = PagePart(LineType.IGNORED, f"in the list below “{heading}”")
    return listed


def find_sign_up_boxes(lines: Sequence[Line], found: list[PagePart | None]) -> None:
    """Mark the lines between two lines of one box in which readers sign up for an email."""
    above: int | None = None
    for n, line in enumerate(lines):
        if not (line.is_sign_up and found[n]):
            continue
        if above is not None and n - above <= BOX_LENGTH:
            for k in range(above + 1, n):
                found[k] = found[k] or PagePart(LineType.IGNORED, "in a box for signing up")
        above = n
