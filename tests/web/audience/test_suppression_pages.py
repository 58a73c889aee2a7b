"""The list of suppressions: look up, add by hand, a whole domain, one publication alone."""

import pytest
from django.test import Client

from newsletter.accounts.models import Role, User
from newsletter.audience import suppressions
from newsletter.audience.import_subscribers import import_subscribers
from newsletter.audience.models import Subscription, Suppression
from newsletter.audit.models import Record
from newsletter.lib import clock
from newsletter.publications.models import Publication
from newsletter.publications.publication_roles import grant_publication_role
from tests.support import factories as make
from tests.support.factories import MONDAY
from tests.web.asking import words
from tests.web.conftest import signed_in

pytestmark = pytest.mark.django_db
ADDRESS = "/readers/suppressions/"


@pytest.fixture
def anna() -> Client:
    return signed_in(make.person(Role.AUDIENCE, "Anna"))


def add(client: Client, address: str, *, action: str = "add", publication: Publication | None = None) -> str:
    data = {"address": address, "publication": publication.pk if publication else "", "reason": "person"}
    return words(client.post(ADDRESS, data | {"detail": "letter of 3 May", "action": action}, follow=True))


def test_an_address_is_suppressed_with_its_evidence_and_found_again(anna: Client, publication: Publication) -> None:
    assert "no publication mails it" in add(anna, " Rita@Readers.example ")
    row = Suppression.objects.get()
    assert (row.email, row.reason, row.detail, row.actor) == (
        "rita@readers.example",
        "person",
        "letter of 3 May",
        "Anna",
    )
    record = Record.objects.get(act="suppression-added")
    assert "rita" not in str(record.details)
    found = anna.post(ADDRESS, {"action": "find", "typed": "RITA@readers.example"})
    assert "asked never to be mailed letter of 3 May Anna" in words(found)
    assert "Not suppressed." in words(anna.post(ADDRESS, {"action": "find", "typed": "ada@readers.example"}))
    assert "has no @" in words(anna.post(ADDRESS, {"action": "find", "typed": "rita"}))


def test_a_domain_is_confirmed_with_the_number_of_its_readers(anna: Client, publication: Publication) -> None:
    make.rita(publication)
    assert "1 reader with an address of this domain will not be mailed" in add(anna, "@readers.example")
    assert not Suppression.objects.exists()
    assert "All addresses of readers.example are suppressed." in add(anna, "@readers.example", action="add-domain")
    assert suppressions.suppressed(["new@readers.example"]) == {"new@readers.example"}
    assert "Suppress single addresses" in add(anna, "@gmail.com", action="add-domain")
    assert "Is not valid" in add(anna, "@", action="add-domain")


def test_for_one_publication_an_unknown_address_is_stored_as_unsubscribed(
    anna: Client, publication: Publication
) -> None:
    assert "is unsubscribed from" in add(anna, "rita@readers.example", publication=publication)
    assert not Suppression.objects.exists()
    report = import_subscribers(publication, ["rita@readers.example\n"], source="form", now=MONDAY)
    assert report.left == 1
    assert Subscription.objects.get().unsubscribed_via == "desk"
    assert "Choose all publications" in add(anna, "@readers.example", action="add-domain", publication=publication)
    suppressions.remember_erased("gone@readers.example")
    assert "was erased" in add(anna, "gone@readers.example", publication=publication)


def test_the_list_is_filtered_and_goes_on(anna: Client, publication: Publication) -> None:
    suppressions.suppress_all({f"r{n}@readers.example": ("complaint", "") for n in range(60)})
    suppressions.suppress("hand@readers.example", reason="desk")
    suppressions.remember_erased("gone@readers.example")
    first = anna.get(ADDRESS)
    assert "an erased person" in words(first)
    assert "Earlier ones" in words(first)
    assert "gone@" not in words(first)
    desk = words(anna.get(ADDRESS, {"reason": "desk"}))
    assert ("hand@readers.example" in desk, "r1@" in desk, "Earlier" in desk) == (True, False, False)
    assert anna.get(ADDRESS, {"reason": "x", "before": "²"}).status_code == 200


def test_a_role_for_one_publication_counts_no_readers_of_a_domain_in_others(publication: Publication) -> None:
    make.rita(make.publication(slug="evening", name="Evening"))
    ben = User.objects.create_user("ben@example.org", name="Ben", role="")
    grant_publication_role(ben, publication, role=Role.AUDIENCE, by=None, now=clock.now())
    answer = add(signed_in(ben), "@readers.example", publication=publication)
    assert "Choose all publications" in answer
    assert "1 reader" not in answer
