"""Write audit records: `audit_trail.record(by, Act.EDITION_HELD, edition, reason=reason)`, in the act's transaction.

The caller passes the actor. The web, API and command line set the origin by wrapping the call in `acting_from`.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import NamedTuple

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Model

from newsletter.audit.acts import Act, Door
from newsletter.audit.models import Record
from newsletter.lib import clock

ADDRESS = re.compile(r"[^\s<>\"'(),;:]+@[^\s<>\"'(),;:]+")
MAX_DETAIL = 500  # characters

Detail = str | int | bool | None
# a staff user, the name of somebody else, or None: the service itself or the command line
Actor = AbstractBaseUser | str | None


class Origin(NamedTuple):
    """The origin of an act: the web and a network address, or the command line and the operating system's user.

    `means` is the API token with which a program acts for a staff user.
    """

    door: Door
    place: str = ""
    means: str = ""


SYSTEM_ORIGIN = Origin(Door.SYSTEM)
_origin: ContextVar[Origin] = ContextVar("audit_origin", default=SYSTEM_ORIGIN)


@contextmanager
def acting_from(door: Door, place: str) -> Iterator[None]:
    """Record this origin for all acts inside the context."""
    token = _origin.set(Origin(door, place[:100]))
    try:
        yield
    finally:
        _origin.reset(token)


def place() -> str:
    """Return the network address, or the operating system's user, from which the present act comes."""
    return _origin.get().place


def use_means(means: str) -> None:
    """Record `means` for all further acts inside the present `acting_from`."""
    _origin.set(_origin.get()._replace(means=means))


def record(
    by: Actor,
    act: Act,
    subject: Model | None = None,
    *,
    now: datetime | None = None,
    **details: Detail,
) -> Record:
    """Add a record, in the transaction of the act.

    Email addresses are removed from `details`, because a typed reason may name a reader.
    """
    origin = _origin.get()
    if origin.means:
        details = {"token": origin.means, **details}
    return Record.objects.create(
        at=now or clock.now(),
        act=act,
        user_id=by.pk if isinstance(by, AbstractBaseUser) else None,
        who=address(by)[:254],
        door=origin.door,
        place=origin.place,
        subject=str(subject._meta.model_name) if subject else "",
        subject_id=subject.pk if subject else None,
        subject_name=_subject_name(subject)[:100],
        details={name: _without_addresses(value) for name, value in details.items() if value not in (None, "")},
    )


def name(by: Actor) -> str:
    """Return the actor for display: `Eddie`, `root at the command line`, or empty for the service itself."""
    if by:
        return str(by)
    origin = _origin.get()
    if origin.door == Door.API and origin.means:
        return f"API token {origin.means}"
    return f"{origin.place or 'somebody'} at the command line" if origin.door == Door.COMMAND else ""


def address(by: Actor) -> str:
    """Return the sign-in address of a staff user, or the name of another actor."""
    return by.get_username() if isinstance(by, AbstractBaseUser) else by or ""


def _subject_name(subject: Model | None) -> str:
    """Return the name of the subject. Only staff users are named in full; other addresses are removed."""
    name = str(subject) if subject else ""
    return name if isinstance(subject, AbstractBaseUser) else ADDRESS.sub("[address]", name)


def _without_addresses(value: Detail) -> Detail:
    return ADDRESS.sub("[address]", value)[:MAX_DETAIL] if isinstance(value, str) else value
