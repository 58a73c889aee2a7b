"""Serialisation of a letter's content for the subprocess: JSON in between, plain values without methods inside."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from jinja2.exceptions import SecurityError
from markupsafe import Markup

GROUP = "This is a group of values, not a text. Add a dot and the name of a value."


class TemplateObject:
    """A group of named values, such as `story.headline`, without anything that a template could call."""

    def __init__(self, named: Mapping[str, object]) -> None:
        self.__dict__.update(named)

    def __repr__(self) -> str:
        """Raise an error in every filter: the default `repr` would print a memory address."""
        raise SecurityError(GROUP)


def to_json(value: object) -> Any:
    """Convert `value` to JSON types: a dataclass by its fields and properties, a named tuple by its fields."""
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
        return [to_json(item) for item in value]
    if value is None or isinstance(value, bool | int | str):
        return value
    raise TypeError(f"{type(value).__name__} is not a value for a template")


def from_json(value: Any) -> Any:
    """Reverse `to_json`, with `TemplateObject` for dataclasses and immutable values only."""
    if isinstance(value, list):
        return tuple(from_json(item) for item in value)
    if isinstance(value, dict):
        if "html" in value:
            return Markup(value["html"])  # noqa: S704 — it was Markup before `to_json`
        return TemplateObject({name: from_json(item) for name, item in value["named"].items()})
    return value
