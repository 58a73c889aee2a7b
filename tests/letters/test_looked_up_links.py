"""The links of waiting editions are looked up; what that finds is a hint on the edition's page and nothing else."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from newsletter.accounts.models import Role
from newsletter.editions.models import Edition, EditionState
from newsletter.letters import assemble_edition, edition_decisions
from newsletter.letters.looked_up_links import link_findings, links_of, lookups_of, order_lookups, waiting_links
from newsletter.lib import clock
from newsletter.links.models import LinkLookup
from newsletter.publications.models import Publication
from newsletter.web.desk.editions import mark
from tests.support import factories as make
from tests.web.asking import words
from tests.web.conftest import signed_in

pytestmark = pytest.mark.django_db
STORY = "https://www.harbourpost.org/ferry"


@pytest.fixture
def publication() -> Publication:
    return make.publication(slug="morning", utm_tags=True)


@pytest.fixture
def edition(publication: Publication) -> Edition:
    make.story(publication, url=STORY, body='<p>One <a href="https://harbourpost.org/map">map</a>.</p>')
    made = make.edition(publication, due_at=clock.now() + timedelta(days=1))
    return assemble_edition.assemble(made.pk, now=clock.now())


def answer(url: str, answer: str, **said: object) -> None:
    LinkLookup.objects.filter(url=url).update(answer=answer, is_waiting=False, looked_up_at=clock.now(), **said)


def test_the_links_of_a_waiting_edition_are_ordered_once_and_without_tracking(edition: Edition) -> None:
    for _ in range(2):
        order_lookups(now=clock.now())
    assert set(LinkLookup.objects.values_list("url", flat=True)) == {STORY, "https://harbourpost.org/map"}
    assert waiting_links(lookups_of(edition)) == 2


def test_an_edition_that_was_sent_or_is_not_built_has_no_lookups(edition: Edition, publication: Publication) -> None:
    make.edition(publication, due_at=clock.now() + timedelta(days=2))
    edition_decisions.cancel(edition, reason="No.", now=clock.now())
    order_lookups(now=clock.now())
    assert not LinkLookup.objects.exists()


def test_what_was_found_is_a_hint(edition: Edition) -> None:
    order_lookups(now=clock.now())
    assert link_findings(lookups_of(edition)) == []
    answer(STORY, "broken", status=404)
    answer("https://harbourpost.org/map", "moved", status=200, target="https://harbourpost.org/maps/")
    broken, moved = sorted(link_findings(lookups_of(edition)), key=lambda finding: finding["code"])
    assert (broken["code"], broken["severity"], broken["place"]) == ("link.broken", "warn", f"{STORY} (404)")
    assert moved["place"] == "https://harbourpost.org/map redirects to https://harbourpost.org/maps/"
    answer(STORY, "unknown", status=0, problem="The server takes too long to respond.")
    assert f"{STORY}: The server takes too long to respond." in [
        one["place"] for one in link_findings(lookups_of(edition))
    ]


@pytest.mark.parametrize("target", ["https://harbourpost.org/ferry/", "https://harbourpost.org/ferry?utm_source=x"])
def test_another_spelling_of_the_same_address_is_no_finding(edition: Edition, target: str) -> None:
    order_lookups(now=clock.now())
    answer(STORY, "moved", status=200, target=target)
    assert link_findings(lookups_of(edition)) == []


def test_a_broken_link_delays_no_approval(edition: Edition) -> None:
    order_lookups(now=clock.now())
    answer(STORY, "broken", status=404)
    page = signed_in(make.person(Role.EDITOR, "Eddie"))
    shown = words(page.get(f"/editions/{edition.pk}/"))
    assert "The site says that this page does not exist (404 or 410)." in shown
    assert "1 link is still being looked up." in shown
    page.post(f"/editions/{edition.pk}/approve/", {"content_hash": edition.content_hash})
    edition.refresh_from_db()
    assert edition.state == EditionState.APPROVED
    assert not any(finding["code"].startswith("link.b") for finding in edition.findings)


def test_the_page_of_an_edition_follows_what_is_found(edition: Edition) -> None:
    page: Client = signed_in(make.person(Role.EDITOR, "Eddie"))
    order_lookups(now=clock.now())
    seen = mark(edition, now=clock.now())
    assert page.get(f"/editions/{edition.pk}/?seen={seen}").status_code == 204
    answer(STORY, "broken", status=404)
    assert page.get(f"/editions/{edition.pk}/?seen={seen}").status_code == 200


def test_a_setting_turns_it_off(edition: Edition, settings: Settings) -> None:
    order_lookups(now=clock.now())
    answer(STORY, "broken", status=404)
    settings.LINK_LOOKUPS = False
    assert link_findings(lookups_of(edition)) == []
    LinkLookup.objects.all().delete()
    order_lookups(now=clock.now())
    assert not LinkLookup.objects.exists()


def test_our_own_sample_and_unreachable_links_are_not_looked_up(settings: Settings) -> None:
    hrefs = [
        f"{settings.BASE_URL}/u/x",
        "https://www.example.org/a",
        "http://localhost/a",
        "http://10.0.0.1/a",
        "mailto:a@harbourpost.org",
        "{{ link }}",
        "https://harbourpost.org/a?utm_source=x&id=7",
        "https://harbourpost.org/a?id=7",
    ]
    html = "".join(f'<a href="{href}">x</a>' for href in hrefs)
    assert links_of(html) == ["https://harbourpost.org/a?id=7"]


def test_nothing_is_written_while_nothing_changes(edition: Edition, django_assert_num_queries: object) -> None:
    order_lookups(now=clock.now())
    with django_assert_num_queries(2):  # type: ignore[operator]
        order_lookups(now=clock.now())
