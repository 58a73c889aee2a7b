"""The pages for readers: unsubscribing, preferences, the letter on the web. No cookie, and no harm by looking."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from newsletter.accounts.models import Role
from newsletter.audience.models import Subscriber, Subscription, SubscriptionStatus
from newsletter.delivery.recipients import reader_links
from newsletter.delivery.recipients.sample_reader import ANONYMOUS_ID
from newsletter.editions.models import Edition
from newsletter.lib import clock
from newsletter.publications.models import Publication
from tests.support import factories as make
from tests.web.asking import words
from tests.web.conftest import signed_in

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def edition(publication: Publication) -> Edition:
    return make.approved_edition(publication, due_at=clock.now() + timedelta(hours=1))


@pytest.fixture
def rita(publication: Publication) -> Subscriber:
    return make.rita(publication)


@pytest.fixture
def token(edition: Edition, rita: Subscriber) -> str:
    """Rita's, in that edition's letter."""
    return reader_links.token_signer(edition.pk)(rita.pk)


@pytest.fixture
def nobodys(edition: Edition) -> str:
    return reader_links.token_signer(edition.pk)(ANONYMOUS_ID)


def undo_in(page: Any) -> str:
    """What the button on the page hands over that takes an unsubscription back; empty when there is none."""
    found = re.search(r'name="undo" value="([^"]+)"', page.content.decode())
    return found[1] if found else ""


def status() -> str:
    return Subscription.objects.get().status


def test_looking_at_the_unsubscribe_page_changes_nothing(client: Client, token: str, publication: Publication) -> None:
    for ask in (client.get, client.head, client.options):
        ask(f"/u/{token}")
    assert status() == SubscriptionStatus.ACTIVE
    page = words(client.get(f"/u/{token}"))
    assert publication.name in page
    assert publication.postal_address in page


@pytest.mark.parametrize("tail", [".", ",", ")", "/", ">", "%22", "%20", ").", "…", "'", "]", "_", "*", "%C2%A0", ";"])
@pytest.mark.parametrize("page", ["u", "p", "v"])
def test_a_mark_that_a_mail_program_took_for_a_part_of_the_link_does_no_harm(
    client: Client, token: str, page: str, tail: str
) -> None:
    assert client.get(f"/{page}/{token}{tail}", follow=True).status_code == 200
    if page == "u":
        client.post(f"/u/{token}{tail}", ONE_CLICK)
        assert status() == SubscriptionStatus.UNSUBSCRIBED


@pytest.mark.parametrize("tail", ["a", ".a", "0", "/x", "é"])
def test_a_link_with_letters_behind_it_is_damaged(client: Client, token: str, tail: str) -> None:
    assert client.post(f"/u/{token}{tail}", ONE_CLICK).status_code == 404
    assert status() == SubscriptionStatus.ACTIVE


@pytest.mark.parametrize(
    "body",
    [
        {"data": ONE_CLICK},  # multipart/form-data
        {"data": "List-Unsubscribe=One-Click", "content_type": "application/x-www-form-urlencoded"},
        {"data": b"--broken", "content_type": "multipart/form-data; boundary=x"},
        {"data": b"", "content_type": "text/plain"},
    ],
)
def test_one_click_acts_at_once_whatever_its_body(token: str, edition: Edition, body: dict[str, str]) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post(f"/u/{token}", **body)  # type: ignore[arg-type]  # data may be bytes
    assert answer.status_code == 200
    subscription = Subscription.objects.get()
    assert (subscription.status, subscription.unsubscribed_via) == (SubscriptionStatus.UNSUBSCRIBED, "one-click")
    assert subscription.unsubscribed_from_edition == edition.pk


def test_the_button_of_our_page_acts_the_same_and_is_told_apart(client: Client, token: str) -> None:
    page = client.get(f"/u/{token}").content.decode()
    assert f'<form method="post" action="/u/{token}?page">' in page
    answer = client.post(f"/u/{token}?page")
    assert "You are unsubscribed" in words(answer)
    assert Subscription.objects.get().unsubscribed_via == "page"


def test_unsubscribing_again_gives_the_same_answer_and_keeps_the_first_time(client: Client, token: str) -> None:
    client.post(f"/u/{token}")
    first = Subscription.objects.get().unsubscribed_at
    assert "You are unsubscribed" in words(client.post(f"/u/{token}?page"))
    assert "You are unsubscribed" in words(client.get(f"/u/{token}"))
    assert Subscription.objects.get().unsubscribed_at == first


def test_somebody_deleted_altogether_is_answered_kindly(client: Client, token: str) -> None:
    Subscriber.objects.all().delete()
    for path in (f"/u/{token}", f"/p/{token}"):
        assert client.get(path).status_code == 200
        assert client.post(path, {"do": "leave"}).status_code == 200
    assert "is no longer stored here" in words(client.post(f"/p/{token}", {"action": "resubscribe"}))


def test_preferences_show_and_change_the_first_name(client: Client, token: str) -> None:
    assert 'value="Rita"' in client.get(f"/p/{token}").content.decode()
    assert "Your first name is now Marguerite." in words(
        client.post(f"/p/{token}", {"action": "name", "first_name": " Marguerite "})
    )
    assert Subscriber.objects.get().first_name == "Marguerite"
    client.post(f"/p/{token}", {"action": "name", "first_name": ""})
    assert Subscriber.objects.get().first_name == ""


def test_appeals_are_turned_off_for_all_publications_and_on_again(
    client: Client, token: str, publication: Publication
) -> None:
    page = words(client.post(f"/p/{token}", {"action": "appeals-off"}))
    assert "Your emails will contain no appeals. An email that is already being sent may still have one." in page
    assert Subscriber.objects.get().no_appeals
    again = words(client.post(f"/p/{token}", {"action": "appeals-off"}))  # a repeated click
    assert "Your emails contain no appeals for donations. Get appeals again" in again
    record = signed_in(make.person(Role.AUDIENCE, "Anna")).get(f"/readers/{Subscriber.objects.get().pk}/")
    assert "Appeals chose emails without them" in words(record)
    assert "Your emails may contain appeals again." in words(client.post(f"/p/{token}", {"action": "appeals-on"}))
    assert not Subscriber.objects.get().no_appeals


def test_the_web_version_for_who_chose_no_appeals_has_none_either(client: Client, publication: Publication) -> None:
    make.appeal(publication)
    reader = make.reader(publication)
    asking = make.approved_edition(publication, due_at=make.MONDAY + timedelta(days=1))
    address = f"/v/{reader_links.token_signer(asking.pk)(reader.pk)}?letter=plain"
    page = client.get(address, follow=True)
    assert page.redirect_chain[-1][0].endswith("?letter=plain")
    assert "Readers pay for this" not in page.content.decode()
    assert "Readers pay for this" in client.get(address.partition("?")[0], follow=True).content.decode()


def test_a_hostile_name_is_shown_as_a_name(client: Client, token: str) -> None:
    page = client.post(f"/p/{token}", {"action": "name", "first_name": '"><img src=x>'})
    assert b"<img" not in page.content


@pytest.mark.parametrize("months", ["1", "3"])
def test_a_pause_is_taken_and_ended(client: Client, token: str, months: str) -> None:
    assert "Paused until" in words(client.post(f"/p/{token}", {"action": "pause", "months": months}))
    paused = Subscription.objects.get()
    assert paused.status == SubscriptionStatus.PAUSED
    assert paused.paused_until
    days = (paused.paused_until - clock.now().date()).days
    assert int(months) * 27 < days <= int(months) * 31
    assert "Your pause has ended." in words(client.post(f"/p/{token}", {"action": "resume"}))
    assert status() == SubscriptionStatus.ACTIVE


@pytest.mark.parametrize(
    "form",
    [{}, {"action": "x"}, {"action": "pause"}, {"action": "pause", "months": "2"}, {"action": "pause", "months": "-1"}],
)
def test_what_the_page_does_not_offer_changes_nothing(client: Client, token: str, form: dict[str, str]) -> None:
    page = client.post(f"/p/{token}", form)
    assert page.status_code == 200
    assert "is not" in words(page)
    assert status() == SubscriptionStatus.ACTIVE


def test_leaving_by_the_preferences_can_be_undone_on_the_page_that_says_so(client: Client, token: str) -> None:
    before = Subscription.objects.values().get()
    page = client.post(f"/p/{token}", {"action": "unsubscribe"})
    assert "You are unsubscribed." in words(page)
    assert "there is nothing to pause" in words(client.post(f"/p/{token}", {"action": "resume"}))
    undone = client.post(f"/p/{token}", {"action": "undo", "undo": undo_in(page)})
    assert "You are subscribed as before. You will receive the next edition." in words(undone)
    assert Subscription.objects.values().get() == before


def test_looking_at_preferences_changes_nothing(client: Client, token: str) -> None:
    for ask in (client.get, client.head):
        ask(f"/p/{token}?action=unsubscribe")
    assert status() == SubscriptionStatus.ACTIVE


def test_somebody_not_confirmed_is_told_so(client: Client, token: str) -> None:
    Subscription.objects.update(status=SubscriptionStatus.PENDING)
    assert "not confirmed yet" in words(client.get(f"/p/{token}"))


def test_the_web_version_is_the_letter_at_an_address_of_nobodys(client: Client, token: str, nobodys: str) -> None:
    answer = client.get(f"/v/{token}")
    assert answer["Location"] == f"/v/{nobodys}"
    letter = client.get(answer["Location"])
    assert letter.status_code == 200
    assert b"The bridge opens" in letter.content
    assert token.encode() not in letter.content
    assert b"__nl_" not in letter.content
    assert b"Rita" not in letter.content
    assert f"/u/{nobodys}".encode() in letter.content


def test_who_is_thanked_is_not_asked_on_the_web_either(client: Client, publication: Publication) -> None:
    make.appeal(publication)
    rita = make.rita(publication)
    edition = make.approved_edition(publication, due_at=clock.now() + timedelta(hours=1))
    token = reader_links.token_signer(edition.pk)(rita.pk)
    in_letter = edition.letters.get(variant="thanks").text.replace("__nl_reader__", token)
    assert f"/v/{token}?letter=thanks" in in_letter
    answer = client.get(f"/v/{token}?letter=thanks")
    page = client.get(answer["Location"]).content
    assert b"Thank you for your gift" in page
    assert b"Readers pay for this" not in page
    assert token.encode() not in page
    assert b"Readers pay for this" in client.get(client.get(f"/v/{token}")["Location"]).content


def test_looking_at_the_web_version_changes_nothing(client: Client, token: str, nobodys: str) -> None:
    for path in (f"/v/{token}", f"/v/{nobodys}"):
        client.get(path)
        client.head(path)
    assert status() == SubscriptionStatus.ACTIVE


def test_the_links_of_a_copy_passed_on_change_nothing_and_say_why(
    client: Client, rita: Subscriber, nobodys: str
) -> None:
    for path in (f"/u/{nobodys}", f"/p/{nobodys}"):
        for answer in (client.get(path), client.post(path, {"action": "unsubscribe"})):
            assert answer.status_code == 200
            assert "does not belong to a subscriber" in words(answer)
    assert status() == SubscriptionStatus.ACTIVE


def test_a_damaged_link_is_a_kind_page_that_tells_another_way(
    client: Client, token: str, publication: Publication
) -> None:
    flipped = ("A" if token[9] != "A" else "B").join([token[:9], token[10:]])
    for damaged in (token[:-1], token + "x", flipped, "x", "\u00e9", token + "/x"):
        for letter in "upv":
            page = client.get(f"/{letter}/{damaged}")
            assert page.status_code == 404
            assert "This link is invalid or has expired" in words(page)
            assert "reply to any of our emails" in words(page)
            assert publication.postal_address in words(page)
            assert client.post(f"/{letter}/{damaged}").status_code == 404
    assert status() == SubscriptionStatus.ACTIVE


@pytest.mark.django_db
@given(token=st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=0x2FF), min_size=1, max_size=80))
def test_no_made_up_token_breaks_anything(token: str) -> None:
    client = Client()
    for letter in "upv":
        assert client.get(f"/{letter}/x{token}").status_code == 404


def test_no_page_for_readers_sets_a_cookie_or_is_kept_or_found(client: Client, token: str, nobodys: str) -> None:
    for path in (f"/u/{token}", f"/p/{token}", f"/v/{token}", f"/v/{nobodys}", f"/u/{nobodys}", "/u/damaged"):
        for answer in (client.get(path), client.post(path, {"action": "resume"})):
            assert not answer.cookies
            assert "Cookie" not in answer.get("Vary", "")
            assert answer["Referrer-Policy"] == "no-referrer"
            assert answer["X-Robots-Tag"] == "noindex, nofollow"
            assert answer["Cache-Control"] == "private, no-store"


def test_readers_pages_wear_their_publications_colour(client: Client, token: str, publication: Publication) -> None:
    assert 'href="/brand/morning.css"' in client.get(f"/u/{token}").content.decode()
    css = client.get("/brand/morning.css")
    assert css["Content-Type"].startswith("text/css")
    assert "--brand: #1a5f7a" in css.content.decode()
    assert client.get("/brand/nowhere.css").status_code == 404


def test_every_link_in_a_letter_leads_to_a_page(client: Client, token: str, edition: Edition) -> None:
    html = edition.letters.get().html.replace("__nl_reader__", token)
    paths = set(re.findall(rf'"[^"]*(/[upv]/{token})"', html))
    assert {path[:3] for path in paths} == {"/u/", "/p/", "/v/"}
    assert all(client.get(path, follow=True).status_code == 200 for path in paths)
