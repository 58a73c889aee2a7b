"""NAME=VALUE on the command line: fields of a row, read by the kind of each field."""

from __future__ import annotations  # models are imported inside, once Django is set up

from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING, Any

from newsletter.lib.errors import BadInput

if TYPE_CHECKING:
    from django.db.models import Model


def parse_assignments(assignments: Iterable[str], read: Callable[[str, str], Any], *, example: str) -> dict[str, Any]:
    """Names with values; `read` makes a field's value of its name and what was typed. Raises `BadInput`."""
    made = {}
    for assignment in assignments:
        field, equals, text = assignment.partition("=")
        if not equals:
            raise BadInput("NAME=VALUE", f"{assignment!r} has no =.", f"Write it like {example}.")
        made[field.strip()] = read(field.strip(), text.strip())
    return made


def value(row: type[Model], name: str, text: str, *, fixed: Collection[str]) -> Any:
    """`text` as the value of field `name` of a `row`; nothing typed is None where a field may be empty."""
    from django.core.exceptions import ValidationError
    from django.db.models import BooleanField

    fields = {field.name: field for field in row._meta.concrete_fields if field.name not in fixed}
    if name not in fields:
        raise BadInput(name, "is no field that can be set.", f"There is: {', '.join(fields)}.")
    field = fields[name]
    if not text and field.null:
        return None
    if isinstance(field, BooleanField):
        text = {"yes": "true", "no": "false"}.get(text.lower(), text).title()
    try:
        return field.to_python(text)
    except ValidationError as error:
        raise BadInput(name, " ".join(error.messages)) from None


def split_list(text: str, *, by: str) -> list[str]:
    """The parts of `text` between marks; none of them empty."""
    return [part.strip() for part in text.split(by) if part.strip()]
