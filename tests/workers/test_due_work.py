"""One look a second finds all kinds of work, and enqueues a task only where rows are there for it."""

import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from newsletter.accounts import staff_emails
from newsletter.accounts.models import Role
from newsletter.audience import data_requests
from newsletter.audience.consent_events import ConsentEvidence
from newsletter.audience.import_models import ImportState, SubscriberImport
from newsletter.audience.imports import import_orders
from newsletter.audience.models import ConsentMethod
from newsletter.audience.sign_up import sign_up
from newsletter.delivery.dispatches import open_dispatch
from newsletter.delivery.email_test_models import EmailTest
from newsletter.delivery.ledger import installation
from newsletter.delivery.models import Dispatch, ScheduledGroup
from newsletter.editions.models import Edition
from newsletter.insights import webhook_post_queue
from newsletter.lib.claim_rows import Claimable
from newsletter.links import look_up_links
from newsletter.notices import write_notices
from newsletter.notices.models import Webhook
from newsletter.notices.personal_conditions import new_sign_in
from newsletter.notices.webhooks import order_deliveries
from newsletter.pictures.models import Picture
from newsletter.stories.feed_models import Feed, SuggestionState
from newsletter.stories.models import StoryDraft
from tests.support import factories as make
from tests.support.factories import MONDAY
from workers import due_work
from workers.queues import ROUTES, WORKER_QUEUES
from workers.tasks import dispatch as dispatch_tasks

pytestmark = pytest.mark.django_db
PAGE = ConsentEvidence(ConsentMethod.SIGN_UP_PAGE, "/j/morning")


@pytest.fixture(autouse=True)
def _fresh_process(monkeypatch: pytest.MonkeyPatch) -> None:
    installation.reset_cache()
    installation.check()
    monkeypatch.setattr(due_work, "_enqueued_at", {})


def edition_to_assemble() -> None:
    make.edition(make.publication(), due_at=MONDAY, assemble_at=MONDAY)


def webhook_post() -> None:
    webhook_post_queue.store(b"[]", stamp="1", now=MONDAY)


def picture_to_fetch() -> None:
    Picture.objects.create(source_url="https://photos.example/boat.jpg", use="story")


def draft_to_read() -> None:
    StoryDraft.objects.create(publication=make.publication(), url="https://paper.example/boat")


def email_test() -> None:
    edition = make.edition(make.publication(), assemble_at=MONDAY + timedelta(days=1))
    order = EmailTest.objects.create(edition=edition, key="1", subject="Tide", text="…", html="…", ordered_at=MONDAY)
    order.recipients.create(address="cora@example.org")


def confirmation() -> None:
    sign_up(make.publication(), email="rita@example.org", evidence=PAGE, now=MONDAY)


def scheduled_group() -> None:
    edition = make.edition(make.publication(), assemble_at=MONDAY + timedelta(days=1))
    dispatch = Dispatch.objects.create(
        edition=edition, candidates=0, planned=0, day=MONDAY.date(), opened_at=MONDAY, state="finished"
    )
    ScheduledGroup.objects.create(dispatch=dispatch, number=1, send_at=MONDAY)


def feed_to_read() -> None:
    Feed.objects.create(publication=make.publication(), url="https://paper.example/feed")


def ordered_suggestion() -> None:
    feed = Feed.objects.create(
        publication=make.publication(), url="https://paper.example/feed", try_at=MONDAY + timedelta(days=1)
    )
    times = {"dated_at": MONDAY, "seen_at": MONDAY}
    feed.suggestions.create(publication=feed.publication, state=SuggestionState.ORDERED, key="1", page_key="1", **times)


def link_to_look_up() -> None:
    look_up_links.order(["https://paper.example/boat"], now=MONDAY)


def running_import() -> None:
    publication, file = make.publication(), io.BytesIO(b"email\nrita@example.org\n")
    import_orders.upload(publication, file, name="readers.csv", by=make.person(Role.AUDIENCE, "Anton"), now=MONDAY)
    SubscriberImport.objects.update(state=ImportState.RUNNING, started_at=MONDAY)


def data_request() -> None:
    publication = make.publication()
    data_requests.request_data(make.reader(publication), publication, now=MONDAY)


