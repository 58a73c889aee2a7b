"""The permissions of each role. Views, API and command line call `has_permission` and never compare roles."""

from enum import StrEnum

from newsletter.accounts.models import Role, User
from newsletter.lib.errors import InvalidState


class Permission(StrEnum):
    """A permission that a view or command requires."""

    CURATE = "curate"  # queue, change and drop stories; see previews
    APPROVE = "approve"  # approve, hold, cancel and send editions; pause and stop sending; change appeals and logos
    AUDIENCE = "audience"  # find a reader and see everything about them; import, export, suppress
    CONFIGURE = "configure"  # create and change publications: sender, schedule, brand, limits, automatic approval
    OPERATE = "operate"  # see ops; pause and stop sending, settle an uncertain batch


ALLOWED: dict[str, frozenset[Permission]] = {
    Role.CURATOR: frozenset({Permission.CURATE}),
    Role.EDITOR: frozenset({Permission.CURATE, Permission.APPROVE, Permission.AUDIENCE}),
    Role.AUDIENCE: frozenset({Permission.AUDIENCE}),
    Role.OPS: frozenset({Permission.OPERATE}),
    Role.ADMIN: frozenset(Permission),
}


def has_permission(user: User, permission: Permission) -> bool:
    """Return True if this user is active and their role includes `permission`."""
    return user.is_active and permission in ALLOWED.get(user.role, frozenset())


class NotPermitted(InvalidState):
    """The person's role does not permit this act."""


def require(by: object, *permissions: Permission) -> None:
    """Raise `NotPermitted` when `by` is a user with none of `permissions`, for acts that check who does them.

    Any other actor is the service itself, or somebody at the command line whom the operating system admitted.
    """
    if isinstance(by, User) and not any(has_permission(by, permission) for permission in permissions):
        raise NotPermitted(f"{by} has the role {by.role}, which does not permit this.")
