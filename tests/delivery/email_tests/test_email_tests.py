"""Test emails: named people get one, once, and nothing counts it."""

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser

from newsletter.accounts.models import Role, User
from newsletter.accounts.permissions import NotPermitted
from newsletter.audience import suppressions
from newsletter.audience.models import Subscriber, Subscription, SubscriptionStatus
from newsletter.audit.acts import Act
from newsletter.audit.models import Record
from newsletter.delivery.email_test_models import EmailTest, EmailTestRecipient
from newsletter.delivery.email_tests import order_email_test, send_email_tests
from newsletter.delivery.models import Batch, Dispatch
from newsletter.editions.models import Edition, Variant
from newsletter.insights import erase_reader
from newsletter.letters import assemble_edition
from newsletter.lib import clock
from newsletter.lib.errors import BadInput, InvalidState
from newsletter.mail.sendgrid.mail_send_client import Client
from newsletter.postbox.postbox import Postbox
from tests.support import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(postbox: Postbox) -> Iterator[Client]:
    with closing(Client(key="k", base=postbox.url, connect_timeout=20, answer_timeout=20)) as client:
        yield client


@pytest.fixture
def edition() -> Edition:
    publication = make.publication(slug="morning")
    make.story(publication, headline="The ferry stays")
    make.rita(publication)
    return make.edition(publication, due_at=clock.now() + timedelta(days=1))


def order(edition: Edition, *addresses: str, key: str = "one", by: Any = "", **options: Any) -> EmailTest:
    by = make.eddie() if by == "" else by
    return order_email_test.order(edition, addresses, key=key, by=by, now=clock.now(), **options)


def send(provider: Client, *, at: timedelta = timedelta(0)) -> int:
    count = 0
    while send_email_tests.send_next(client=provider, now=clock.now() + at):
        count += 1
    return count


def test_named_people_get_the_email_with_test_in_its_subject(
    edition: Edition, postbox: Postbox, provider: Client
) -> None:
    order(edition, "ana@example.org", "ben@example.org", "ANA@example.org")
    assert send(provider) == 2
    letters = postbox.letters()
    assert sorted(letter["address"] for letter in letters) == ["ana@example.org", "ben@example.org"]
    assert {letter["subject"] for letter in letters} == {"[TEST] The ferry stays"}
    assert "The new bridge opens on Friday." in letters[0]["html"]
    assert "__nl_" not in letters[0]["html"] + letters[0]["text"]
    assert not any(one.problem for one in EmailTestRecipient.objects.all())


def test_no_dispatch_batch_or_subscriber_knows_of_it(edition: Edition, postbox: Postbox, provider: Client) -> None:
    order(edition, "rita@readers.example")
    send(provider)
    [letter] = postbox.letters()
    assert not [name for name in letter.get("custom_args", {}) if name != "nl_installation"]
    assert (Dispatch.objects.count(), Batch.objects.count()) == (0, 0)
    edition.refresh_from_db()
    assert (edition.state, edition.content_hash, edition.placements.count()) == ("planned", "", 0)


def test_its_personal_links_explain_themselves_and_change_nothing(
    edition: Edition, postbox: Postbox, provider: Client
) -> None:
    order(edition, "rita@readers.example")
    send(provider)
    [letter] = postbox.letters()
    links = {found[found.index("/", 8) :] for found in re.findall(r"http\S+/[up]/[\w-]+", letter["text"])}
    assert len(links) == 2
    client = Browser()
    for link in links:
        for answer in (client.get(link), client.post(link, {"List-Unsubscribe": "One-Click"})):
            assert "This link does not belong to a subscriber" in answer.content.decode()
    assert Subscription.objects.get().status == SubscriptionStatus.ACTIVE


def test_a_repeated_click_sends_once(edition: Edition, postbox: Postbox, provider: Client) -> None:
    first = order(edition, "ana@example.org")
    assert order(edition, "ana@example.org") == first
    send(provider)
    assert order(edition, "ana@example.org") == first
    assert send(provider) == 0
    order(edition, "ana@example.org", key="another")
    send(provider)
    assert len(postbox.letters()) == 2
    assert Record.objects.filter(act=Act.TEST_ORDERED).count() == 2


def test_the_frozen_email_is_sent_and_either_version_of_it(
    edition: Edition, postbox: Postbox, provider: Client
) -> None:
    make.appeal(edition.publication)
    assemble_edition.assemble(edition.pk, now=clock.now())
    make.story(edition.publication, headline="Too late for this one")
    order(edition, "ana@example.org")
    order(edition, "ana@example.org", key="two", variant=Variant.THANKS)
    send(provider)
    texts = [letter["text"] for letter in postbox.letters()]
    assert sum("Readers pay for this" in text for text in texts) == 1
    assert not any("Too late" in text for text in texts)


def test_a_worker_lost_during_the_call_leads_to_no_second_email(
    edition: Edition, postbox: Postbox, provider: Client
) -> None:
    order(edition, "ana@example.org")
    EmailTestRecipient.objects.update(called_at=clock.now(), tries=1, try_at=clock.now() - timedelta(seconds=1))
    send(provider)
    assert postbox.letters() == []
    assert EmailTestRecipient.objects.get().problem == send_email_tests.MAY_HAVE_ARRIVED


