"""The sign-up page: it says the same about every address, and cannot be used to flood a mailbox."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from newsletter.audience import subscription_confirmation, suppressions
from newsletter.audience.models import (
    Confirmation,
    ConsentEvent,
    ConsentWording,
    SignUpCount,
    Subscriber,
    Subscription,
    SubscriptionStatus,
)
from newsletter.delivery.recipients import confirmation_emails
from newsletter.lib import clock
from newsletter.mail.sendgrid import mail_send_client
from newsletter.postbox.postbox import Postbox
from newsletter.publications.models import Publication
from newsletter.web.readers import embedded_form
from newsletter.web.readers.join import DECOY
from tests.support import factories as make
from tests.web.asking import words

pytestmark = pytest.mark.django_db
PAGE = "/j/morning"
RITA = "rita@example.org"
LOOK = "One step left"


@pytest.fixture(autouse=True)
def _no_minimum(settings: Any) -> None:
    settings.SIGN_UP_MIN_SECONDS = 0


@pytest.fixture
def provider(postbox: Postbox) -> Iterator[mail_send_client.Client]:
    with closing(mail_send_client.Client(key="k", base=postbox.url, connect_timeout=20, answer_timeout=20)) as client:
        yield client


def stamp(client: Client, page: str = PAGE) -> str:
    found = re.search(r'name="stamp" value="([^"]+)"', client.get(page).content.decode())
    assert found
    return found[1]


def join(client: Client, email: str = RITA, *, page: str = PAGE, **others: Any) -> Any:
    origin = {"REMOTE_ADDR": others.pop("origin", "192.0.2.1")}
    return client.post(page, {"email": email, "stamp": stamp(client, page), **others}, **origin)


def sent(postbox: Postbox, provider: mail_send_client.Client) -> list[Any]:
    assert confirmation_emails.send_due(client=provider, clock=clock.now, limit=100)
    return postbox.letters()


def link_in(email: Any) -> str:
    found = re.search(r"http\S+(/c/\S+)", email["text"])
    assert found
    return found[1]


def test_looking_changes_nothing(client: Client, publication: Publication) -> None:
    for ask in (client.get, client.head):
        page = ask(PAGE)
        assert page.status_code == 200
        assert not page.cookies
    assert "Subscribe to The Morning Post" in words(client.get(PAGE))
    assert not Subscriber.objects.exists()
    assert not ConsentWording.objects.exists()


def test_the_link_in_the_email_confirms_in_the_browser_that_signed_up(
    client: Client, publication: Publication, postbox: Postbox, provider: mail_send_client.Client
) -> None:
    assert LOOK in words(join(client))
    [email] = sent(postbox, provider)
    assert dict(email["headers"])["To"] == RITA
    link = link_in(email)
    assert link in email["html"]
    for ask in (client.get, client.head):
        assert ask(link).status_code == 200
    assert Subscription.objects.get().status == SubscriptionStatus.PENDING
    assert b"data-automatic" in client.get(link).content
    assert "You are subscribed" in words(client.post(link))
    assert Subscription.objects.get().status == SubscriptionStatus.ACTIVE
    event = ConsentEvent.objects.get(act="given")
    assert event.method == "same-browser"
    assert event.form.endswith(PAGE)
    assert event.wording
    assert event.wording.text.replace(" ", "") in words(client.get(PAGE)).replace(" ", "")


def test_another_browser_shows_a_button(
    client: Client, publication: Publication, postbox: Postbox, provider: mail_send_client.Client
) -> None:
    join(client)
    link, other = link_in(sent(postbox, provider)[0]), Client()
    assert b"data-automatic" not in other.get(link).content
    assert b"<script" not in other.get(link).content
    other.post(link)
    assert ConsentEvent.objects.get(act="given").method == "button"


def test_a_link_that_is_opened_again_says_that_it_is_done(
    client: Client, publication: Publication, postbox: Postbox, provider: mail_send_client.Client
) -> None:
    join(client)
    link = link_in(sent(postbox, provider)[0])
    client.post(link)
    for again in (client.get(link), client.post(link), Client().get(link)):
        assert again.status_code == 200
        assert "You are subscribed" in words(again)
        assert b"<form" not in again.content
    assert ConsentEvent.objects.filter(act="given").count() == 1


def test_the_cookie_is_for_one_address_and_one_day(
    client: Client, publication: Publication, postbox: Postbox, provider: mail_send_client.Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    join(client)
    [cookie] = client.cookies.values()
    assert (cookie["path"], cookie["samesite"], cookie["httponly"]) == ("/c/", "Lax", True)
    stranger = Client()
    join(stranger, "eve@example.org")  # her cookie does not confirm for Rita
    link = link_in(next(email for email in sent(postbox, provider) if dict(email["headers"])["To"] == RITA))
    assert b"data-automatic" not in stranger.get(link).content
    later = clock.now() + timedelta(hours=25)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert b"data-automatic" not in client.get(link).content


def test_the_answer_is_the_same_for_every_address(
    client: Client, publication: Publication, postbox: Postbox, provider: mail_send_client.Client
) -> None:
    subscribed = make.reader(publication).email
    left = make.reader(publication, status=SubscriptionStatus.UNSUBSCRIBED).email
    suppressions.suppress("blocked@example.org", reason="person")
    suppressions.remember_erased("erased@example.org")
    addresses = ["new@example.org", subscribed, left, "blocked@example.org", "erased@example.org", "new@example.org"]
    answers = []
    for number, address in enumerate(addresses):
        answer = join(Client(), address, origin=f"192.0.{number}.1")
        answers.append((answer.status_code, words(answer).replace(address, "ADDRESS"), [*answer.cookies]))
    assert len({repr(answer) for answer in answers}) == 1
    mailed = sorted(dict(email["headers"])["To"] for email in sent(postbox, provider))
    assert mailed == sorted(["erased@example.org", "new@example.org", subscribed, left])


def test_the_email_to_a_subscribed_reader_says_so_and_has_no_link(
    client: Client, publication: Publication, postbox: Postbox, provider: mail_send_client.Client
) -> None:
    join(client, make.reader(publication).email)
    [email] = sent(postbox, provider)
    assert dict(email["headers"])["Subject"] == "You are already subscribed to The Morning Post"
    assert "/c/" not in email["text"] + email["html"]


@pytest.mark.long
def test_many_posts_send_at_most_the_cap(
    publication: Publication, postbox: Postbox, provider: mail_send_client.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """List bombing: a thousand networks, one victim, a month."""
    publications = [PAGE, *(f"/j/{make.publication().slug}" for _ in range(3))]
    client, begin = Client(), clock.now()
    for number in range(400):
        moment = begin + timedelta(hours=2 * number % 600)
        monkeypatch.setattr(clock, "now", lambda moment=moment: moment)
        origin = f"198.{number % 200}.{number // 200}.9"
        assert LOOK in words(join(client, page=publications[number % 4], origin=origin))
    assert len(sent(postbox, provider)) <= 3


def test_one_network_is_stopped(client: Client, publication: Publication) -> None:
    answers = [join(client, f"reader{number}@example.org").status_code for number in range(8)]
    assert answers == [200] * 5 + [429] * 3
    assert Subscription.objects.count() == 5
    assert "too many sign-ups from your network" in words(join(client, "last@example.org"))
    assert join(client, "other@example.org", origin="203.0.113.5").status_code == 200


@pytest.mark.parametrize(
    ("origin", "network"), [("192.0.2.77", "192.0.2.0/24"), ("2001:db8::1", "2001:db8::/64"), ("", "")]
)
def test_the_evidence_holds_a_network_and_no_address(
    client: Client, publication: Publication, origin: str, network: str
) -> None:
    join(client, origin=origin)
    assert ConsentEvent.objects.get().network == network


def test_a_program_that_fills_in_every_field_changes_nothing(client: Client, publication: Publication) -> None:
    assert LOOK in words(join(client, subject="Cheap watches"))
    assert not Subscriber.objects.exists()
    assert not SignUpCount.objects.exists()


def test_a_form_that_came_too_fast_or_too_late_is_shown_again(
    client: Client, publication: Publication, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SIGN_UP_MIN_SECONDS = 2
    fast = join(client)
    assert "Check your address and press the button." in words(fast)
    assert RITA in fast.content.decode()
    old, now = stamp(client), clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=25))
    assert "press the button" in words(client.post(PAGE, {"email": RITA, "stamp": old}))
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=1))
    assert LOOK in words(client.post(PAGE, {"email": RITA, "stamp": old}))


@pytest.mark.parametrize("made_up", ["", "x", "A" * 43, "é"])
def test_a_form_of_another_site_takes_one_more_press(client: Client, publication: Publication, made_up: str) -> None:
    other = stamp(client, f"/j/{make.publication().slug}")
    for given in (made_up, other):
        answer = client.post(PAGE, {"email": RITA, "stamp": given}, headers={"origin": "https://newsroom.example"})
        assert "press the button" in words(answer)
        assert not Subscriber.objects.exists()


def test_a_typing_slip_is_asked_about(client: Client, publication: Publication) -> None:
    answer = join(client, "rita@gmial.com")
    assert "Did you mean rita@gmail.com" in words(answer)
    assert not Subscriber.objects.exists()
    assert LOOK in words(join(client, "rita@gmial.com", keep="rita@gmial.com"))
    assert LOOK in words(join(client, "rita@gmail.com", keep="rita@gmial.com"))
    assert set(Subscriber.objects.values_list("email", flat=True)) == {"rita@gmial.com", "rita@gmail.com"}


@pytest.mark.parametrize(
    "typed",
    ["", "rita", "<script>alert(1)</script>", "a@b@c", "x" * 5000, "\u202egro.elpmaxe@atir", "rita@exa\0mple.org"],
)
def test_what_is_no_address_is_said(client: Client, publication: Publication, typed: str) -> None:
    answer = join(client, typed)
    assert "This is not a valid email address." in words(answer)
    assert b"<script>" not in answer.content
    assert not Subscriber.objects.exists()


def test_a_closed_or_paused_publication_takes_nobody(client: Client, publication: Publication) -> None:
    given = stamp(client)
    for change in ({"sign_up_open": False}, {"is_active": False}):
        Publication.objects.update(**{"sign_up_open": True, "is_active": True} | change)
        for answer in (client.get(PAGE), client.post(PAGE, {"email": RITA, "stamp": given})):
            assert answer.status_code == 404
            assert "takes no sign-ups" in words(answer)
    assert client.get("/j/nothing").status_code == 404
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize("language", ["ar", "he", "fr", "de", "es"])
def test_the_page_and_the_email_speak_the_language_of_the_publication(
    client: Client, postbox: Postbox, provider: mail_send_client.Client, language: str
) -> None:
    publication = make.publication(language=language)
    page = f"/j/{publication.slug}"
    assert (
        f'lang="{language}" dir="{"rtl" if language in ("ar", "he") else "ltr"}"' in client.get(page).content.decode()
    )
    assert "Subscribe" not in words(client.get(page))
    assert "One step" not in words(join(client, page=page))
    [email] = sent(postbox, provider)
    assert f'lang="{language}"' in email["html"]
    assert "Confirm your" not in email["text"] + dict(email["headers"])["Subject"]
    assert "Confirm your" not in words(client.get(link_in(email)))


@pytest.mark.django_db(transaction=True)
def test_presses_at_the_same_time_order_one_email(publication: Publication) -> None:
    def press(number: int) -> int:
        client = Client()
        try:
            return int(join(client, origin=f"198.51.{number}.1").status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(press, range(16))) == {200}
    assert Confirmation.objects.count() == Subscription.objects.count() == Subscriber.objects.count() == 1
    assert ConsentEvent.objects.count() == 1
    assert ConsentWording.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_confirmations_at_the_same_time_are_one_consent(publication: Publication) -> None:
    join(Client())
    link = f"/c/{subscription_confirmation.create_token(Confirmation.objects.get())}"

    def press(_: int) -> int:
        try:
            return int(Client().post(link).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(press, range(6))) == {200}
    assert ConsentEvent.objects.filter(act="given").count() == 1


def test_the_form_for_the_own_site_sends_what_the_page_reads(client: Client, publication: Publication) -> None:
    html = embedded_form.form_html(publication)
    assert '/j/morning" method="post"' in html
    names = re.findall(r'name="([^"]+)"', html)
    assert names == ["email", DECOY]
    assert "<script" not in html
    assert "style" not in html
    assert "press the button" in words(client.post(PAGE, dict.fromkeys(names, "") | {"email": RITA}))
