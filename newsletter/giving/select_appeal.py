"""Which appeal an edition carries. Pure; where it stands is left to place_appeal.py."""

from collections.abc import Iterable
from datetime import date
from typing import Protocol, TypeVar


class Choosable(Protocol):
    """What this asks of an appeal."""

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


A = TypeVar("A", bound=Choosable)


def select_appeal(appeals: Iterable[A], *, on: date) -> A | None:
    """The appeal for an edition of the local date `on`: of those that are on, the highest priority, then the oldest."""
    return min((a for a in appeals if is_running(a, on)), key=lambda a: (-a.priority, a.id), default=None)


def is_running(appeal: Choosable, on: date) -> bool:
    """Active, and `on` is neither before its first day nor after its last."""
    return (
        appeal.is_active
        and (appeal.starts_on is None or appeal.starts_on <= on)
        and (appeal.ends_on is None or on <= appeal.ends_on)
    )
