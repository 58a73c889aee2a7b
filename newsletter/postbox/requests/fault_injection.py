"""Fault injection: which calls are answered late, refused or not answered."""

import itertools
import threading
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Self

from newsletter.lib.errors import BadInput

CALLS = ("send", "batch", "scheduled_sends")


class FaultKind(StrEnum):
    """What happens to a call."""

    LATE = "late"  # answer `seconds` later; with `accept` the call is stored before the wait, else after it
    STATUS = "status"  # answer `status`
    HANG = "hang"  # read everything and send nothing, for `seconds` or until one side closes
    DROP = "drop"  # read everything and close the connection
    RESET = "reset"  # read everything and reset the connection
    CUT = "cut"  # send the first half of the answer and reset the connection
    UNREAD = "unread"  # reset the connection with the body unread


@dataclass
class FaultRule:
    """One fault. It skips `after` matching calls, then applies to `times` calls (None: until removed).

    `accept` says whether the call is stored, with all its consequences, before it fails: with `drop` the answer is
    lost, with `status` an error is reported for a call that was accepted. `where` are custom_args that one of the
    personalizations must have, merged as SendGrid merges them.
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
        """Read a fault from JSON; `late` accepts by default. Raises `BadInput`."""
        known = {"do", "accept", "times", "after", "where", "call", "status", "seconds"}
        if unknown := set(given) - known:
            raise BadInput(min(unknown), "is not a known field.", f"Known fields: {', '.join(sorted(known))}.")
        try:
            do = FaultKind(given.get("do", ""))
        except ValueError:
            raise BadInput("do", "is not a known fault.", f"Known faults: {', '.join(FaultKind)}.") from None
        rule = cls(do, **{"accept": do is FaultKind.LATE, **{name: given[name] for name in given if name != "do"}})
        rule._check()
        return rule

    def _check(self) -> None:
        _need(self.accept, bool, "accept", "Use true or false.")
        if self.times is not None:
            _need(self.times, int, "times", "Use a number from 1, or null for every call.", minimum=1)
        _need(self.after, int, "after", "Use a number from 0.", minimum=0)
        _need(self.status, int, "status", "Use an HTTP status from 400 to 599.", minimum=400, maximum=599)
        if self.seconds is not None:
            _need(self.seconds, (int, float), "seconds", "Use 0 to 3600, or null.", minimum=0, maximum=3600)
        if self.call not in CALLS:
            raise BadInput("call", "is not a known call.", f"Known calls: {', '.join(CALLS)}.")
        if not isinstance(self.where, dict) or not all(isinstance(value, str) for value in self.where.values()):
            raise BadInput("where", "is not an object of strings.", 'Example: {"nl_dispatch": "7"}.')
        if self.do is FaultKind.UNREAD and (self.where or self.accept):
            raise BadInput("do", "unread resets a call before it is read.", "Omit where and accept.")

    def to_json(self) -> dict[str, Any]:
        """Return the fault as a JSON object."""
        return asdict(self)


def _need(value: object, kind: Any, name: str, hint: str, *, minimum: float = 0, maximum: float = 1e9) -> None:
    has_type = isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
    if not has_type or not minimum <= value <= maximum:  # type: ignore[operator]  # a number at this point
        raise BadInput(name, "has an invalid value.", hint)


class FaultRules:
    """The active faults, oldest first, in memory only. Safe to use from several threads."""

    def __init__(self) -> None:
        self._rules: list[FaultRule] = []
        self._ids = itertools.count(1)
        self._lock = threading.Lock()

    def add(self, rule: FaultRule) -> FaultRule:
        """Activate a fault and give it an id."""
        with self._lock:
            rule.id = next(self._ids)
            self._rules.append(rule)
        return rule

    def take(self, call: str, *, unread: bool, args: Iterable[Mapping[str, str]] = ()) -> FaultRule | None:
        """Return the fault that applies to this call, and count it as used; None when none applies.

        `unread` asks for the only kind that is decided before the body is read. `args` are the
        merged custom_args of each personalization.
        """
        all_args: list[Mapping[str, str]] | None = None
        with self._lock:
            for rule in self._rules:
                if rule.call != call or (rule.do is FaultKind.UNREAD) != unread:
                    continue
                if rule.where:
                    all_args = list(args) if all_args is None else all_args
                    if not any(rule.where.items() <= one.items() for one in all_args):
                        continue
                if rule.after:
                    rule.after -= 1
                    continue
                if rule.times is not None:
                    rule.times -= 1
                    if not rule.times:
                        self._rules.remove(rule)
                return rule
        return None

    def active(self) -> list[FaultRule]:
        """Return a copy of the active faults."""
        with self._lock:
            return list(self._rules)

    def clear(self, number: int | None = None) -> None:
        """Remove one fault, or all."""
        with self._lock:
            self._rules = [rule for rule in self._rules if number is not None and rule.id != number]
