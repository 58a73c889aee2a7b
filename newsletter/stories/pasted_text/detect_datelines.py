"""Recognise the dateline with which an agency's report begins: "CARROW, Maine (AP) —". Pure."""

import re
from typing import NamedTuple

from newsletter.stories.pasted_text.agency_names import is_agency

DASH = r"\s?(?:[-–—―]{1,2}|:|：)\s?"
WITH_AGENCY = re.compile(
    rf"(?P<place>[^()（）.!?。:]{{2,40}}(?:\.[^()（）!?。:]{{0,20}})?)\s?[(（](?P<agency>[^()（）]{{2,30}})[)）](?:{DASH}|\s)"
)
PLACE_ALONE = re.compile(
    r"(?P<place>[A-ZÀ-ÖØ-Þ][A-ZÀ-ÖØ-Þ .’'-]{2,30}(?:, [A-Z][\w. ]{1,20})?)(?P<agency>)\s[-–—]{1,2}\s(?=\S)"
)
AGENCY_FIRST = re.compile(
    r"[(（【［]?(?P<agency>[^()（）【】\s\d]{2,6}?[社信訊])(?P<place>[^()（）【】\s\d]{1,10})(?:\s?\d{1,2}\s?月)?\s?\d{1,2}\s?日[电電]"
)
MARK = re.compile(r"[【［\[](?P<agency>[^】］\]]{2,12})[】］\]](?P<place>)")
AGENCY_DASH = re.compile(
    r"(?P<place>[^()（）.!?。:/,]{2,30}),? (?P<agency>[A-Z]{2,4}|[A-Z][a-z]+)(?P<dash>\s[-–—]{1,2}\s)"
)


class Dateline(NamedTuple):
    """Place and agency; either may be empty."""

    place: str
    agency: str


NO_DATELINE = Dateline("", "")


def parse_dateline(paragraph: str) -> Dateline:
    """Return place and agency that the paragraph begins with."""
    start = paragraph[:120]
    for pattern in (WITH_AGENCY, AGENCY_FIRST, MARK, AGENCY_DASH):
        if (match := pattern.match(start)) and is_agency(match["agency"]):
            return Dateline(match["place"].strip(" ,"), match["agency"].strip())
    if match := PLACE_ALONE.match(start):
        return Dateline(match["place"].strip(), "")
    return NO_DATELINE
