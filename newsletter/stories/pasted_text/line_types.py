"""What a line of pasted text can be taken for."""

from enum import StrEnum


class Part(StrEnum):
    HEADLINE = "headline"
    BYLINE = "byline"
    PARAGRAPH = "paragraph"
    APPEAL_HEADING = "appeal-heading"
    APPEAL_LEAD = "appeal-lead"
    APPEAL_POINT = "appeal-point"
    APPEAL_POINT_REPEATED = "appeal-point-repeated"
    APPEAL_CLOSING = "appeal-closing"
    IGNORED = "ignored"
    BLANK = "blank"


APPEAL_PARTS = frozenset(
    {Part.APPEAL_HEADING, Part.APPEAL_LEAD, Part.APPEAL_POINT, Part.APPEAL_POINT_REPEATED, Part.APPEAL_CLOSING}
)
