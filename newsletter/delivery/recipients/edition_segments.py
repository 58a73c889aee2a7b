"""Who is left out of a dispatch because of its segments, judged in the query that reads its candidates.

The segments are those that the letters were frozen and approved with. All parts of a dispatch are judged by the moment
at which it opened, so that “in the last 30 days” is one span for everybody.
"""

from datetime import datetime

from newsletter.audience.reachable_subscribers import Exclusion, SqlCondition
from newsletter.letters.frozen_audience import Audience
from newsletter.publications.models import Publication
from newsletter.segments.matching_readers import scope_of, sql_of_range
from newsletter.segments.segment_content import Content

OUTSIDE, EXCLUDED = "not in the segment", "in the segment left out"  # the reasons, as people read them


def exclusions_of(audience: Audience, publication: Publication, *, opened_at: datetime) -> list[Exclusion]:
    """Return the conditions that leave out a reader who could be sent to, each with its reason."""
    rules = []
    if send_to := audience.get("send_to"):
        rules.append(_exclusion(OUTSIDE, "NOT ", send_to, publication, opened_at))
    if leave_out := audience.get("leave_out"):
        rules.append(_exclusion(EXCLUDED, "", leave_out, publication, opened_at))
    return rules


def _exclusion(reason: str, sign: str, content: Content, publication: Publication, opened_at: datetime) -> Exclusion:
    scope = scope_of(publication, content, now=opened_at)

    def within(after: int, last: int) -> SqlCondition:
        found = sql_of_range(content, scope, after=after, last=last)
        return SqlCondition(f"{sign}{found.sql}", found.values)

    return Exclusion(reason, within)
