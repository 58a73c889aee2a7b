"""The emails with a link to a reader's own data: sent once, never lost, and only to the mailbox."""

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest
from django.test import Client as WebClient

from newsletter.audience import data_requests, suppressions
from newsletter.audience.data_request_models import DataRequest
from newsletter.audience.models import Subscriber
from newsletter.delivery.recipients import data_request_emails
from newsletter.delivery.recipients.single_emails import SendResult
from newsletter.lib import clock
from newsletter.lib.errors import BadToken, InvalidState
from newsletter.mail.sendgrid import mail_send_client
from newsletter.postbox.postbox import Postbox
from newsletter.publications.models import Publication
from tests.support import factories as make
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def publication() -> Publication:
    return make.publication()


@pytest.fixture
def rita(publication: Publication) -> Subscriber:
    return make.rita(publication)


@pytest.fixture
def provider(postbox: Postbox) -> Iterator[mail_send_client.Client]:
    with closing(mail_send_client.Client(key="k", base=postbox.url, connect_timeout=2, answer_timeout=5)) as client:
        yield client


def test_the_link_in_the_email_opens_the_data(
    publication: Publication, rita: Subscriber, postbox: Postbox, provider: mail_send_client.Client
) -> None:
    now = clock.now()
    data_requests.request_data(rita, publication, now=now)
    assert data_request_emails.send_due(client=provider, clock=lambda: now, limit=5)
    assert data_request_emails.send_next(client=provider, now=now) == SendResult.NONE_DUE
    [sent] = postbox.letters()
    assert sent["address"] == "rita@readers.example"
    found = re.search(r"http\S+(/d/\S+)", sent["text"])
    assert found
    assert WebClient().get(found[1]).status_code == 200


def test_one_email_a_day_and_the_link_ends_after_one(publication: Publication, rita: Subscriber) -> None:
    first = data_requests.request_data(rita, publication, now=MONDAY)
    again = data_requests.request_data(rita, publication, now=MONDAY + timedelta(hours=23))
    assert (again.pk, again.asked_at) == (first.pk, first.asked_at)
    token = data_requests.create_token(first)
    assert data_requests.open_request(token, now=MONDAY + timedelta(hours=23)).subscriber == rita
    with pytest.raises(BadToken):
        data_requests.open_request(token, now=MONDAY + timedelta(hours=25))
    later = data_requests.request_data(rita, publication, now=MONDAY + timedelta(hours=25))
    assert later.asked_at > first.asked_at
    with pytest.raises(BadToken):
        data_requests.open_request(token, now=MONDAY + timedelta(hours=1))  # a newer one replaced it
    data_requests.delete_expired(now=MONDAY + timedelta(days=3))
    assert not DataRequest.objects.exists()


def test_a_fault_of_the_provider_delays_and_a_refusal_gives_up(
    publication: Publication, rita: Subscriber, postbox: Postbox, provider: mail_send_client.Client
) -> None:
    data_requests.request_data(rita, publication, now=MONDAY)
    postbox.order(do="status", status=503)
    assert data_request_emails.send_next(client=provider, now=MONDAY) == SendResult.DELAYED
    postbox.clear_orders()
    postbox.order(do="status", status=400)
    assert data_request_emails.send_next(client=provider, now=MONDAY + timedelta(minutes=1)) == SendResult.SETTLED
    assert "not accepted" in DataRequest.objects.get().problem
    # asking again orders it again
    assert data_requests.request_data(rita, publication, now=MONDAY + timedelta(minutes=2)).problem == ""


def test_a_suppressed_address_is_told_to_write_and_gets_no_email(
    publication: Publication, rita: Subscriber, postbox: Postbox, provider: mail_send_client.Client
) -> None:
    data_requests.request_data(rita, publication, now=MONDAY)
    suppressions.suppress(rita.email, reason="complaint")
    data_request_emails.send_next(client=provider, now=MONDAY)
    assert postbox.letters() == []
    with pytest.raises(InvalidState, match="Write to us"):
        data_requests.request_data(rita, publication, now=MONDAY)
