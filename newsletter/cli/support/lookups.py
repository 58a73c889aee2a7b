"""Find the object that an argument names: by slug, by number, or the only one that exists.

Each function raises `BadInput` with what can be given instead.
"""

from __future__ import annotations  # models are imported inside, once Django is set up

from typing import TYPE_CHECKING, TypeVar

from newsletter.lib.errors import BadInput, InvalidState

if TYPE_CHECKING:
    from django.db.models import Model

    from newsletter.accounts.models import User
    from newsletter.accounts.permissions import Permission
    from newsletter.delivery.models import Dispatch
    from newsletter.editions.models import Edition
    from newsletter.editions.snippet_models import Snippet
    from newsletter.giving.models import Appeal
    from newsletter.publications.models import Publication
    from newsletter.segments.models import Segment
    from newsletter.stories.feed_models import Feed
    from newsletter.stories.models import Story

Thing = TypeVar("Thing")


def publication(slug: str) -> Publication:
    """Return the publication with this slug; without a slug, the only publication."""
    from newsletter.publications.models import Publication

    slugs = list(Publication.objects.order_by("slug").values_list("slug", flat=True)[:20])
    if not slugs:
        raise BadInput("publication", "none exists yet.", "Create one: newsletter publications add")
    if not slug and len(slugs) > 1:
        raise BadInput("publication", "there is more than one.", f"Give --publication with one of: {', '.join(slugs)}.")
    found = Publication.objects.filter(slug=slug or slugs[0]).first()
    if found is None:
        raise BadInput("publication", f"no publication {slug!r}.", f"Give one of: {', '.join(slugs)}.")
    return found


def story(number: int) -> Story:
    """Return the story with this number; raise `BadInput` if there is none."""

    from newsletter.stories.models import Story

    return _found(Story.objects.select_related("publication").filter(pk=number).first(), "story", number, "stories")


def appeal(number: int) -> Appeal:
    """Return the appeal with this number; raise `BadInput` if there is none."""

    from newsletter.giving.models import Appeal

    return _found(Appeal.objects.select_related("publication").filter(pk=number).first(), "appeal", number, "appeals")


def feed(number: int) -> Feed:
    """Return the feed with this number; raise `BadInput` if there is none."""

    from newsletter.stories.feed_models import Feed

    return _found(Feed.objects.select_related("publication").filter(pk=number).first(), "feed", number, "feeds")


def segment(number: int) -> Segment:
    """Return the segment with this number; raise `BadInput` if there is none."""

    from newsletter.segments.models import Segment

    found = Segment.objects.select_related("publication").filter(pk=number).first()
    return _found(found, "segment", number, "segments")


def snippet(number: int) -> Snippet:
    """Return the snippet with this number; raise `BadInput` if there is none."""

    from newsletter.editions.snippet_models import Snippet

    found = Snippet.objects.select_related("publication", "picture").filter(pk=number).first()
    return _found(found, "snippet", number, "snippets")


def edition(number: int) -> Edition:
    """Return the edition with this number; raise `BadInput` if there is none."""

    from newsletter.editions.models import Edition

    return _found(
        Edition.objects.select_related("publication").filter(pk=number).first(), "edition", number, "editions"
    )


def dispatch(number: int) -> Dispatch:
    """Return the dispatch of edition `number`. An edition has at most one."""
    from newsletter.delivery.models import Dispatch

    of_edition = edition(number)
    found = Dispatch.objects.select_related("edition__publication").filter(edition=of_edition).first()
    if found is None:
        raise InvalidState(f"Edition {of_edition.pk} is {of_edition.state} and has no dispatch yet.")
    return found


def person(email: str, *permissions: Permission, publication: Model | int | None = None) -> User:
    """Return the user with this address, who must have one of `permissions` in `publication`, or in all without one.

    Without an address, return the only user with the first of `permissions` that anybody has there.
    """
    from newsletter.accounts.models import User
    from newsletter.accounts.permissions import require
    from newsletter.mail.staff_address import staff_address

    if email:
        found = User.objects.filter(email=staff_address(email)).first()
        if found is None:
            raise BadInput("--by", "no user with this address.", "List them: newsletter users list")
        require(found, *permissions, publication=publication)
        return found
    able = _able(*permissions, publication=publication)
    if len(able) != 1:
        if not able:
            raise BadInput("--by", "no user has permission to do this yet.", "Add one: newsletter users add")
        raise BadInput("--by", "more than one user has permission to do this.", "Give --by EMAIL of one of them.")
    return able[0]


def person_if_known(email: str, *permissions: Permission, publication: Model | int | None = None) -> User | None:
    """Return `person`, or None when none is named and several could be meant.

    The audit trail then has the name of the operating system's user only.
    """
    if email:
        return person(email, *permissions, publication=publication)
    able = _able(permissions[0], publication=publication)
    return able[0] if len(able) == 1 else None


def _able(*permissions: Permission, publication: Model | int | None) -> list[User]:
    from newsletter.accounts.models import User
    from newsletter.accounts.permissions import has_permission

    users = list(User.objects.filter(is_active=True))
    found = ([user for user in users if has_permission(user, one, publication)] for one in permissions)
    return next((able for able in found if able), [])


def _found(thing: Thing | None, word: str, number: int, group: str) -> Thing:
    if thing is None:
        raise BadInput(word, f"no {word} {number}.", f"List them: newsletter {group} list")
    return thing
