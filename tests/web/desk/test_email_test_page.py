"""The page that sends a test of an edition to named people."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from newsletter.delivery.email_test_models import EmailTest, EmailTestRecipient
from newsletter.editions.models import Edition
from newsletter.lib import clock
from newsletter.publications.models import Publication
from tests.support import factories as make
from tests.web.asking import follow, words
from tests.web.browsing import form_of


@pytest.fixture
def edition(publication: Publication) -> Edition:
    make.story(publication, headline="The ferry stays")
    return make.edition(publication, due_at=clock.now() + timedelta(days=1))


def test_the_person_is_ticked_and_two_clicks_order_one_test(eddie: Client, edition: Edition) -> None:
    page = f"/editions/{edition.pk}/test/"
    assert "Send a test" in words(eddie.get(f"/editions/{edition.pk}/"))
    assert "[TEST] The ferry stays" in words(eddie.get(page))
    form = form_of(eddie, page, having="others")
    assert "The test is sent to 1 person within seconds." in follow(form.send(eddie), eddie)
    form.send(eddie)
    assert [one.address for one in EmailTestRecipient.objects.all()] == ["eddie@example.org"]
    assert "Waiting eddie@example.org" in words(eddie.get(page))


def test_what_became_of_a_test_is_shown(eddie: Client, edition: Edition) -> None:
    page = f"/editions/{edition.pk}/test/"
    form_of(eddie, page, having="others").send(eddie, others="a@example.org\nb@example.org, c@example.org")
    states: list[dict[str, Any]] = [
        {"sent_at": clock.now(), "called_at": clock.now()},
        {"problem": "The provider refused it."},
        {"problem": "The provider did not answer, so it may have arrived.", "called_at": clock.now()},
    ]
    for address, fields in zip("abc", states, strict=True):
        EmailTestRecipient.objects.filter(address=f"{address}@example.org").update(**fields)
    shown = words(eddie.get(page))
    assert "Sent a@example.org" in shown
    assert "Not sent b@example.org The provider refused it." in shown
    assert "Uncertain c@example.org" in shown
    assert 'hx-trigger="every 2s"' in eddie.get(page).content.decode()
    EmailTestRecipient.objects.update(sent_at=clock.now())
    assert 'hx-trigger="every 2s"' not in eddie.get(page).content.decode()


def test_a_curator_chooses_among_colleagues_only(cora: Client, edition: Edition) -> None:
    page = f"/editions/{edition.pk}/test/"
    assert "Other addresses" not in words(cora.get(page))
    form = form_of(cora, page, having="key")
    form.send(cora, others="stranger@example.org")
    assert [one.address for one in EmailTestRecipient.objects.all()] == ["cora@example.org"]
    refused = form_of(cora, page, having="key").send(cora, people="stranger@example.org")
    assert refused.status_code == 422
    assert EmailTest.objects.count() == 1


def test_a_wrong_address_stays_in_the_form_with_the_reason(eddie: Client, edition: Edition) -> None:
    page = f"/editions/{edition.pk}/test/"
    answer: Any = form_of(eddie, page, having="others").send(eddie, others="nobody", people=None)
    assert answer.status_code == 422
    assert "Has no @." in words(answer)
    assert "nobody" in answer.content.decode()
    empty = form_of(eddie, page, having="others").send(eddie, people=None)
    assert "Choose at least one person." in words(empty)
    assert not EmailTest.objects.exists()


def test_an_edition_without_stories_says_so_in_place_of_a_form(eddie: Client) -> None:
    empty = make.edition(make.publication(slug="empty"))
    page = words(eddie.get(f"/editions/{empty.pk}/test/"))
    assert "No email to test The story queue is empty" in page
    assert "Send test" not in page


def test_each_version_of_the_email_can_be_tested(eddie: Client, edition: Edition) -> None:
    page = f"/editions/{edition.pk}/test/"
    assert "Without appeal" not in words(eddie.get(page))
    make.appeal(edition.publication, heading="Readers pay for this", thanks_days=30, thanks_heading="Thanks")
    assert "With appeal Donor thank-you Without appeal" in words(eddie.get(page))
    form_of(eddie, page, having="others").send(eddie, variant="plain")
    test = EmailTest.objects.get()
    assert (test.variant, "Readers pay for this" in test.html) == ("plain", False)
    assert "without appeal" in words(eddie.get(page))
