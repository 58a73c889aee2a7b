"""The email that asks a person who left whether they want to come back: sent, tried again, or given up."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest

from newsletter.audience import resubscribe_confirmation, suppressions
from newsletter.audience.models import Confirmation, Subscription, SubscriptionStatus
from newsletter.delivery.ledger import installation
from newsletter.delivery.recipients import confirmation_emails
from newsletter.lib import claim_rows
from newsletter.mail.sendgrid.mail_send_client import Client
from newsletter.postbox.postbox import Postbox
from tests.support import factories as make
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db
TRIES = len(confirmation_emails.RETRY_WAITS) + 1


def order() -> Confirmation:
    reader = make.reader(make.publication(), status=SubscriptionStatus.UNSUBSCRIBED)
    return resubscribe_confirmation.request_confirmation(Subscription.objects.get(subscriber=reader), now=MONDAY)


@pytest.fixture
def away() -> Iterator[Client]:
    """A provider that does not answer."""
    with closing(Client(key="k", base="http://127.0.0.1:1", connect_timeout=1, answer_timeout=1)) as made:
        yield made


def test_it_is_sent_once_and_names_the_installation_that_sent_it(client: Client, postbox: Postbox) -> None:
    orders = order(), order()
    installation.check()
    assert confirmation_emails.send_next(client=client, now=MONDAY)
    first, second = (Confirmation.objects.get(pk=one.pk) for one in orders)
    assert (first.sent_at, first.try_at, first.problem) == (MONDAY, None, "")
    assert (second.sent_at, second.tries) == (None, 0)
    assert confirmation_emails.send_next(client=client, now=MONDAY)
    assert not confirmation_emails.send_next(client=client, now=MONDAY + timedelta(days=1))
    sent = postbox.letters()
    assert [letter["address"] for letter in sent] == [one.subscription.subscriber.email for one in orders]
    assert {letter["custom_args"]["nl_installation"] for letter in sent} == {installation.cached_id()}


def test_each_try_waits_longer_and_the_last_one_gives_up(away: Client) -> None:
    order()
    now, waits = MONDAY, []
    while confirmation_emails.send_next(client=away, now=now):
        found = Confirmation.objects.get()
        if found.try_at:
            waits.append(found.try_at - now)
            assert not confirmation_emails.send_next(client=away, now=found.try_at - timedelta(seconds=1))
            now = found.try_at
    assert tuple(waits) == confirmation_emails.RETRY_WAITS
    assert found.problem.startswith("it was not accepted")


def test_an_order_whose_worker_is_lost_each_time_is_given_up(client: Client, postbox: Postbox) -> None:
    order()
    now = MONDAY
    for _ in range(TRIES):
        due = Confirmation.objects.due(now)
        claim_rows.claim(due, now=now, lease=confirmation_emails.LEASE, max_rows=1, max_tries=TRIES)
        assert not confirmation_emails.send_next(client=client, now=now)  # another worker has it
        now += confirmation_emails.LEASE
    assert confirmation_emails.send_next(client=client, now=now)
    assert Confirmation.objects.get().problem == "no try was completed"
    assert not confirmation_emails.send_next(client=client, now=now + timedelta(days=1))
    assert postbox.letters() == []


def test_an_address_that_was_suppressed_since_gets_nothing(client: Client, postbox: Postbox) -> None:
    suppressions.suppress(order().subscription.subscriber.email, reason="complaint")
    assert confirmation_emails.send_next(client=client, now=MONDAY)
    assert Confirmation.objects.get().problem == "the address is suppressed"
    assert postbox.letters() == []
