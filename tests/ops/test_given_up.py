"""Work that was given up is found, tried again or discarded, and who did it is recorded."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest

from newsletter.accounts.permissions import NotPermitted
from newsletter.accounts.staff_email_models import StaffEmail, StaffEmailKind
from newsletter.audience.import_models import ImportState, SubscriberImport
from newsletter.audience.imports import run_imports
from newsletter.audience.models import Confirmation, Subscription
from newsletter.audit.acts import Act
from newsletter.audit.models import Record
from newsletter.delivery.recipients import staff_email_sending
from newsletter.insights import process_events
from newsletter.insights.models import WebhookPost, WebhookPostState
from newsletter.lib.errors import InvalidState
from newsletter.mail.sendgrid import mail_send_client
from newsletter.ops.given_up.act_on_given_up import discard, given_up_of, given_up_work, retry
from newsletter.ops.given_up.kinds_of_work import BY_CODE, KINDS, WorkKind
from newsletter.pictures.models import Picture, PictureState
from newsletter.postbox.postbox import Postbox
from newsletter.stories.feed_models import Feed
from newsletter.stories.models import Story, StoryState
from tests.ops.given_up_rows import give_up_one_of_each
from tests.support import factories as make
from tests.support.factories import MONDAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(postbox: Postbox) -> Iterator[mail_send_client.Client]:
    with closing(mail_send_client.Client(key="k", base=postbox.url, connect_timeout=2, answer_timeout=5)) as client:
        yield client


@pytest.fixture(autouse=True)
def one_of_each() -> None:
    give_up_one_of_each(make.publication(slug="morning"))


def codes() -> list[str]:
    return [work.kind.code for work in given_up_work(now=MONDAY)]


def test_each_kind_is_listed_with_its_problem_and_without_an_address() -> None:
    found = given_up_work(now=MONDAY)
    assert [work.kind for work in found] == list(KINDS)
    assert [work.count for work in found] == [1] * len(KINDS)
    for work in found:
        assert work.rows[0].problem
        assert "@" not in work.rows[0].subject


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_what_is_tried_again_is_due_at_once_and_recorded(kind: WorkKind) -> None:
    assert retry(kind, by=make.otto(), now=MONDAY) == 1
    row = kind.rows(MONDAY).model._default_manager.get()
    assert (row.try_at, row.problem == "" or kind.code == "feeds") == (MONDAY, True)
    due = type(row).objects.waiting(MONDAY) if kind.code == "webhook-posts" else type(row).objects.due(MONDAY)
    assert [each.pk for each in due] == [row.pk]
    record = Record.objects.get()
    assert (record.act, record.who, record.details) == (
        Act.WORK_RETRIED, "otto@example.org", {"kind": kind.code, "rows": 1},
    )  # fmt: skip


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.discard], ids=lambda kind: kind.code)
def test_what_is_discarded_is_listed_no_more_and_not_tried(kind: WorkKind) -> None:
    row = kind.rows(MONDAY).get().pk
    assert discard(kind, row, by=None, now=MONDAY) == 1
    assert kind.code not in codes()
    assert Record.objects.get().details == {"kind": kind.code, "rows": 1, "id": row}
    with pytest.raises(InvalidState, match="somebody has acted already"):
        retry(kind, row, by=None, now=MONDAY)
    assert Record.objects.count() == 1, "an act that changed nothing is not recorded"


@pytest.mark.parametrize("kind", StaffEmailKind)
def test_every_kind_of_email_to_staff_is_listed_by_its_name(kind: StaffEmailKind) -> None:
    StaffEmail.objects.update(kind=kind)
    [row] = given_up_of(BY_CODE["staff-emails"], now=MONDAY).rows
    assert row.subject == f"{kind.label}, staff email {row.pk}"


def test_a_feed_cannot_be_discarded_here() -> None:
    with pytest.raises(InvalidState, match="cannot be discarded"):
        discard(BY_CODE["feeds"], by=None, now=MONDAY)


def test_without_the_permission_for_all_publications_nothing_is_changed() -> None:
    for person in (make.cora(), make.eddie()):
        for act in (retry, discard):
            with pytest.raises(NotPermitted):
                act(BY_CODE["pictures"], by=person, now=MONDAY)
    assert "pictures" in codes()


def test_an_email_to_staff_is_sent_with_its_text_after_it_is_tried_again(
    postbox: Postbox, provider: mail_send_client.Client
) -> None:
    retry(BY_CODE["staff-emails"], by=None, now=MONDAY)
    staff_email_sending.send_due(client=provider, clock=lambda: MONDAY, limit=5)
    assert postbox.letters()[0]["text"].count("Two are missing.") == 1
    assert "staff-emails" not in codes()


def test_a_discarded_email_to_staff_forgets_its_text() -> None:
    discard(BY_CODE["staff-emails"], by=None, now=MONDAY)
    assert StaffEmail.objects.get().content == {}


def test_a_post_that_is_tried_again_is_processed_and_one_that_still_fails_comes_back() -> None:
    retry(BY_CODE["webhook-posts"], by=None, now=MONDAY)
    process_events.process_posts(now=MONDAY)
    assert WebhookPost.objects.get().state == WebhookPostState.PROCESSED
    WebhookPost.objects.update(state=WebhookPostState.FAILED, body=b"no JSON")
    retry(BY_CODE["webhook-posts"], by=None, now=MONDAY)
    process_events.process_posts(now=MONDAY)
    assert "webhook-posts" in codes()


def test_an_import_goes_on_to_its_end() -> None:
    SubscriberImport.objects.update(source="Old list", given_at=MONDAY - timedelta(days=9), lines=1)
    retry(BY_CODE["imports"], by=None, now=MONDAY)
    run_imports.run_next(clock=lambda: MONDAY, seconds=9)
    order = SubscriberImport.objects.get()
    assert (order.state, order.problem) == (ImportState.DONE, "")
    assert Subscription.objects.filter(subscriber__email="r@example.org").exists()


def test_what_nobody_wants_any_more_is_not_listed() -> None:
    Story.objects.update(state=StoryState.DROPPED)
    assert "pictures" not in codes()
    make.publication(slug="evening", logo=Picture.objects.get(), logo_url="https://post.example.org/1.jpg")
    assert "pictures" in codes(), "it is a logo, too"
    Picture.objects.update(state=PictureState.DISCARDED)
    Confirmation.objects.update(asked_at=MONDAY - timedelta(days=8))
    StaffEmail.objects.update(problem="there is nothing to send any more")
    Feed.objects.update(tries=3)
    assert codes() == ["webhook-posts", "data-requests", "imports"]
