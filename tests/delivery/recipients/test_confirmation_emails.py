"""The emails that ask people to confirm: sent apart from editions, and never lost while the provider is away."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta

import pytest

from newsletter.audience import subscription_confirmation, subscriptions
from newsletter.audience.consent_events import ConsentEvidence
from newsletter.audience.models import Confirmation, ConsentMethod, Subscription
from newsletter.audience.sign_up import sign_up
from newsletter.delivery.models import Attempt, Batch, Dispatch
from newsletter.delivery.recipients import confirmation_emails
from newsletter.delivery.recipients.single_emails import SendResult
from newsletter.mail.sendgrid import mail_send_client
from newsletter.postbox.postbox import Postbox
from newsletter.publications.models import Publication
from tests.support import factories as make
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db
PAGE = ConsentEvidence(ConsentMethod.SIGN_UP_PAGE, "/j/morning")


@pytest.fixture
def publication() -> Publication:
    return make.publication()


@pytest.fixture
def provider(postbox: Postbox) -> Iterator[mail_send_client.Client]:
    with closing(mail_send_client.Client(key="k", base=postbox.url, connect_timeout=20, answer_timeout=20)) as client:
        yield client


def asked(publication: Publication, number: int = 0, now: datetime = MONDAY) -> None:
    assert sign_up(publication, email=f"reader{number}@example.org", evidence=PAGE, now=now)


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 503}, {"status": 429}, {"status": 401}, {"status": 403}])
def test_a_fault_of_the_provider_or_the_account_only_delays(
    publication: Publication, postbox: Postbox, provider: mail_send_client.Client, fault: dict[str, int]
) -> None:
    asked(publication)
    postbox.order(do="status", **fault)
    assert confirmation_emails.send_next(client=provider, now=MONDAY) == SendResult.DELAYED
    postbox.clear_orders()
    now = MONDAY + timedelta(seconds=11)
    assert confirmation_emails.send_next(client=provider, now=now) == SendResult.SETTLED
    assert len(postbox.letters()) == 1
    assert Confirmation.objects.get().sent_at == now


def test_an_email_that_the_provider_refuses_is_given_up(
    publication: Publication, postbox: Postbox, provider: mail_send_client.Client
) -> None:
    asked(publication)
    postbox.order(do="status", status=400)
    assert confirmation_emails.send_next(client=provider, now=MONDAY) == SendResult.SETTLED
    assert Confirmation.objects.get().problem
    assert confirmation_emails.send_next(client=provider, now=MONDAY + timedelta(days=1)) == SendResult.NONE_DUE


def test_while_the_provider_is_away_one_try_is_made_and_the_others_wait(publication: Publication) -> None:
    for number in range(5):
        asked(publication, number)
    away = mail_send_client.Client(key="k", base="http://127.0.0.1:1", connect_timeout=1, answer_timeout=1)
    assert not confirmation_emails.send_due(client=away, clock=lambda: MONDAY, limit=50)
    assert sorted(Confirmation.objects.values_list("tries", flat=True)) == [0, 0, 0, 0, 1]


@pytest.mark.long
def test_a_provider_that_is_away_for_five_days_costs_nobody_the_email(
    publication: Publication, postbox: Postbox, provider: mail_send_client.Client
) -> None:
    asked(publication)
    away = mail_send_client.Client(key="k", base="http://127.0.0.1:1", connect_timeout=1, answer_timeout=1)
    for hour in range(5 * 24):
        confirmation_emails.send_next(client=away, now=MONDAY + timedelta(hours=hour))
    now = MONDAY + timedelta(days=5, hours=1)
    assert confirmation_emails.send_next(client=provider, now=now) == SendResult.SETTLED
    token = subscription_confirmation.create_token(Confirmation.objects.get())
    assert subscription_confirmation.is_open(subscription_confirmation.parse_token(token), now=now)


def test_a_run_is_bounded(publication: Publication, postbox: Postbox, provider: mail_send_client.Client) -> None:
    for number in range(5):
        asked(publication, number)
    assert confirmation_emails.send_due(client=provider, clock=lambda: MONDAY, limit=3)
    assert Confirmation.objects.exclude(sent_at=None).count() == 3


def test_the_email_is_no_part_of_an_edition(
    publication: Publication, postbox: Postbox, provider: mail_send_client.Client
) -> None:
    asked(publication)
    confirmation_emails.send_next(client=provider, now=MONDAY)
    assert [model.objects.count() for model in (Dispatch, Batch, Attempt)] == [0, 0, 0]
    [call] = postbox.calls()
    assert set(json.loads(call["args"] or "{}")) <= {"nl_installation"}


def test_who_unsubscribed_before_the_reminder_left_does_not_get_it(
    publication: Publication, postbox: Postbox, provider: mail_send_client.Client
) -> None:
    reader = make.reader(publication)
    sign_up(publication, email=reader.email, evidence=PAGE, now=MONDAY)
    subscriptions.unsubscribe(subscriber_id=reader.pk, publication_id=publication.pk, by="page", now=MONDAY)
    confirmation_emails.send_next(client=provider, now=MONDAY)
    assert postbox.letters() == []
    assert "unsubscribed since" in Confirmation.objects.get().problem


def test_the_email_has_both_parts_dark_mode_and_the_brand(publication: Publication) -> None:
    publication.accent_colour = "#8a2b3c"
    asked(publication)
    letter = confirmation_emails.letter(Confirmation.objects.get(), publication)
    assert "prefers-color-scheme: dark" in letter.html
    assert "#8a2b3c" in letter.html
    assert "<script" not in letter.html
    assert publication.postal_address in letter.text
    assert "style=" in letter.html  # inlined
    assert Subscription.objects.get().status == "pending"


@pytest.mark.parametrize("name", ["مرحبا <b>&amp;</b>", "A\u202eB", "x" * 120, "{publication} {day}", "%s %(a)s"])
def test_a_wild_name_of_a_publication_is_printed_as_it_is(name: str) -> None:
    publication = make.publication(name=name)
    asked(publication)
    letter = confirmation_emails.letter(Confirmation.objects.get(), publication)
    assert "<b>&amp;" not in letter.html
    assert "\n" not in letter.subject
    assert name.split(maxsplit=1)[0][:60] in letter.text.replace("\n", " ")
