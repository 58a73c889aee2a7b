import pytest
from pytest_django import Settings

from newsletter.audience.models import Suppression
from newsletter.audience.suppressions import (
    barrier_to_confirming,
    remember_erased,
    remove_suppression,
    suppress,
    suppressed,
    suppression_notice,
)
from newsletter.lib.errors import BadInput
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db


def test_an_address_is_suppressed_in_its_one_form_and_once() -> None:
    first = suppress(" Rita@Example.org", reason="hard-bounce", detail="550 " + "x" * 300)
    again = suppress("rita@example.org", reason="desk")
    assert first.pk == again.pk
    assert (again.reason, len(again.detail)) == ("hard-bounce", 200)


def test_a_reason_that_does_not_exist_is_refused() -> None:
    with pytest.raises(BadInput, match="Use one of: hard-bounce"):
        suppress("rita@example.org", reason="mood")
    assert not Suppression.objects.exists()


def test_suppressed_addresses_are_found_among_many() -> None:
    suppress("rita@example.org", reason="desk")
    assert suppressed([f"r{n}@example.org" for n in range(2500)] + ["rita@example.org"]) == {"rita@example.org"}


def test_a_person_at_the_desk_can_lift_a_suppression() -> None:
    suppress("rita@example.org", reason="complaint")
    assert remove_suppression("Rita@example.org", now=MONDAY) is True
    assert remove_suppression("Rita@example.org", now=MONDAY) is False


def test_an_erased_address_is_known_again_and_cannot_be_read() -> None:
    remember_erased("rita@example.org")
    assert suppressed(["rita@example.org", "amir@example.org"]) == {"rita@example.org"}
    kept = Suppression.objects.values().get()
    assert kept["email"] is None
    assert "rita" not in str(kept)
    assert "You asked us to erase" in suppression_notice("rita@example.org")
    assert suppression_notice("amir@example.org") == ""


def test_an_erased_address_is_known_when_the_key_was_replaced(settings: Settings) -> None:
    remember_erased("rita@example.org")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new one", [settings.SECRET_KEY]
    assert suppressed(["rita@example.org"]) == {"rita@example.org"}
    settings.SECRET_KEY_FALLBACKS = []
    assert suppressed(["rita@example.org"]) == set()


def test_erasing_takes_the_place_of_another_reason_and_can_be_lifted() -> None:
    suppress("rita@example.org", reason="complaint")
    remember_erased("rita@example.org")
    assert suppress("rita@example.org", reason="desk").reason == "erased"
    assert Suppression.objects.count() == 1
    assert remove_suppression("rita@example.org", now=MONDAY)
    assert suppressed(["rita@example.org"]) == set()


def test_the_wish_of_an_erased_person_never_to_be_mailed_is_kept_without_the_address() -> None:
    remember_erased("rita@example.org")
    assert barrier_to_confirming("rita@example.org") == ""
    assert suppress("rita@example.org", reason="person").reason == "person"
    assert "never to write" in barrier_to_confirming("rita@example.org")
    assert Suppression.objects.get().email is None
