"""What a curator's template meets that is no text, made so that no filter can print where it lies in memory."""

import re
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from jinja2 import Undefined
from jinja2.exceptions import SecurityError
from jinja2.runtime import Macro
from jinja2.utils import Cycler, Joiner

CALLED = "This is something to call, not a text. Write (…) after it, with what it needs."
ADDRESS = re.compile(r" at 0x[0-9a-f]{6,}")  # as Python writes it


class Called:
    """A function or method that a template may call and nothing else."""

    __slots__ = ("_function",)

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function

    @classmethod
    def around(cls, value: Any) -> Any:
        """`value`, and `Called` around it when it is a function or method."""
        known = isinstance(value, Called | Macro | Undefined | type)
        return cls(value) if callable(value) and not known else value

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._function(*args, **kwargs)

    def __repr__(self) -> str:
        raise SecurityError(CALLED)


class OwnCycler(Cycler):
    def __repr__(self) -> str:
        raise SecurityError(CALLED)


class OwnJoiner(Joiner):
    def __repr__(self) -> str:
        raise SecurityError(CALLED)


def listed(filter_: Callable[..., Any]) -> Callable[..., Any]:
    """The same filter, with a list in place of an iterator, which has nothing to show but its address."""

    @wraps(filter_)
    def filtered(*args: Any, **kwargs: Any) -> Any:
        made = filter_(*args, **kwargs)
        return tuple(made) if isinstance(made, Iterator) else made

    return filtered


def require_no_address(text: str, *, given: str) -> None:
    """Raises `SecurityError` when `text` holds an address in memory that does not stand in what was `given`."""
    if any(found not in given for found in ADDRESS.findall(text)):
        raise SecurityError("This prints a thing of the program, not a text.")
