"""Writes audit records: `trail.record(by, Act.EDITION_HELD, edition, reason=reason)`, inside the act's transaction.

Who acts is passed by the caller. From where is known to the door: it surrounds the call with `acting_from`.
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
# a person who works here, the name of somebody else, or None: the service itself, or the user of a command line
Actor = AbstractBaseUser | str | None


class Origin(NamedTuple):
    """From where an act comes: a page and a network address, or the command line and the system's user."""

    door: Door
    place: str = ""


BY_ITSELF = Origin(Door.SYSTEM)
_origin: ContextVar[Origin] = ContextVar("audit_origin", default=BY_ITSELF)


@contextmanager
def acting_from(door: Door, place: str) -> Iterator[None]:
    """What is recorded inside comes from there."""
    token = _origin.set(Origin(door, place[:100]))
    try:
        yield
    finally:
        _origin.reset(token)


def record(
    by: Actor,
    act: Act,
    subject: Model | None = None,
    *,
    now: datetime | None = None,
    **details: Detail,
) -> Record:
    """Add a record, in the transaction of what is recorded.

    Addresses in `details` are taken out: what somebody types as a reason may name a reader.
    """
    origin = _origin.get()
    return Record.objects.create(
        at=now or clock.now(),
        act=act,
        user_id=by.pk if isinstance(by, AbstractBaseUser) else None,
        who=address(by)[:254],
        door=origin.door,
        place=origin.place,
        subject=str(subject._meta.model_name) if subject else "",
        subject_id=subject.pk if subject else None,
        subject_name=_called(subject)[:100],
        details={name: _without_addresses(value) for name, value in details.items() if value not in (None, "")},
    )


def name(by: Actor) -> str:
    """Who acts, as a page says it: `Eddie`, `root at the command line`, or empty for the service itself."""
    if by:
        return str(by)
    origin = _origin.get()
    return f"{origin.place or 'somebody'} at the command line" if origin.door == Door.COMMAND else ""


def address(by: Actor) -> str:
    """The address with which a person signs in; of others their name."""
    return by.get_username() if isinstance(by, AbstractBaseUser) else by or ""


def _called(subject: Model | None) -> str:
    """The name of a thing; of people, only those who work here are named."""
    name = str(subject) if subject else ""
    return name if isinstance(subject, AbstractBaseUser) else ADDRESS.sub("[address]", name)


def _without_addresses(value: Detail) -> Detail:
    return ADDRESS.sub("[address]", value)[:MAX_DETAIL] if isinstance(value, str) else value
