"""Work that stands still shows in the verdict; work that waits and moves does not."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from newsletter.accounts import staff_emails
from newsletter.accounts.staff_email_models import StaffEmail
from newsletter.audience.data_request_models import DataRequest
from newsletter.audience.import_models import ImportState, SubscriberImport
from newsletter.audience.models import Confirmation
from newsletter.delivery.email_test_models import EmailTest, EmailTestRecipient
from newsletter.delivery.ledger import installation
from newsletter.insights.models import WebhookPost
from newsletter.lib.claim_rows import Claimable
from newsletter.links.models import LinkLookup
from newsletter.notices.models import WebhookDelivery
from newsletter.ops.models import SendingDomain
from newsletter.ops.system_status import status
from newsletter.ops.waiting_work import WAITING, waiting_work
from newsletter.pictures.models import Picture
from newsletter.publications.models import Publication
from newsletter.stories.feed_models import Feed
from newsletter.stories.models import StoryDraft
from tests.ops.given_up_rows import give_up_one_of_each
from tests.support import factories as make
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db
LONG_AGO, JUST_NOW = MONDAY - timedelta(minutes=16), MONDAY - timedelta(minutes=14)


@pytest.fixture(autouse=True)
def stamped() -> None:
    installation.check()


def note(**said: object) -> StaffEmail:
    order = staff_emails.order_note("cora@example.org", subject="Edition 5", lines=["Look."], now=LONG_AGO)
    StaffEmail.objects.filter(pk=order.pk).update(**said)
    return order


def confirmation(publication: Publication) -> None:
    Confirmation.objects.create(subscription=make.rita(publication).subscriptions.get(), asked_at=LONG_AGO)


def data_request(publication: Publication) -> None:
    DataRequest.objects.create(subscriber=make.rita(publication), publication=publication, asked_at=LONG_AGO)


def email_test(publication: Publication) -> None:
    test = EmailTest.objects.create(edition=make.edition(publication), key="k", ordered_at=LONG_AGO)
    EmailTestRecipient.objects.create(test=test, address="cora@example.org")


def picture(_publication: Publication) -> None:
    Picture.objects.create(use="story", source_url="https://post.example.org/1.jpg")
    Picture.objects.update(asked_at=LONG_AGO)


def draft(publication: Publication) -> None:
    StoryDraft.objects.create(publication=publication, url="https://post.example.org/1")
    StoryDraft.objects.update(created_at=LONG_AGO)


def feed(publication: Publication) -> None:
    Feed.objects.create(publication=publication, url="https://post.example.org/feed", page_key="f" * 32)
    Feed.objects.update(created_at=LONG_AGO)


def reader_import(publication: Publication) -> None:
    SubscriberImport.objects.create(
        publication=publication, file_name="r.csv", file=b"email", state=ImportState.RUNNING, actor="Ada",
        created_at=LONG_AGO, started_at=LONG_AGO,
    )  # fmt: skip


STUCK: dict[str, Callable[[Publication], object]] = {
    "1 confirmation email": confirmation,
    "1 link to a reader’s own data": data_request,
    "1 email to staff": lambda _: note(),
    "1 test email": email_test,
    "1 picture": picture,
    "1 page": draft,
    "1 feed": feed,
    "1 import of readers": reader_import,
}


def words(*, at: timedelta = timedelta(0)) -> list[str]:
    return [each.words for each in waiting_work(now=MONDAY + at)]


@pytest.mark.parametrize("said", STUCK)
def test_work_that_nobody_has_taken_for_a_quarter_of_an_hour_stands_still(said: str) -> None:
    STUCK[said](make.publication(slug="morning"))
    assert words() == [said]
    assert words(at=timedelta(minutes=-2)) == [], "it may wait for so long"


def test_emails_whose_tries_fail_stand_still_until_one_of_the_kind_is_sent() -> None:
    note(tries=4, try_at=MONDAY + timedelta(minutes=30))
    assert words() == ["1 email to staff"]
    sent = note()
    StaffEmail.objects.filter(pk=sent.pk).update(sent_at=MONDAY - timedelta(minutes=4))
    assert words() == [], "a long row of emails that is being sent is only busy"
    assert words(at=timedelta(minutes=2)) == ["1 email to staff"]


def test_an_email_ordered_for_later_does_not_stand_still() -> None:
    note(try_at=JUST_NOW)
    note(try_at=MONDAY + timedelta(hours=1))
    assert words() == []


def test_work_of_which_a_worker_holds_some_is_only_busy() -> None:
    publication = make.publication(slug="morning")
    picture(publication)
    Picture.objects.create(use="story", source_url="https://post.example.org/2.jpg", tries=1)
    Picture.objects.filter(tries=1).update(try_at=MONDAY + timedelta(minutes=1))
    feed(publication)
    Feed.objects.create(publication=publication, url="https://post.example.org/2", page_key="g" * 32)
    Feed.objects.filter(page_key="g" * 32).update(held_until=MONDAY + timedelta(minutes=1), try_at=MONDAY)
    assert words() == []


def test_what_is_tried_again_later_or_was_just_ordered_again_does_not_stand_still() -> None:
    publication = make.publication(slug="morning")
    for make_stuck in (picture, draft, feed):
        make_stuck(publication)
    Picture.objects.update(tries=4, try_at=MONDAY + timedelta(hours=1))
    StoryDraft.objects.update(tries=1, try_at=MONDAY - timedelta(seconds=5))
    Feed.objects.update(read_at=LONG_AGO, try_at=None)
    assert words() == []


def test_emails_that_were_given_up_and_only_they_break_the_system() -> None:
    give_up_one_of_each(make.publication(slug="morning"))
    given_up = [each.words for each in waiting_work(now=MONDAY) if each.is_given_up]
    assert given_up == ["1 confirmation email", "1 link to a reader’s own data", "1 email to staff"]


def test_every_kind_of_work_is_watched_or_has_a_reason_not_to_be() -> None:
    watched = {kind.late(MONDAY).model for kind in WAITING}
    claimed = {model for model in apps.get_models() if issubclass(model, Claimable)}
    assert claimed - watched == {
        WebhookPost,  # has rules of its own
        LinkLookup,  # a hint, which nothing waits for
        WebhookDelivery,  # its own page shows each call
        SendingDomain,  # its page shows the age of what is known
    }


def test_one_query_finds_that_nothing_stands_still() -> None:
    with CaptureQueriesContext(connection) as seen:
        assert waiting_work(now=MONDAY) == []
    assert len(seen) == 1


def test_the_verdict_of_all_publications_names_it_and_that_of_one_does_not() -> None:
    note()
    assert "stuck-emails" in [each.rule for each in status(now=MONDAY).verdict.problems]
    assert "stuck-emails" not in [each.rule for each in status(now=MONDAY, publications=[]).verdict.problems]
