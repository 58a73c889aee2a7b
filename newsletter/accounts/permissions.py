"""The permissions of each role, in all publications or in one. Nothing else compares roles.

A staff user has a role for all publications (`User.role`), roles for single publications
(`publications.role_models.PublicationRole`), or both. What either role permits is permitted.
"""

from enum import StrEnum
from typing import NamedTuple

from django.db.models import Model, Q, QuerySet

from newsletter.accounts.models import Role, User
from newsletter.lib.errors import InvalidState


class Permission(StrEnum):
    """A permission that a view, an act or a command requires (`PERMITS`)."""

    PITCH = "pitch"
    CURATE = "curate"
    APPROVE = "approve"
    SEND = "send"
    AUDIENCE = "audience"
    CONFIGURE = "configure"
    OPERATE = "operate"


class Permits(NamedTuple):
    """What a permission permits in a publication, and what it permits only in a role for all publications."""

    acts: str
    for_all: str = ""


PERMITS: dict[Permission, Permits] = {
    Permission.PITCH: Permits("pitch stories, change own pitches until they are decided, see the queue"),
    Permission.CURATE: Permits(
        "queue, change, claim and drop stories, decide about pitches, arrange the next edition and change its stories"
        " and texts, see previews, send tests to staff, submit for review, comment"
    ),
    Permission.APPROVE: Permits(
        "approve, hold, release, reopen and cancel editions, add an extra one, change appeals, snippets, logos and the"
        " template, correct sent stories, import gifts, send tests to any address",
        "import gifts that count for every publication",
    ),
    Permission.SEND: Permits(
        "send an edition now, change its send time, stop it, pause and resume sending", "pause and resume all sending"
    ),
    Permission.AUDIENCE: Permits(
        "find readers and see what belongs to the publication, import and export them, unsubscribe an address",
        "suppress an address or a domain everywhere, lift a suppression, see the list of suppressions",
    ),
    Permission.CONFIGURE: Permits(
        "change the publication: sender, schedule, brand, limits, archive, automatic approval, feeds, webhooks;"
        " read its audit log",
        "add publications, change roles of users and which notices they get, webhooks of all publications, read the"
        " audit log of accounts and of what concerns all publications",
    ),
    Permission.OPERATE: Permits(
        "see ops with the publication’s editions, pause, resume and stop its sending, settle and retry batches, see who"
        " did not get an edition",
        "pause all sending, see failures with their tracebacks, try work that was given up again or discard it, see and"
        " look up the DNS records of senders, confirm the environment",
    ),
}

ALLOWED: dict[str, frozenset[Permission]] = {
    Role.CONTRIBUTOR: frozenset({Permission.PITCH}),
    Role.CURATOR: frozenset({Permission.PITCH, Permission.CURATE}),
    Role.EDITOR: frozenset(
        {Permission.PITCH, Permission.CURATE, Permission.APPROVE, Permission.SEND, Permission.AUDIENCE}
    ),
    Role.AUDIENCE: frozenset({Permission.AUDIENCE}),
    Role.OPS: frozenset({Permission.OPERATE}),
    Role.ADMIN: frozenset(Permission),
}
NOTHING: frozenset[Permission] = frozenset()
EVERY_ROW = ~Q(pk__in=[])  # not Q(), which `Q(…) | Q()` ignores


def has_permission(user: User, permission: Permission, publication: Model | int | None = None) -> bool:
    """Return True if this active user has `permission` in `publication`, an object or its id.

    Without a publication: whether they have it in all publications, as acts need that concern all of them.
    """
    if not user.is_active:
        return False
    if permission in ALLOWED.get(user.role, NOTHING):
        return True
    if publication is None:
        return False
    role = user.role_by_publication.get(publication.pk if isinstance(publication, Model) else publication, "")
    return permission in ALLOWED.get(role, NOTHING)


def has_permission_somewhere(user: User, permission: Permission) -> bool:
    """Return True if this active user has `permission` in at least one publication."""
    return user.is_active and (
        permission in ALLOWED.get(user.role, NOTHING)
        or any(permission in ALLOWED.get(role, NOTHING) for role in user.role_by_publication.values())
    )


def permitted(user: User, *permissions: Permission, publication: str = "publication") -> Q:
    """Return the condition for rows of publications in which this user has one of `permissions`.

    `publication` is the path from the model to its publication, such as `edition__publication`; `pk` for
    publications themselves. Without permissions: rows of publications in which the user has any role.
    """
    ids = permitted_ids(user, *permissions)
    return EVERY_ROW if ids is None else Q(**{f"{publication}__in": ids})


def permitted_ids(user: User, *permissions: Permission) -> list[int] | None:
    """Return the ids of the publications in which this user has one of `permissions`; None for all publications."""
    if not user.is_active:
        return []
    wanted = frozenset(permissions or Permission)
    if wanted & ALLOWED.get(user.role, NOTHING):
        return None
    return sorted(pk for pk, role in user.role_by_publication.items() if wanted & ALLOWED.get(role, NOTHING))


def staff_of(publication_id: int) -> QuerySet[User]:
    """Return the active users who have a role in this publication, its own or one for all."""
    has_role = ~Q(role="") | Q(publication_roles__publication=publication_id)
    return User.objects.filter(has_role, is_active=True).distinct()


def users_with(permission: Permission, publication_id: int | None) -> QuerySet[User]:
    """Return the active users who have `permission` in this publication; with None, in all publications."""
    roles = [role for role, permissions in ALLOWED.items() if permission in permissions]
    able = Q(role__in=roles)
    if publication_id is not None:
        able |= Q(publication_roles__publication=publication_id, publication_roles__role__in=roles)
    return User.objects.filter(able, is_active=True).distinct()


class NotPermitted(InvalidState):
    """The person's role does not permit this act."""


def require(by: object, *permissions: Permission, publication: Model | int | None = None) -> None:
    """Raise `NotPermitted` when `by` is a user with none of `permissions` in `publication`.

    Without a publication they need the permission in all of them. Any actor who is no user is the service itself,
    or somebody at the command line whom the operating system admitted.
    """
    if isinstance(by, User) and not any(has_permission(by, permission, publication) for permission in permissions):
        raise NotPermitted(f"{by} has {_role_in_words(by, publication)}, which does not permit this.")


def _role_in_words(user: User, publication: Model | int | None) -> str:
    if publication is not None and not user.role:
        role = user.role_by_publication.get(publication.pk if isinstance(publication, Model) else publication, "")
        return f"the role {role} for this publication" if role else "no role for this publication"
    return f"the role {user.role}" if user.role else "no role for all publications"