def test_a_provider_that_is_away_is_tried_again_and_given_up_at_last(
    edition: Edition, postbox: Postbox, provider: Client
) -> None:
    order(edition, "ana@example.org")
    away = Client(key="k", base="http://127.0.0.1:1", connect_timeout=1, answer_timeout=1)
    assert send(away) == 1
    assert send(provider) == 0, "not before the wait is over"
    assert send(provider, at=timedelta(seconds=6)) == 1
    assert len(postbox.letters()) == 1
    order(edition, "ben@example.org", key="two")
    now = clock.now()
    for _ in range(9):
        now += timedelta(hours=1)
        send_email_tests.send_next(client=away, now=now)
    lost = EmailTestRecipient.objects.get(address="ben@example.org")
    assert (lost.problem, lost.called_at) == ("The provider could not be reached.", None)


@pytest.mark.parametrize("was_accepted", [True, False])
def test_a_call_without_an_answer_is_uncertain_and_is_not_made_again(
    edition: Edition, postbox: Postbox, provider: Client, was_accepted: bool
) -> None:
    postbox.order(do="drop", accept=was_accepted)
    order(edition, "ana@example.org")
    send(provider, at=timedelta(days=1))
    lost = EmailTestRecipient.objects.get()
    assert (lost.problem, bool(lost.called_at)) == (send_email_tests.MAY_HAVE_ARRIVED, True)
    assert send(provider, at=timedelta(days=2)) == 0
    assert len(postbox.letters()) == was_accepted


def test_a_call_that_the_provider_refuses_is_certainly_not_sent(
    edition: Edition, postbox: Postbox, provider: Client
) -> None:
    postbox.order(do="status", status=400)
    order(edition, "ana@example.org")
    send(provider)
    refused = EmailTestRecipient.objects.get()
    assert (refused.problem, refused.called_at) == ("The provider refused it.", None)


def test_staff_test_each_other_and_only_editors_write_to_others(edition: Edition) -> None:
    cora = make.cora()
    make.eddie()
    assert order(edition, "eddie@example.org", "cora@example.org", by=cora).recipients.count() == 2
    with pytest.raises(BadInput, match="without an account"):
        order(edition, "ana@example.org", by=cora, key="two")
    with pytest.raises(NotPermitted):
        order(edition, "cora@example.org", by=make.otto(), key="three")
    assert order(edition, "ana@example.org", by=None, key="four").ordered_by is None


def test_a_closed_account_is_not_staff(edition: Edition) -> None:
    make.eddie()
    User.objects.filter(email="eddie@example.org").update(is_active=False)
    with pytest.raises(BadInput, match="without an account"):
        order(edition, "eddie@example.org", by=make.cora())


def test_who_must_not_be_mailed_gets_no_test(edition: Edition, postbox: Postbox, provider: Client) -> None:
    suppressions.suppress("ana@example.org", reason="person")
    with pytest.raises(BadInput, match="suppressed") as refused:
        order(edition, "ben@example.org", "ana@example.org")
    assert "ana@" not in str(refused.value)
    order(edition, "ben@example.org")
    suppressions.suppress("ben@example.org", reason="person")
    send(provider)
    assert postbox.letters() == []
    assert EmailTestRecipient.objects.get().problem == "The address is suppressed."


def test_one_person_orders_a_bounded_number_an_hour(edition: Edition, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order_email_test, "MAX_PER_HOUR", 3)
    order(edition, "a@example.org", "b@example.org")
    with pytest.raises(InvalidState, match="You have ordered 2 test emails in the last hour; the limit is 3"):
        order(edition, "c@example.org", "d@example.org", key="two")
    assert order(edition, "c@example.org", key="three", by=make.person(Role.ADMIN, "Ada"))
    EmailTest.objects.update(ordered_at=clock.now() - timedelta(minutes=61))
    assert order(edition, "c@example.org", "d@example.org", key="four")


@pytest.mark.parametrize(
    "addresses", [[], ["not an address"], [f"a{n}@example.org" for n in range(11)], ["a@b"], ["x\x00@example.org"]]
)
def test_wrong_recipients_order_nothing(edition: Edition, addresses: list[str]) -> None:
    with pytest.raises(BadInput):
        order(edition, *addresses)
    assert not EmailTest.objects.exists()


def test_an_empty_queue_or_a_cancelled_edition_has_no_email_to_test(edition: Edition) -> None:
    empty = make.edition(make.publication(slug="empty"))
    with pytest.raises(InvalidState, match="queue is empty"):
        order(empty, "ana@example.org")
    Edition.objects.filter(pk=edition.pk).update(state="cancelled", reason="Fire.")
    edition.refresh_from_db()
    with pytest.raises(InvalidState, match="cancelled"):
        order(edition, "ana@example.org")


def test_orders_are_deleted_after_thirty_days_and_an_erased_person_at_once(edition: Edition) -> None:
    order(edition, "ana@example.org", "ben@example.org")
    erase_reader.erase("ana@example.org")
    assert [one.address for one in EmailTestRecipient.objects.all()] == ["ben@example.org"]
    order_email_test.delete_old(now=clock.now() + timedelta(days=29))
    assert EmailTest.objects.exists()
    order_email_test.delete_old(now=clock.now() + timedelta(days=31))
    assert not EmailTestRecipient.objects.exists()
    assert Subscriber.objects.exists()
