"""What a reader may do beyond one publication: join and leave others, download their data, erase it."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from newsletter.audience import data_requests, suppressions
from newsletter.audience.data_request_models import DataRequest
from newsletter.audience.models import Confirmation, ConsentEvent, Subscriber, Subscription
from newsletter.audience.subscribe import subscribe
from newsletter.delivery.recipients import reader_links
from newsletter.giving.models import Gift
from newsletter.lib import clock
from newsletter.lib.logging_config import without_tokens
from newsletter.publications.models import Publication
from newsletter.urls import READERS
from tests.support import factories as make
from tests.web.asking import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita(publication: Publication) -> Subscriber:
    return make.rita(publication)


@pytest.fixture
def preferences(publication: Publication, rita: Subscriber) -> str:
    edition = make.approved_edition(publication, due_at=clock.now() + timedelta(hours=1))
    return f"/p/{reader_links.token_signer(edition.pk)(rita.pk)}"


@pytest.fixture
def own_data(publication: Publication, rita: Subscriber) -> str:
    return f"/d/{data_requests.create_token(data_requests.request_data(rita, publication, now=clock.now()))}"


def statuses() -> dict[str, str]:
    return dict(Subscription.objects.values_list("publication__slug", "status"))


def test_another_newsletter_is_joined_by_an_email_and_left_at_once(client: Client, preferences: str) -> None:
    make.publication(slug="evening", name="The Evening Post")
    make.publication(slug="closed", name="The Closed Post", sign_up_open=False)
    page = words(client.get(preferences))
    assert "The Evening Post You do not receive it. Subscribe" in page
    assert "The Closed Post" not in page
    joined = client.post(preferences, {"action": "join-other", "publication": "evening"})
    assert "We are sending you a confirmation email for The Evening Post." in words(joined)
    assert statuses() == {"morning": "active", "evening": "pending"}
    assert Confirmation.objects.get().subscription.publication.slug == "evening"
    assert ConsentEvent.objects.get(act="requested").method == "preferences"
    subscribe(
        Publication.objects.get(slug="evening"),
        email="rita@readers.example", first_name="", source="x", now=clock.now(), confirmed=True,
    )  # fmt: skip
    left = client.post(preferences, {"action": "leave-other", "publication": "evening"})
    assert "You are unsubscribed from The Evening Post." in words(left)
    assert statuses() == {"morning": "active", "evening": "left"}


def test_all_newsletters_are_left_with_one_button(client: Client, preferences: str) -> None:
    evening = make.publication(slug="evening")
    subscribe(evening, email="rita@readers.example", first_name="", source="x", now=clock.now(), confirmed=True)
    client.post(preferences, {"action": "leave-all"})
    assert statuses() == {"morning": "left", "evening": "left"}


@pytest.mark.parametrize("publication_slug", ["", "nowhere", "closed", "\x00"])
def test_what_is_not_offered_is_not_joined(client: Client, preferences: str, publication_slug: str) -> None:
    make.publication(slug="closed", sign_up_open=False)
    client.post(preferences, {"action": "join-other", "publication": publication_slug})
    assert statuses() == {"morning": "active"}


def test_the_data_is_asked_for_by_email_because_a_link_may_be_passed_on(client: Client, preferences: str) -> None:
    page = client.post(preferences, {"action": "data"})
    assert "We are sending you an email with a link to your data." in words(page)
    assert "rita@" not in page.content.decode()
    assert DataRequest.objects.count() == 1
    client.post(preferences, {"action": "data"})
    assert DataRequest.objects.count() == 1


def test_everything_is_downloaded(client: Client, own_data: str, publication: Publication) -> None:
    make.gift("rita@readers.example")
    answer = client.post(own_data, {"action": "download"})
    assert answer["Content-Disposition"] == 'attachment; filename="my-data.json"'
    data = json.loads(answer.content)
    assert (data["email"], data["first_name"]) == ("rita@readers.example", "Rita")
    assert [one["publication"] for one in data["subscriptions"]] == ["morning"]
    assert len(data["gifts"]) == 1


def test_erasing_needs_the_tick_and_leaves_nothing(client: Client, own_data: str) -> None:
    make.gift("rita@readers.example")
    assert "Tick the box" in words(client.post(own_data, {"action": "erase"}))
    assert Subscriber.objects.exists()
    assert "Your data was erased" in words(client.post(own_data, {"action": "erase", "sure": "yes"}))
    assert not Subscriber.objects.filter(email="rita@readers.example").exists()
    assert not Gift.objects.exists()
    assert not DataRequest.objects.exists()
    assert suppressions.erased(["rita@readers.example"])
    assert client.post(own_data, {"action": "erase", "sure": "yes"}).status_code == 404


def test_an_erased_reader_is_told_how_long_posts_with_the_address_are_kept(
    client: Client, own_data: str, settings: Settings
) -> None:
    settings.POSTS_KEPT_DAYS = 90
    assert "are deleted within 90 days." in words(client.post(own_data, {"action": "erase", "sure": "yes"}))


def test_looking_changes_nothing(client: Client, own_data: str) -> None:
    for ask in (client.get, client.head):
        ask(f"{own_data}?action=erase&sure=yes")
    assert Subscriber.objects.exists()
    assert client.get("/d/x").status_code == 404


def test_a_suppressed_reader_is_told_to_write(client: Client, preferences: str) -> None:
    suppressions.suppress("rita@readers.example", reason="complaint")
    assert "write to us from your address" in words(client.get(preferences))
    assert "Write to us" in words(client.post(preferences, {"action": "data"}))
    assert not DataRequest.objects.exists()


def test_every_page_behind_a_readers_token_is_kept_out_of_the_logs() -> None:
    pages = [str(page.pattern) for page in READERS if "<path:token>" in str(page.pattern)]
    assert len(pages) >= 5
    for page in pages:
        assert without_tokens(f"GET /{page.replace('<path:token>', 'A' * 40)} 200").endswith("/… 200"), page


def test_the_page_of_ones_data_is_kept_by_no_browser_and_names_no_referrer(client: Client, own_data: str) -> None:
    for answer in (client.get(own_data), client.post(own_data, {"action": "download"})):
        assert "no-store" in answer["Cache-Control"]
        assert (answer["Referrer-Policy"], answer["X-Robots-Tag"]) == ("no-referrer", "noindex, nofollow")
        assert not answer.cookies
