"""Faults that were in the delivery of an edition once, put in again, to see whether the runs of `timed.py` find them.

Each is one change of the text of a function, which is then the function that everybody calls.
"""

import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple


class PutIn(NamedTuple):
    """`owner` is a module, or a class in one after a dot; in its `function`, `old` becomes `new`."""

    owner: str
    function: str
    old: str
    new: str


FAULTS = {
    "a batch keeps the group of an earlier call": PutIn(
        "newsletter.delivery.models.AttemptQuerySet", "out", 'fence=F("batch__fence"), ', ""
    ),
    "a later edition on a domain is served first": PutIn(
        "newsletter.delivery.rate_limits.quotas", "due_batches", '"edition__due_at", "pk"', '"-edition__due_at"'
    ),
    "what is under way takes up no room": PutIn(
        "newsletter.delivery.rate_limits.quotas", "due_batches", "dispatch__in=limits)", "dispatch__in=[])"
    ),
}


@contextmanager
def put_in(fault: PutIn) -> Iterator[None]:
    """The function as it is with the fault, for a while."""
    owner = _found(fault.owner)
    right = getattr(owner, fault.function)
    text = inspect.cleandoc("\n" + inspect.getsource(right))
    if text.count(fault.old) != 1:
        raise LookupError(f"{fault.function} has {fault.old!r} {text.count(fault.old)} times")
    module = sys.modules[right.__module__]
    made: dict[str, Any] = {}
    source = "from __future__ import annotations\n" + text.replace(fault.old, fault.new)
    exec(compile(source, f"{fault.function} with a fault", "exec"), vars(module), made)  # noqa: S102  # our own text
    setattr(owner, fault.function, made[fault.function])
    try:
        yield
    finally:
        setattr(owner, fault.function, right)


def _found(name: str) -> Any:
    if name in sys.modules:
        return sys.modules[name]
    module, _, attribute = name.rpartition(".")
    return getattr(sys.modules[module], attribute)
