"""The page about reaching inboxes."""

from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django import Settings

from newsletter.delivery.dispatches import open_dispatch
from newsletter.lib import clock
from newsletter.ops.deliverability.sending_domains import look_up_next
from newsletter.ops.models import MailboxCount
from newsletter.publications.models import Publication
from tests.support import factories as make
from tests.support.dns_server import DnsServer, dns_server, good_zone
from tests.web.asking import follow, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(settings: Settings) -> Iterator[DnsServer]:
    with dns_server(good_zone("news.example.org")) as running:
        settings.DNS_RESOLVERS = [running.address]
        yield running


@pytest.fixture(autouse=True)
def publication() -> Publication:
    return make.publication(slug="morning", sender_email="post@news.example.org")


def test_an_ordered_look_up_shows_each_record_and_what_to_change(otto: Client, server: DnsServer) -> None:
    server.zone["_dmarc.example.org", "TXT"] = ['"v=DMARC1; p=<b>x</b>"']
    page = words(otto.get("/ops/deliverability/"))
    assert "sends nothing to SendGrid" in page
    assert "not looked up yet" in page
    said = follow(otto.post("/ops/deliverability/look-up/", {"domain": "news.example.org"}), otto)
    assert "A worker looks up news.example.org within seconds." in said
    assert "Being looked up" in said
    look_up_next(now=clock.now())
    shown = otto.get("/ops/deliverability/")
    assert "DMARC missing or wrong The DMARC record has no valid policy. Write p=none" in words(shown)
    assert "DKIM good Keys at s1._domainkey.news.example.org" in words(shown)
    assert b"p=&lt;b&gt;x" in shown.content
    refused = follow(otto.post("/ops/deliverability/look-up/", {"domain": "another.example"}), otto)
    assert "No active publication is sent from another.example." in refused


def test_mailbox_providers_over_a_line_are_marked(otto: Client, publication: Publication) -> None:
    make.readers(publication, 1)
    dispatch = open_dispatch.open_dispatch(make.approved_edition(publication, due_at=clock.now()).pk, now=clock.now())
    assert dispatch
    MailboxCount.objects.create(dispatch=dispatch, mailbox_provider="Gmail", delivered=1000, complained=3, deferred=7)
    MailboxCount.objects.create(dispatch=dispatch, mailbox_provider="Apple", delivered=199, complained=3, blocked=0)
    page = words(otto.get("/ops/deliverability/"))
    assert "Gmail 1,000 7 0 0 3 too many" in page
    assert "Apple 199 0 0 0 3" in page
    assert page.count("too many") == 1
