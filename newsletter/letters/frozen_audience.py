"""For which readers an edition is: the segments that get it or are left out, frozen with its letters by content.

An approval covers this content. A segment that changes later makes the letters stale, as a changed story does.
"""

from typing import Any

from django.db.models import Q

from newsletter.editions.models import Edition
from newsletter.lib.errors import BadInput
from newsletter.segments.condition_kinds import Scope
from newsletter.segments.matching_readers import condition
from newsletter.segments.models import Segment
from newsletter.segments.segment_content import Content, content_of

Audience = dict[str, Any]  # `send_to` and `leave_out`, each the content of a segment; only those that are chosen


def audience_of(edition: Edition) -> Audience:
    """Return the audience as the segments of `edition` are now; no query without any.

    Raises `BadInput` if one is gone: of an edition that was changed in memory, because the database keeps chosen ones.
    """
    ids = {"send_to": edition.send_to_id, "leave_out": edition.leave_out_id}
    if not any(ids.values()):
        return {}
    found = Segment.objects.in_bulk([pk for pk in ids.values() if pk])
    if any(pk and pk not in found for pk in ids.values()):
        raise BadInput("segment", "does not exist any more.", "Choose another one.")
    return {name: content_of(found[pk]) for name, pk in ids.items() if pk}


def readers_of(audience: Audience, scope: Scope) -> Q | None:
    """Return the condition that a reader gets it; None for all readers."""
    send_to: Content | None = audience.get("send_to")
    leave_out: Content | None = audience.get("leave_out")
    if send_to and leave_out:
        return condition(send_to, scope) & ~condition(leave_out, scope)
    if send_to:
        return condition(send_to, scope)
    return ~condition(leave_out, scope) if leave_out else None


def describe(audience: Audience) -> str:
    """Return which readers get it, as a sentence without its full stop."""
    send_to, leave_out = audience.get("send_to"), audience.get("leave_out")
    only = f"only readers in the segment “{send_to['name']}”" if send_to else "all readers"
    return f"{only}, except those in the segment “{leave_out['name']}”" if leave_out else only
