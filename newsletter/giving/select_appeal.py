"""Select the appeal of an edition. Pure. place_appeal.py chooses its position."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Protocol, TypeVar


class Choosable(Protocol):
    """The attributes of an appeal that selection needs."""

    @property
    def id(self) -> int: ...
    @property
    def is_active(self) -> bool: ...
    @property
    def starts_on(self) -> date | None: ...
    @property
    def ends_on(self) -> date | None: ...
    @property
    def priority(self) -> int: ...


class AppealPhase(StrEnum):
    """Where an appeal stands on a date."""

    CURRENT = "current"  # running; the one with the highest priority is used
    PLANNED = "planned"  # its first day is to come
    ENDED = "ended"  # its last day is over
    RETIRED = "retired"  # not offered to editions, whatever its dates are


A = TypeVar("A", bound=Choosable)


def select_appeal(appeals: Iterable[A], *, on: date) -> A | None:
    """Return the running appeal with the highest priority, then the oldest, for an edition of the local date `on`."""
    return min((a for a in appeals if is_running(a, on)), key=lambda a: (-a.priority, a.id), default=None)


def is_running(appeal: Choosable, on: date) -> bool:
    """Return True if the appeal is active and `on` is within its first and last day."""
    return (
        appeal.is_active
        and (appeal.starts_on is None or appeal.starts_on <= on)
        and (appeal.ends_on is None or on <= appeal.ends_on)
    )


def phase_of(appeal: Choosable, on: date) -> AppealPhase:
    """Return where the appeal stands on the local date `on`."""
    if not appeal.is_active:
        return AppealPhase.RETIRED
    if appeal.starts_on and appeal.starts_on > on:
        return AppealPhase.PLANNED
    return AppealPhase.CURRENT if is_running(appeal, on) else AppealPhase.ENDED