def staff_email() -> None:
    staff_emails.order_note("cora@example.org", subject="Hello", lines=["Good morning."], now=MONDAY)


def notice_email() -> None:
    write_notices.write(new_sign_in(make.cora(), browser="Firefox", network="192.0.2.0", now=MONDAY), now=MONDAY)


def webhook_delivery() -> None:
    hook = Webhook.objects.create(name="Chat", format="slack", host="hooks.example.org", created_at=MONDAY)
    order_deliveries.order_test(hook, now=MONDAY)


ROWS: dict[str, Callable[[], None]] = {
    "assembly.assemble_due": edition_to_assemble,
    "insights.process_webhook_posts": webhook_post,
    "pictures.fetch_due_pictures": picture_to_fetch,
    "reading.read_due_drafts": draft_to_read,
    "reading.read_due_feeds": feed_to_read,
    "reading.add_ordered_suggestions": ordered_suggestion,
    "reading.look_up_due_links": link_to_look_up,
    "reading.continue_import": running_import,
    "dispatch.send_test_emails": email_test,
    "maintenance.send_confirmations": confirmation,
    "maintenance.send_data_requests": data_request,
    "maintenance.send_staff_emails": staff_email,
    "maintenance.order_notice_emails": notice_email,
    "reading.call_webhooks": webhook_delivery,
    "maintenance.enqueue_group_steps": scheduled_group,
}


@pytest.mark.parametrize("task", ROWS)
def test_a_row_of_work_enqueues_its_task_and_no_other(task: str) -> None:
    ROWS[task]()
    assert due_work.tasks_to_enqueue(now=MONDAY + timedelta(minutes=1)) == [f"workers.tasks.{task}"]


def test_every_kind_of_work_is_tried_here_and_has_a_queue() -> None:
    assert [f"workers.tasks.{task}" for task in ROWS] == [work.task for work in due_work.DUE_WORK]
    for work in due_work.DUE_WORK:
        assert ROUTES[f"{work.task.rpartition('.')[0]}.*"]["queue"] in WORKER_QUEUES


def test_everything_that_workers_claim_is_looked_for() -> None:
    claimed = {model for model in apps.get_models() if issubclass(model, Claimable)}
    looked_for = {work.rows(MONDAY).model for work in due_work.DUE_WORK}
    assert claimed - looked_for == set()


def test_without_work_nothing_is_enqueued_and_all_kinds_take_one_query() -> None:
    with CaptureQueriesContext(connection) as seen:
        assert due_work.tasks_to_enqueue(now=MONDAY) == []
    assert len(seen) == 1


def test_work_that_stays_is_not_enqueued_at_each_look(monkeypatch: pytest.MonkeyPatch) -> None:
    edition_to_assemble()
    webhook_post()
    passed = iter([100.0, 100.5, 101.0, 101.5, 102.0])
    monkeypatch.setattr(due_work, "monotonic", lambda: next(passed))
    found = [due_work.tasks_to_enqueue(now=MONDAY) for _ in range(5)]
    assembly, posts = (f"workers.tasks.{task}" for task in list(ROWS)[:2])
    assert found == [[assembly, posts], [], [posts], [], [assembly, posts]]


def test_a_look_for_dispatches_that_finds_none_takes_few_queries() -> None:
    publication = make.publication()
    for day in range(3):
        make.edition(publication, due_at=MONDAY + timedelta(days=400 + day))
    assert Edition.objects.count() == 3
    with CaptureQueriesContext(connection) as seen:
        dispatch_tasks.enqueue_due_dispatches()
    assert len(seen) <= 4  # the stamp of the installation, pauses, due editions, dispatches under way


def test_a_second_message_for_an_edition_that_is_open_leaves_its_batches_to_their_turn() -> None:
    publication = make.publication()
    make.readers(publication, 3)
    edition = make.approved_edition(publication)
    dispatch = open_dispatch.open_dispatch(edition.pk, now=MONDAY)
    assert dispatch is not None
    dispatch_tasks.open_due_edition(edition.pk)
    assert list(dispatch.batches.values_list("last_enqueued_at", flat=True)) == [None]
