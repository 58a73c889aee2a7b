"""What each role may do. Doors ask `may`; nobody compares roles by hand."""

from enum import StrEnum

from newsletter.accounts.models import Role, User


class Step(StrEnum):
    CURATE = "curate"  # queue, change and drop stories; see previews
    APPROVE = "approve"  # approve, hold, cancel and send editions; pause and stop sending; change appeals and logos
    OPERATE = "operate"  # see ops; pause and stop sending, settle an uncertain batch


ALLOWED: dict[str, frozenset[Step]] = {
    Role.CURATOR: frozenset({Step.CURATE}),
    Role.EDITOR: frozenset({Step.CURATE, Step.APPROVE}),
    Role.OPS: frozenset({Step.OPERATE}),
    Role.ADMIN: frozenset(Step),
}


def may(user: User, step: Step) -> bool:
    """True when this person's role permits `step`."""
    return user.is_active and step in ALLOWED.get(user.role, frozenset())
