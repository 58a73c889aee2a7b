"""A letter's contents on their way to the other process: as JSON there, as plain values that know no method here."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from jinja2.exceptions import SecurityError
from markupsafe import Markup

GROUP = "This is a group of values, not a text. Write a point and the name of one after it."


class TemplateObject:
    """A group of named values: `story.headline`. It has nothing else that a template could call."""

    def __init__(self, named: Mapping[str, object]) -> None:
        self.__dict__.update(named)

    def __repr__(self) -> str:
        """Refused, by whichever filter it is asked for: Python's own would print an address in memory."""
        raise SecurityError(GROUP)


def to_json(value: object) -> Any:
    """`value` as JSON can hold it. Of a dataclass, its fields and its properties; of a named tuple, its fields."""
    if isinstance(value, Markup):
        return {"html": str(value)}
    if is_dataclass(value) and not isinstance(value, type):
        kind = type(value)
        names = [field.name for field in fields(value)]
        names += [name for name, member in vars(kind).items() if isinstance(member, property)]
        return {"named": {name: to_json(getattr(value, name)) for name in names}}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return {"named": {name: to_json(getattr(value, name)) for name in value._fields}}
    if isinstance(value, tuple | list):
        return [to_json(one) for one in value]
    if value is None or isinstance(value, bool | int | str):
        return value
    raise TypeError(f"{type(value).__name__} is not a value for a template")


def from_json(value: Any) -> Any:
    """What `packed` was given, with `TemplateObject` for dataclasses and nothing that can be changed."""
    if isinstance(value, list):
        return tuple(from_json(one) for one in value)
    if isinstance(value, dict):
        if "html" in value:
            return Markup(value["html"])  # noqa: S704 — it was Markup when it was packed
        return TemplateObject({name: from_json(one) for name, one in value["named"].items()})
    return value
