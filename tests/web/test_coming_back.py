"""Coming back: undone at once by who left, later only by who opens the link in an email to the mailbox."""

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from newsletter.audience import subscription_confirmation, suppressions
from newsletter.audience.models import Confirmation, Subscriber, Subscription, SubscriptionStatus, Suppression
from newsletter.delivery.recipients import confirmation_emails, reader_links
from newsletter.delivery.recipients.single_emails import SendResult
from newsletter.editions.models import Edition
from newsletter.lib import clock
from newsletter.mail.sendgrid import mail_send_client
from newsletter.postbox.postbox import Postbox
from newsletter.publications.models import Publication
from tests.support import factories as make
from tests.web.asking import words
from tests.web.test_readers import undo_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita(publication: Publication) -> Subscriber:
    return make.rita(publication)


@pytest.fixture
def token(publication: Publication, rita: Subscriber) -> str:
    """In an old email of hers, which she forwarded."""
    return reader_links.token_signer(make.edition(publication).pk)(rita.pk)


@pytest.fixture
def provider(postbox: Postbox) -> Iterator[mail_send_client.Client]:
    with closing(mail_send_client.Client(key="k", base=postbox.url, connect_timeout=20, answer_timeout=20)) as client:
        yield client


def left(client: Client, token: str, *, ago: timedelta = timedelta(0)) -> Any:
    page = client.post(f"/u/{token}")
    Subscription.objects.update(unsubscribed_at=clock.now() - ago)
    return page


def status() -> str:
    return Subscription.objects.get().status


def emails(postbox: Postbox, provider: mail_send_client.Client) -> list[Any]:
    """All that were sent, once what is ordered is sent."""
    assert confirmation_emails.send_due(client=provider, clock=clock.now, limit=100)
    return postbox.letters()


def link_in(email: Any) -> str:
    found = re.search(r"http\S+/c/\S+", email["text"])
    assert found
    return found[0][found[0].index("/c/") :]


def test_an_old_link_brings_nobody_back_who_left(client: Client, token: str) -> None:
    left(client, token)
    answer = words(client.post(f"/p/{token}", {"action": "resubscribe"}))
    assert "We are sending you a confirmation email." in answer
    assert status() == SubscriptionStatus.UNSUBSCRIBED


def test_the_link_in_the_email_to_the_mailbox_does(
    client: Client, token: str, postbox: Postbox, provider: mail_send_client.Client
) -> None:
    left(client, token)
    client.post(f"/p/{token}", {"action": "resubscribe"})
    [email] = emails(postbox, provider)
    assert dict(email["headers"])["To"] == "rita@readers.example"
    assert link_in(email) in email["html"]
    for ask in (client.get, client.head):  # an email client that opens every link
        assert ask(link_in(email)).status_code == 200
    assert status() == SubscriptionStatus.UNSUBSCRIBED
    assert "You will receive The Morning Post by email. Nothing has changed yet." in words(client.get(link_in(email)))
    assert "You are subscribed You will receive The Morning Post by email." in words(client.post(link_in(email)))
    back = Subscription.objects.get()
    assert (back.status, back.consent_source) == (SubscriptionStatus.ACTIVE, subscription_confirmation.RETURNED)
    assert back.consent_at is not None
    assert clock.now() - back.consent_at < timedelta(minutes=1)


def test_the_link_works_once(client: Client, token: str, postbox: Postbox, provider: mail_send_client.Client) -> None:
    left(client, token)
    client.post(f"/p/{token}", {"action": "resubscribe"})
    link = link_in(emails(postbox, provider)[0])
    client.post(link)
    client.post(f"/u/{token}")
    used = client.post(link)
    assert (used.status_code, status()) == (410, SubscriptionStatus.UNSUBSCRIBED)
    assert "has expired or was already used" in words(used)
    assert "has expired or was already used" in words(client.get(link))


def test_the_link_works_for_seven_days(client: Client, token: str) -> None:
    left(client, token)
    client.post(f"/p/{token}", {"action": "resubscribe"})
    order = Confirmation.objects.get()
    order.asked_at -= timedelta(days=7, seconds=1)
    order.save()
    assert client.post(f"/c/{subscription_confirmation.create_token(order)}").status_code == 410
    assert status() == SubscriptionStatus.UNSUBSCRIBED


