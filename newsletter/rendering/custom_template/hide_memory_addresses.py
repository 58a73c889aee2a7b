"""Wrappers for functions and iterators in custom templates, so that no filter can print a memory address."""

import re
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from jinja2 import Undefined
from jinja2.exceptions import SecurityError
from jinja2.runtime import Macro
from jinja2.utils import Cycler, Joiner

CALLED = "This is a function, not a text. Add (…) with its arguments."
ADDRESS = re.compile(r" at 0x[0-9a-f]{6,}")  # as in Python's default repr


class Called:
    """A function or method that a template may only call."""

    __slots__ = ("_function",)

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function

    @classmethod
    def around(cls, value: Any) -> Any:
        """Wrap `value` when it is a function or method."""
        known = isinstance(value, Called | Macro | Undefined | type)
        return cls(value) if callable(value) and not known else value

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._function(*args, **kwargs)

    def __repr__(self) -> str:
        raise SecurityError(CALLED)


class OwnCycler(Cycler):
    """Jinja's `cycler`, which raises in place of printing a memory address."""

    def __repr__(self) -> str:
        raise SecurityError(CALLED)


class OwnJoiner(Joiner):
    """Jinja's `joiner`, which raises in place of printing a memory address."""

    def __repr__(self) -> str:
        raise SecurityError(CALLED)


def listed(filter_: Callable[..., Any]) -> Callable[..., Any]:
    """Return the filter with a tuple in place of an iterator, whose repr would be a memory address."""

    @wraps(filter_)
    def filtered(*args: Any, **kwargs: Any) -> Any:
        made = filter_(*args, **kwargs)
        return tuple(made) if isinstance(made, Iterator) else made

    return filtered


def require_no_address(text: str, *, given: str) -> None:
    """Raise `SecurityError` when `text` contains a memory address that is not in the input `given`."""
    if any(found not in given for found in ADDRESS.findall(text)):
        raise SecurityError("This prints an internal object, not a text.")
