"""The types of lines in pasted text."""

from enum import StrEnum


class LineType(StrEnum):
    """What a line of a pasted article is."""

    HEADLINE = "headline"
    BYLINE = "byline"
    DATE = "date"
    PARAGRAPH = "paragraph"
    APPEAL_HEADING = "appeal-heading"
    APPEAL_LEAD = "appeal-lead"
    APPEAL_POINT = "appeal-point"
    APPEAL_POINT_REPEATED = "appeal-point-repeated"
    APPEAL_CLOSING = "appeal-closing"
    CREDIT = "picture-credit"
    IGNORED = "ignored"
    BLANK = "blank"


APPEAL_PARTS = frozenset(
    {
        LineType.APPEAL_HEADING,
        LineType.APPEAL_LEAD,
        LineType.APPEAL_POINT,
        LineType.APPEAL_POINT_REPEATED,
        LineType.APPEAL_CLOSING,
    }
)
