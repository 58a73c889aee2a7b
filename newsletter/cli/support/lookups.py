"""From what was typed to the thing that is meant: by slug, by number, or the only one there is.

Each raises `BadInput` that says what could be typed instead.
"""

from __future__ import annotations  # models are imported inside, once Django is set up

from typing import TYPE_CHECKING, TypeVar

from newsletter.lib.errors import BadInput, InvalidState

if TYPE_CHECKING:
    from newsletter.accounts.models import User
    from newsletter.accounts.permissions import Permission
    from newsletter.delivery.models import Dispatch
    from newsletter.editions.models import Edition
    from newsletter.giving.models import Appeal
    from newsletter.publications.models import Publication
    from newsletter.stories.models import Story

Thing = TypeVar("Thing")


def publication(slug: str) -> Publication:
    """The publication called `slug`; without one, the only publication there is."""
    from newsletter.publications.models import Publication

    slugs = list(Publication.objects.order_by("slug").values_list("slug", flat=True)[:20])
    if not slugs:
        raise BadInput("publication", "there is none yet.", "Make one with: newsletter publications add")
    if not slug and len(slugs) > 1:
        raise BadInput("publication", "there are several.", f"Give --publication with one of: {', '.join(slugs)}.")
    found = Publication.objects.filter(slug=slug or slugs[0]).first()
    if found is None:
        raise BadInput("publication", f"there is none called {slug!r}.", f"There is: {', '.join(slugs)}.")
    return found


def story(number: int) -> Story:
    from newsletter.stories.models import Story

    return _found(Story.objects.select_related("publication").filter(pk=number).first(), "story", number, "stories")


def appeal(number: int) -> Appeal:
    from newsletter.giving.models import Appeal

    return _found(Appeal.objects.select_related("publication").filter(pk=number).first(), "appeal", number, "appeals")


def edition(number: int) -> Edition:
    from newsletter.editions.models import Edition

    return _found(
        Edition.objects.select_related("publication").filter(pk=number).first(), "edition", number, "editions"
    )


def dispatch(number: int) -> Dispatch:
    """The dispatch of edition `number`; there is at most one."""
    from newsletter.delivery.models import Dispatch

    meant = edition(number)
    found = Dispatch.objects.select_related("edition__publication").filter(edition=meant).first()
    if found is None:
        raise InvalidState(f"Edition {meant.pk} is {meant.state}; it has no dispatch yet.")
    return found


def person(email: str, step: Permission) -> User:
    """The person with this address, or the only one whose role permits `step`."""
    from newsletter.accounts.models import User
    from newsletter.accounts.permissions import has_permission

    if email:
        found = User.objects.filter(email=email.strip().lower()).first()
        if found is None:
            raise BadInput("by", "nobody who works here has this address.", "See: newsletter users list")
        if not has_permission(found, step):
            raise InvalidState(f"{found} is {found.role}, whose role does not permit this.")
        return found
    able = _able(step)
    if len(able) != 1:
        problem = "several people may do this." if able else "nobody who works here may do this yet."
        raise BadInput("by", problem, "Give --by with an address of `newsletter users list`.")
    return able[0]


def named(email: str, step: Permission) -> User | None:
    """`person`, but None when nobody is named and it is not clear who it is: the system's user is recorded then."""
    if email:
        return person(email, step)
    able = _able(step)
    return able[0] if len(able) == 1 else None


def _able(step: Permission) -> list[User]:
    from newsletter.accounts.models import User
    from newsletter.accounts.permissions import has_permission

    return [user for user in User.objects.filter(is_active=True) if has_permission(user, step)]


def _found(thing: Thing | None, word: str, number: int, group: str) -> Thing:
    if thing is None:
        raise BadInput(word, f"there is no number {number}.", f"See: newsletter {group} list")
    return thing
