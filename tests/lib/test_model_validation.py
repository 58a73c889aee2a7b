"""Django's checks of a row, in our own words."""

import pytest

from newsletter.accounts.models import User
from newsletter.lib.errors import BadInput
from newsletter.lib.model_validation import field_label, validate_model
from newsletter.publications.models import Publication
from tests.support import factories as make

pytestmark = pytest.mark.django_db


def test_a_good_row_passes() -> None:
    validate_model(make.publication())


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "", "name: is empty. Enter a value."),
        ("name", None, "name: is empty. Enter a value."),
        ("name", "x" * 121, "name: has 121 characters. Use at most 120."),
        ("fonts", "comic", "fonts: cannot be 'comic'. Choose one of the options."),
        ("accent_colour", "red", "accent colour: Give a colour such as #1a5f7a."),
    ],
)
def test_the_first_problem_is_reported_with_its_field(field: str, value: object, said: str) -> None:
    publication = make.publication()
    setattr(publication, field, value)
    with pytest.raises(BadInput) as refused:
        validate_model(publication)
    assert str(refused.value) == said


def test_fields_are_named_by_their_labels() -> None:
    assert field_label(Publication(), "sender_email") == "sender email"
    assert field_label(Publication(), "__all__") == "publication"
    assert field_label(User(), "email")
