"""Emails to staff: ordered with the act, sent once, never lost while the provider is away, bounded by a rate."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage, send_mail
from django.db import transaction

from newsletter.accounts import staff_emails
from newsletter.accounts.staff_email_models import StaffEmail
from newsletter.delivery.recipients import staff_email_sending
from newsletter.delivery.recipients.single_emails import SendResult
from newsletter.lib import clock
from newsletter.mail.sendgrid import mail_send_client
from newsletter.postbox.postbox import Postbox
from tests.support import factories as make
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(postbox: Postbox) -> Iterator[mail_send_client.Client]:
    with closing(mail_send_client.Client(key="k", base=postbox.url, connect_timeout=2, answer_timeout=5)) as client:
        yield client


def order(to: str = "cora@example.org", *, now: datetime = MONDAY, **said: Any) -> StaffEmail:
    said = {"subject": "Edition 5", "lines": ["Two <teasers> are missing."], **said}
    return staff_emails.order_note(to, now=now, **said)


def test_an_email_is_sent_once_with_text_and_html_and_its_row_forgets_what_it_said(
    postbox: Postbox, provider: mail_send_client.Client
) -> None:
    order(label="Open the edition", link="https://desk.example/editions/5/?a=1&b=2")
    for _ in range(2):
        assert staff_email_sending.send_due(client=provider, clock=lambda: MONDAY, limit=5)
    [sent] = postbox.letters()
    assert (sent["address"], sent["subject"]) == ("cora@example.org", "Edition 5")
    assert "Two <teasers> are missing." in sent["text"]
    assert "https://desk.example/editions/5/?a=1&b=2" in sent["text"]
    assert "Two &lt;teasers&gt; are missing." in sent["html"]
    assert "prefers-color-scheme: dark" in sent["html"]
    assert 'style="' in sent["html"]
    row = StaffEmail.objects.get()
    assert (row.sent_at, row.content) == (MONDAY, {})


def test_what_django_sends_becomes_an_order_in_the_transaction_of_the_act(
    postbox: Postbox, provider: mail_send_client.Client, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "newsletter.accounts.email_backend.EmailBackend"  # Django's test runner sets another
    with transaction.atomic():
        send_mail("Not this one", "Its act failed.", None, ["cora@example.org"])
        transaction.set_rollback(True)
    assert send_mail("Hello", "First.\n\nSecond.", "anybody@example.org", ["cora@example.org"]) == 1
    assert postbox.letters() == []
    staff_email_sending.send_due(client=provider, clock=clock.now, limit=5)
    [sent] = postbox.letters()
    assert sent["subject"] == "Hello"
    assert "First.\n\nSecond." in sent["text"]
    with pytest.raises(ValueError, match="attachments"):
        EmailMessage("Hello", "…", to=["cora@example.org"], attachments=[("a.txt", "…", "text/plain")]).send()


def test_it_is_kept_and_tried_again_for_days_while_the_provider_is_away(
    postbox: Postbox, provider: mail_send_client.Client
) -> None:
    order()
    postbox.order(do="status", status=503, times=None)
    now, tries = MONDAY, 0
    while now < MONDAY + timedelta(days=6):
        tries += staff_email_sending.send_next(client=provider, now=now) == SendResult.DELAYED
        now = StaffEmail.objects.get().try_at or now
    assert tries > 100
    assert StaffEmail.objects.get().problem == ""
    postbox.clear_orders()
    assert staff_email_sending.send_next(client=provider, now=now) == SendResult.SETTLED
    assert len(postbox.letters()) == 1


def test_a_refused_address_is_given_up_and_the_next_one_is_sent(
    postbox: Postbox, provider: mail_send_client.Client
) -> None:
    order("gone@example.org")
    postbox.order(do="status", status=400)
    assert staff_email_sending.send_next(client=provider, now=MONDAY) == SendResult.SETTLED
    postbox.clear_orders()
    order()
    staff_email_sending.send_due(client=provider, clock=lambda: MONDAY, limit=5)
    assert [sent["address"] for sent in postbox.letters()] == ["cora@example.org"]
    assert "not accepted" in StaffEmail.objects.get(to="gone@example.org").problem


def test_no_more_leave_in_a_minute_than_the_setting_says(
    postbox: Postbox, provider: mail_send_client.Client, settings: Any
) -> None:
    settings.STAFF_EMAILS_PER_MINUTE = 3
    for number in range(5):
        order(f"person{number}@example.org")
    for _ in range(3):
        staff_email_sending.send_due(client=provider, clock=lambda: MONDAY, limit=50)
    assert len(postbox.letters()) == 3
    staff_email_sending.send_due(client=provider, clock=lambda: MONDAY + timedelta(seconds=61), limit=50)
    assert len(postbox.letters()) == 5


def test_it_comes_from_the_oldest_publication_unless_a_setting_names_another_sender(settings: Any) -> None:
    assert staff_email_sending.staff_sender().email == "newsletter@127.0.0.1"
    make.publication(sender_email="desk@tideline.example")
    assert staff_email_sending.staff_sender().email == "desk@tideline.example"
    settings.STAFF_EMAIL_SENDER = "staff@tideline.example"
    assert staff_email_sending.staff_sender().email == "staff@tideline.example"


def test_it_waits_for_its_time_and_is_deleted_after_a_month(provider: mail_send_client.Client) -> None:
    order(not_before=MONDAY + timedelta(hours=1))
    assert staff_email_sending.send_next(client=provider, now=MONDAY) == SendResult.NONE_DUE
    assert staff_email_sending.send_next(client=provider, now=MONDAY + timedelta(hours=1)) == SendResult.SETTLED
    staff_emails.delete_old(now=MONDAY + timedelta(days=31))
    assert not StaffEmail.objects.exists()
