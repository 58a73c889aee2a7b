"""The permissions of each role. Views, API and command line call `has_permission` and never compare roles."""

from enum import StrEnum

from newsletter.accounts.models import Role, User


class Permission(StrEnum):
    """A permission that a view or command requires."""

    CURATE = "curate"  # queue, change and drop stories; see previews
    APPROVE = "approve"  # approve, hold, cancel and send editions; pause and stop sending; change appeals and logos
    AUDIENCE = "audience"  # find a reader; see subscriptions, consent, emails and gifts of a reader
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
