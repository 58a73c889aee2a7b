"""The page that finds a reader, and the one that shows everything about them."""

import pytest
from django.test import Client

from newsletter.accounts.models import Role
from newsletter.audience import suppressions
from newsletter.audience.import_subscribers import import_subscribers
from newsletter.audience.models import Subscriber
from newsletter.audit.models import Record
from newsletter.publications.models import Publication
from tests.support import factories as make
from tests.support.factories import MONDAY
from tests.web.asking import words
from tests.web.conftest import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> Client:
    """She looks after the readers."""
    return signed_in(make.person(Role.AUDIENCE, "Anna"))


def test_readers_are_the_first_page_of_who_looks_after_them(anna: Client, publication: Publication) -> None:
    assert anna.get("/", follow=True).request["PATH_INFO"] == "/readers/"


def test_a_search_leads_to_the_reader_and_its_address_is_in_no_url(anna: Client, publication: Publication) -> None:
    rita = make.rita(publication)
    page = anna.post("/readers/", {"address": "RITA@"})
    assert "1 reader found." in words(page)
    assert f'href="/readers/{rita.pk}/"' in page.content.decode()
    assert "rita" not in page.request["QUERY_STRING"]
    assert "rita@readers.example" in words(anna.get(f"/readers/{rita.pk}/"))


def test_nobody_and_too_many_are_said(anna: Client, publication: Publication) -> None:
    make.readers(publication, 60)
    beginning = Subscriber.objects.values_list("email", flat=True)[0][:4]
    assert "More than 50 readers: enter more of the address." in words(anna.post("/readers/", {"address": beginning}))
    assert "No address begins with this." in words(anna.post("/readers/", {"address": "nobody@"}))
    assert "Enter at least the first two characters." in words(anna.post("/readers/", {"address": "r"}))


def test_the_page_of_a_reader_shows_suppression_and_evidence(anna: Client, publication: Publication) -> None:
    import_subscribers(publication, ["rita@example.org\n"], source="fair <b>in May</b>", now=MONDAY)
    rita = Subscriber.objects.get()
    rita.first_name = "ريتا"
    rita.save()
    suppressions.suppress(rita.email, reason="hard-bounce")
    page = anna.get(f"/readers/{rita.pk}/")
    shown = words(page)
    for text in ("Suppressed: the mailbox does not exist.", "imported file", "gave consent", "receives it", "ريتا"):
        assert text in shown
    assert b"<b>in May" not in page.content


def test_a_reader_who_is_gone_is_not_found(anna: Client, publication: Publication) -> None:
    assert anna.get("/readers/999/").status_code == 404


def test_the_page_has_the_form_for_the_own_site(anna: Client, publication: Publication) -> None:
    page = anna.get("/readers/")
    assert f"/j/{publication.slug}" in words(page)
    assert "&lt;form action=" in page.content.decode()
    Publication.objects.update(sign_up_open=False)
    assert "sign_up_open=yes opens it" in words(anna.get("/readers/"))


def test_readers_and_consent_events_are_downloaded_and_that_is_recorded(anna: Client, publication: Publication) -> None:
    import_subscribers(publication, ["=rita@readers.example\n"], source="form", now=MONDAY)
    for path in ("/readers/export/morning.csv", "/readers/export/morning/consent.csv"):
        page = anna.get("/readers/").content.decode()
        assert f'href="{path}"' in page
        answer = anna.get(path)
        lines = answer.getvalue().decode().splitlines()
        assert (len(lines), lines[1].startswith("'=rita@readers.example,")) == (2, True)
    assert list(Record.objects.order_by("pk").values_list("act", flat=True)) == ["readers-exported"] * 2
