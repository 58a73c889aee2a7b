"""NAME=VALUE arguments: set model fields, each parsed by its field type."""

from __future__ import annotations  # models are imported inside, once Django is set up

from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING, Any

from newsletter.lib.errors import BadInput

if TYPE_CHECKING:
    from django.db.models import Model


def parse_assignments(assignments: Iterable[str], read: Callable[[str, str], Any], *, example: str) -> dict[str, Any]:
    """Return values by field name. `read` turns a name and its text into the value. Raises `BadInput`."""
    values = {}
    for assignment in assignments:
        field, equals, text = assignment.partition("=")
        if not equals:
            raise BadInput("NAME=VALUE", f"{assignment!r} has no =.", f"Write it like {example}.")
        values[field.strip()] = read(field.strip(), text.strip())
    return values


def parse_field_value(model: type[Model], name: str, text: str, *, fixed: Collection[str]) -> Any:
    """Return `text` as the value of field `name`; empty text is None for a nullable field.

    `fixed` names the fields that must not be set.
    """
    from django.core.exceptions import ValidationError
    from django.db.models import BooleanField

    fields = {field.name: field for field in model._meta.concrete_fields if field.name not in fixed}
    if name not in fields:
        raise BadInput(name, "is not a field you can set.", f"Give one of: {', '.join(fields)}.")
    field = fields[name]
    if not text and field.null:
        return None
    if isinstance(field, BooleanField):
        text = {"yes": "true", "no": "false"}.get(text.lower(), text).title()
    try:
        return field.to_python(text)
    except ValidationError as error:
        raise BadInput(name, " ".join(error.messages)) from None


def split_list(text: str, *, separator: str) -> list[str]:
    """Return the parts of `text`, trimmed, without empty ones."""
    return [part.strip() for part in text.split(separator) if part.strip()]
