"""Django's model validation, reported as one `BadInput` that names the field in plain words."""

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Model

from newsletter.lib.errors import BadInput


def validate_model(row: Model) -> None:
    """Check everything the model declares: types, lengths, choices, uniqueness, constraints.

    Raises `BadInput` with the first problem. Converts values to their Python types, as `full_clean` does.
    """
    try:
        row.full_clean()
    except ValidationError as error:
        name, problems = next(iter(error.error_dict.items()))
        raise BadInput(field_label(row, name), *_sentences(problems[0])) from None


def field_label(row: Model, name: str) -> str:
    """Return the label of the field `name` of `row`: headline, link, picture alt."""
    if name == NON_FIELD_ERRORS:
        return str(row._meta.verbose_name)
    return str(getattr(row._meta.get_field(name), "verbose_name", name))


def _sentences(problem: ValidationError) -> tuple[str, str]:
    """Return the problem and the hint."""
    params = problem.params or {}
    match problem.code:
        case "blank" | "null":
            return "is empty.", "Enter a value."
        case "max_length":
            return f"has {params['show_value']} characters.", f"Use at most {params['limit_value']}."
        case "invalid_choice":
            return f"cannot be {str(params.get('value'))[:40]!r}.", "Choose one of the options."
        case _:
            return problem.messages[0], ""
