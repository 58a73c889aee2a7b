"""Django's own field checks of a row, told as one `BadInput` that names the field in plain words."""

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Model

from newsletter.lib.errors import BadInput


def validate_model(row: Model) -> None:
    """Everything a model declares (types, lengths, choices, uniqueness, constraints); raises `BadInput`.

    The first problem found is the one told. Values are put into their Python types, as `full_clean` does.
    """
    try:
        row.full_clean()
    except ValidationError as error:
        name, problems = next(iter(error.error_dict.items()))
        raise BadInput(field_label(row, name), *_sentences(problems[0])) from None


def field_label(row: Model, name: str) -> str:
    """What people call the field `name` of `row`: headline, link, picture alt."""
    if name == NON_FIELD_ERRORS:
        return str(row._meta.verbose_name)
    return str(getattr(row._meta.get_field(name), "verbose_name", name))


def _sentences(problem: ValidationError) -> tuple[str, str]:
    """What is wrong, and what to do about it."""
    params = problem.params or {}
    match problem.code:
        case "blank" | "null":
            return "is empty.", "Please fill it in."
        case "max_length":
            return f"has {params['show_value']} characters.", f"Use at most {params['limit_value']}."
        case "invalid_choice":
            return f"cannot be {str(params.get('value'))[:40]!r}.", "Choose one of those offered."
        case _:
            return problem.messages[0], ""
