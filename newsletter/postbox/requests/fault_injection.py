"""Bad behaviour on order: which calls are to be answered late, refused, or left without an answer."""

import itertools
import threading
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Self

from newsletter.lib.errors import BadInput

CALLS = ("send", "batch", "scheduled_sends")


class FaultKind(StrEnum):
    """What is done with a call."""

    LATE = "late"  # answer `seconds` later; taken in before the wait when `accept`, after it when not
    STATUS = "status"  # answer `status`
    HANG = "hang"  # read everything and keep silent, for `seconds` or until either side goes
    DROP = "drop"  # read everything and close the connection
    RESET = "reset"  # read everything and reset the connection
    CUT = "cut"  # send the first half of the answer and reset the connection
    UNREAD = "unread"  # reset the connection with the body unread


@dataclass
class FaultRule:
    """One order. It lets `after` matching calls pass, then counts for `times` calls (None: until cleared).

    `accept` says whether the call is taken in, with all that follows from it, before it is treated
    badly: with `drop` that is the lost answer, with `status` the 500 that was a yes. `where` are
    custom_args that one of the call's personalizations must carry, merged as SendGrid merges them.
    """

    do: FaultKind
    accept: bool = False
    times: int | None = 1
    after: int = 0
    where: dict[str, str] = field(default_factory=dict)
    call: str = "send"
    status: int = 503
    seconds: float | None = None
    id: int = 0

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Self:
        """An order from its JSON; raises `BadInput`. `late` accepts unless told otherwise."""
        known = {"do", "accept", "times", "after", "where", "call", "status", "seconds"}
        if unknown := set(given) - known:
            raise BadInput(min(unknown), "is not part of an order.", f"Known are {', '.join(sorted(known))}.")
        try:
            do = FaultKind(given.get("do", ""))
        except ValueError:
            raise BadInput(
                "do", "is not something that can be ordered.", f"Known are {', '.join(FaultKind)}."
            ) from None
        order = cls(do, **{"accept": do is FaultKind.LATE, **{name: given[name] for name in given if name != "do"}})
        order._check()
        return order

    def _check(self) -> None:
        _need(self.accept, bool, "accept", "Give true or false.")
        if self.times is not None:
            _need(self.times, int, "times", "Give a number from 1, or null for every call.", least=1)
        _need(self.after, int, "after", "Give a number from 0.", least=0)
        _need(self.status, int, "status", "Give an HTTP status from 400 to 599.", least=400, most=599)
        if self.seconds is not None:
            _need(self.seconds, (int, float), "seconds", "Give 0 to 3600, or null.", least=0, most=3600)
        if self.call not in CALLS:
            raise BadInput("call", "is not a call.", f"Known are {', '.join(CALLS)}.")
        if not isinstance(self.where, dict) or not all(isinstance(value, str) for value in self.where.values()):
            raise BadInput("where", "is not an object of strings.", 'Give such as {"nl_dispatch": "7"}.')
        if self.do is FaultKind.UNREAD and (self.where or self.accept):
            raise BadInput("do", "unread drops a call before anything of it is known.", "Leave where and accept out.")

    def told(self) -> dict[str, Any]:
        """The order as JSON."""
        return asdict(self)


def _need(value: object, kind: Any, name: str, hint: str, *, least: float = 0, most: float = 1e9) -> None:
    right = isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
    if not right or not least <= value <= most:  # type: ignore[operator]  # a number by now
        raise BadInput(name, "has a value that is not possible.", hint)


class Orders:
    """The orders that stand, the oldest first. Safe to use from several threads; kept in memory only."""

    def __init__(self) -> None:
        self._orders: list[FaultRule] = []
        self._ids = itertools.count(1)
        self._lock = threading.Lock()

    def give(self, order: FaultRule) -> FaultRule:
        """Let `order` stand; it gets an id."""
        with self._lock:
            order.id = next(self._ids)
            self._orders.append(order)
        return order

    def take(self, call: str, *, unread: bool, args: Iterable[Mapping[str, str]] = ()) -> FaultRule | None:
        """The order that this call falls under, used up by one; None for good behaviour.

        `unread` asks for the only kind that can be decided before the body is read. `args` are the
        merged custom_args of each personalization.
        """
        everybody: list[Mapping[str, str]] | None = None
        with self._lock:
            for order in self._orders:
                if order.call != call or (order.do is FaultKind.UNREAD) != unread:
                    continue
                if order.where:
                    everybody = list(args) if everybody is None else everybody
                    if not any(order.where.items() <= one.items() for one in everybody):
                        continue
                if order.after:
                    order.after -= 1
                    continue
                if order.times is not None:
                    order.times -= 1
                    if not order.times:
                        self._orders.remove(order)
                return order
        return None

    def standing(self) -> list[FaultRule]:
        """A list that can be looked at in peace."""
        with self._lock:
            return list(self._orders)

    def clear(self, number: int | None = None) -> None:
        """Take back one order, or all."""
        with self._lock:
            self._orders = [order for order in self._orders if number is not None and order.id != number]