@pytest.mark.parametrize("odd", ["x", "A" * 43, ""])
def test_a_link_that_is_not_ours_is_damaged(client: Client, token: str, odd: str) -> None:
    for made in (odd, token):  # a token of another purpose
        for answer in (client.get(f"/c/{made}"), client.post(f"/c/{made}")):
            assert answer.status_code == 404
    assert not client.get(f"/c/{token}").cookies
    assert client.get(f"/c/{token}")["Referrer-Policy"] == "no-referrer"


def test_however_often_a_stranger_asks_the_mailbox_gets_one_email_a_day(
    client: Client, token: str, postbox: Postbox, provider: mail_send_client.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    left(client, token)
    for _ in range(5):
        client.post(f"/p/{token}", {"action": "resubscribe"})
        assert len(emails(postbox, provider)) == 1
    assert "We sent you a confirmation email at" in words(client.post(f"/p/{token}", {"action": "resubscribe"}))
    old = link_in(postbox.letters()[0])
    begin = clock.now()
    monkeypatch.setattr(clock, "now", lambda: begin + timedelta(hours=23, minutes=59))
    assert re.search(
        r"at \d\d:\d\d (today|yesterday) \(E[SD]T\)", words(client.post(f"/p/{token}", {"action": "resubscribe"}))
    )
    later = begin + timedelta(hours=24)
    monkeypatch.setattr(clock, "now", lambda: later)
    client.post(f"/p/{token}", {"action": "resubscribe"})
    first, second = emails(postbox, provider)
    assert client.post(old).status_code == 410  # the newer one stands in its place
    assert "You are subscribed" in words(client.post(link_in(second)))
    assert first["subject"] == second["subject"]


def test_who_leaves_by_mistake_undoes_it_on_the_spot_and_all_is_as_it_was(client: Client, token: str) -> None:
    Subscription.objects.update(status=SubscriptionStatus.PAUSED, paused_until=date(2030, 1, 2))
    before = Subscription.objects.values().get()
    page = client.post(f"/u/{token}?page")
    client.post(f"/p/{token}", {"action": "undo", "undo": undo_in(page)})
    assert Subscription.objects.values().get() == before


def test_only_the_page_that_answers_the_unsubscription_can_undo_it(client: Client, token: str) -> None:
    page = client.post(f"/u/{token}")
    assert undo_in(page)
    for other in (client.post(f"/u/{token}"), client.get(f"/u/{token}"), client.get(f"/p/{token}")):
        assert undo_in(other) == ""
    for made_up in ("", "x", token, undo_in(page)[:-1]):
        client.post(f"/p/{token}", {"action": "undo", "undo": made_up})
        assert status() == SubscriptionStatus.UNSUBSCRIBED


def test_after_half_an_hour_it_is_too_late_to_undo(client: Client, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    undo = undo_in(client.post(f"/u/{token}"))
    later = clock.now() + timedelta(minutes=31)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert "It is too late to undo this." in words(client.post(f"/p/{token}", {"action": "undo", "undo": undo}))
    assert status() == SubscriptionStatus.UNSUBSCRIBED


def test_an_undo_of_an_earlier_unsubscription_does_not_undo_a_later_one(client: Client, token: str) -> None:
    first = undo_in(client.post(f"/u/{token}"))
    client.post(f"/p/{token}", {"action": "undo", "undo": first})
    client.post(f"/u/{token}")
    client.post(f"/p/{token}", {"action": "undo", "undo": first})
    assert status() == SubscriptionStatus.UNSUBSCRIBED


def test_an_undo_of_one_reader_does_nothing_for_another(client: Client, token: str, publication: Publication) -> None:
    undo = undo_in(client.post(f"/u/{token}"))
    other = make.reader(publication, status=SubscriptionStatus.UNSUBSCRIBED)
    others = reader_links.token_signer(Edition.objects.get().pk)(other.pk)
    client.post(f"/p/{others}", {"action": "undo", "undo": undo})
    assert set(Subscription.objects.values_list("status", flat=True)) == {SubscriptionStatus.UNSUBSCRIBED}


@pytest.mark.parametrize("reason", ["person", "hard-bounce", "complaint", "desk", "provider"])
def test_a_suppressed_reader_is_told_what_stands_in_the_way_and_is_not_mailed(
    client: Client, token: str, rita: Subscriber, reason: str
) -> None:
    left(client, token)
    suppressions.suppress(rita.email, reason=reason)
    for answer in (client.get(f"/p/{token}"), client.post(f"/p/{token}", {"action": "resubscribe"})):
        assert suppressions.suppression_notice(rita.email) in words(answer).replace("&#39;", "'")
        assert "we will help you" in words(answer)
        assert "next email" not in words(answer)
        assert "Send confirmation email" not in words(answer)
    assert "Send confirmation email" not in words(client.get(f"/u/{token}"))
    assert not Confirmation.objects.exists()
    assert (status(), Suppression.objects.count()) == (SubscriptionStatus.UNSUBSCRIBED, 1)


def test_who_is_suppressed_after_asking_is_not_mailed_and_does_not_come_back(
    client: Client, token: str, rita: Subscriber, postbox: Postbox, provider: mail_send_client.Client
) -> None:
    left(client, token)
    client.post(f"/p/{token}", {"action": "resubscribe"})
    link = f"/c/{subscription_confirmation.create_token(Confirmation.objects.get())}"
    suppressions.suppress(rita.email, reason="person")
    assert "You asked us never to write" in words(client.post(link))
    assert emails(postbox, provider) == []
    assert (status(), Suppression.objects.count()) == (SubscriptionStatus.UNSUBSCRIBED, 1)


def test_the_end_of_a_pause_promises_nothing_that_does_not_come(client: Client, token: str, rita: Subscriber) -> None:
    suppressions.suppress(rita.email, reason="hard-bounce")
    client.post(f"/p/{token}", {"action": "pause", "months": "1"})
    assert "Your pause has ended. However, you will not receive emails: Emails to your address" in words(
        client.post(f"/p/{token}", {"action": "resume"})
    )
    Suppression.objects.all().delete()
    Publication.objects.update(is_active=False)
    client.post(f"/p/{token}", {"action": "pause", "months": "1"})
    assert "The Morning Post is not published at the moment." in words(client.post(f"/p/{token}", {"action": "resume"}))


def test_somebody_who_never_confirmed_may_ask_for_the_email(
    client: Client, token: str, postbox: Postbox, provider: mail_send_client.Client
) -> None:
    Subscription.objects.update(status=SubscriptionStatus.PENDING)
    assert "Send confirmation email" in words(client.get(f"/p/{token}"))
    client.post(f"/p/{token}", {"action": "resubscribe"})
    client.post(link_in(emails(postbox, provider)[0]))
    assert status() == SubscriptionStatus.ACTIVE


def test_who_is_subscribed_needs_no_email(client: Client, token: str) -> None:
    assert "You are subscribed." in words(client.post(f"/p/{token}", {"action": "resubscribe"}))
    assert not Confirmation.objects.exists()


def test_a_provider_that_is_away_delays_the_email_and_one_that_refuses_it_ends_it(
    client: Client, token: str, postbox: Postbox, provider: mail_send_client.Client
) -> None:
    left(client, token)
    client.post(f"/p/{token}", {"action": "resubscribe"})
    now, away = (
        clock.now(),
        mail_send_client.Client(key="k", base="http://127.0.0.1:1", connect_timeout=1, answer_timeout=1),
    )
    assert confirmation_emails.send_next(client=away, now=now) == SendResult.DELAYED
    assert confirmation_emails.send_next(client=provider, now=now) == SendResult.NONE_DUE
    assert confirmation_emails.send_next(client=provider, now=now + timedelta(seconds=11)) == SendResult.SETTLED
    assert len(postbox.letters()) == 1


@pytest.mark.long
def test_an_email_that_never_goes_out_is_given_up_and_said(client: Client, token: str) -> None:
    left(client, token)
    client.post(f"/p/{token}", {"action": "resubscribe"})
    away, now = (
        mail_send_client.Client(key="k", base="http://127.0.0.1:1", connect_timeout=1, answer_timeout=1),
        clock.now(),
    )
    tries = 1
    while confirmation_emails.send_next(client=away, now=now) == SendResult.DELAYED:
        tries, now = tries + 1, now + timedelta(hours=1)
    assert 6 * 24 <= tries < confirmation_emails.MAX_TRIES
    assert Confirmation.objects.get().problem
    assert "We could not send you the confirmation email" in words(
        client.post(f"/p/{token}", {"action": "resubscribe"})
    )


def test_the_email_reads_well_without_any_picture_or_script(publication: Publication, rita: Subscriber) -> None:
    order = Confirmation(subscription=Subscription.objects.get(), asked_at=clock.now().replace(microsecond=0))
    letter = confirmation_emails.letter(order, publication)
    assert letter.subject == "Confirm your subscription to The Morning Post"
    assert publication.postal_address in letter.text
    assert "<img" not in letter.html
    assert "<script" not in letter.html
