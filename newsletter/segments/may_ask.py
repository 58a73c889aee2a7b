"""Who may ask what a segment asks: a condition about what belongs to all publications needs a role for all of them.

Such a segment may be chosen for an edition by anybody who chooses its readers. Only its numbers and its readers are
kept from people with a role for this publication alone, and they cannot put it into a segment of their own.
"""

from newsletter.accounts.models import User
from newsletter.accounts.permissions import NotPermitted, Permission, has_permission
from newsletter.segments.condition_kinds import KINDS
from newsletter.segments.definitions import SEGMENT, conditions_of
from newsletter.segments.segment_content import Content

REFUSED = (
    "A condition asks about gifts that count for all publications. That needs a role for all publications. Use “Gifts "
    "of this publication”."
)


def is_about_all(content: Content) -> bool:
    """Return whether a condition of the segment, or of one within it, asks about what belongs to all publications."""
    return any(
        is_about_all(each["value"]) if each["kind"] == SEGMENT else KINDS[each["kind"]].is_about_all
        for each in conditions_of(content)
    )


def may_see(user: User, content: Content) -> bool:
    """Return whether this user may learn how many readers the segment has, and who they are."""
    return not is_about_all(content) or any(
        has_permission(user, permission) for permission in (Permission.AUDIENCE, Permission.CURATE)
    )


def require_to_ask(by: object, content: Content) -> None:
    """Raise `NotPermitted` when `by` is a user who may not write a segment with these conditions."""
    if isinstance(by, User) and is_about_all(content) and not has_permission(by, Permission.AUDIENCE):
        raise NotPermitted(REFUSED)
