import pytest

from newsletter.audience.models import Suppression
from newsletter.audience.suppressing import lift, suppress, suppressed
from newsletter.lib.errors import BadInput
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db


def test_an_address_is_suppressed_in_its_one_form_and_once() -> None:
    first = suppress(" Rita@Example.org", reason="hard-bounce", detail="550 " + "x" * 300)
    again = suppress("rita@example.org", reason="desk")
    assert first.pk == again.pk
    assert (again.reason, len(again.detail)) == ("hard-bounce", 200)


def test_a_reason_that_does_not_exist_is_refused() -> None:
    with pytest.raises(BadInput, match="Give one of: hard-bounce"):
        suppress("rita@example.org", reason="mood")
    assert not Suppression.objects.exists()


def test_suppressed_addresses_are_found_among_many() -> None:
    suppress("rita@example.org", reason="desk")
    assert suppressed([f"r{n}@example.org" for n in range(2500)] + ["rita@example.org"]) == {"rita@example.org"}


def test_a_person_at_the_desk_can_lift_a_suppression() -> None:
    suppress("rita@example.org", reason="complaint")
    assert lift("Rita@example.org", now=MONDAY) is True
    assert lift("Rita@example.org", now=MONDAY) is False
