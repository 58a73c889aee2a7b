"""What work is due: one query over all tables with work in them, once a second, in place of a message for each table.

A periodic task that finds nothing costs some milliseconds in beat, broker, worker and database. So a task is enqueued
only when a row is there for it, and this module asks for all of them together.
"""

from collections.abc import Callable
from datetime import datetime
from time import monotonic
from typing import Any, NamedTuple

from django.db.models import Exists, Q, QuerySet

from newsletter.accounts.staff_email_models import StaffEmail
from newsletter.audience.data_request_models import DataRequest
from newsletter.audience.import_models import SubscriberImport
from newsletter.audience.models import Confirmation
from newsletter.delivery.email_test_models import EmailTestRecipient
from newsletter.delivery.models import Installation, ScheduledGroup
from newsletter.delivery.states import ScheduledGroupState
from newsletter.editions.models import Edition
from newsletter.insights.models import WebhookPost
from newsletter.links.models import LinkLookup
from newsletter.notices.models import NoticeRecipient, WebhookDelivery
from newsletter.pictures.models import Picture
from newsletter.stories.feed_models import Feed, Suggestion, SuggestionState
from newsletter.stories.models import StoryDraft

UNFINISHED_GROUP = Q(state__in=[ScheduledGroupState.OPEN, ScheduledGroupState.CANCELLING])


class DueWork(NamedTuple):
    """A task, the rows that it is for, and for how many seconds a process does not enqueue it again."""

    task: str
    rows: Callable[[datetime], QuerySet[Any]]
    every: float


DUE_WORK = (
    DueWork("workers.tasks.assembly.assemble_due", Edition.objects.due_for_assembly, 2),
    DueWork("workers.tasks.insights.process_webhook_posts", WebhookPost.objects.waiting, 1),
    DueWork("workers.tasks.pictures.fetch_due_pictures", Picture.objects.due, 1),
    DueWork("workers.tasks.reading.read_due_drafts", StoryDraft.objects.due, 1),
    DueWork("workers.tasks.reading.read_due_feeds", Feed.objects.due, 5),
    DueWork(
        "workers.tasks.reading.add_ordered_suggestions",
        lambda _: Suggestion.objects.filter(state=SuggestionState.ORDERED),
        2,
    ),
    DueWork("workers.tasks.reading.look_up_due_links", LinkLookup.objects.due, 2),
    DueWork("workers.tasks.reading.continue_import", SubscriberImport.objects.due, 2),
    DueWork("workers.tasks.dispatch.send_test_emails", EmailTestRecipient.objects.due, 2),
    DueWork("workers.tasks.maintenance.send_confirmations", Confirmation.objects.due, 2),
    DueWork("workers.tasks.maintenance.send_data_requests", DataRequest.objects.due, 2),
    DueWork("workers.tasks.maintenance.send_staff_emails", StaffEmail.objects.due, 2),
    DueWork("workers.tasks.maintenance.order_notice_emails", NoticeRecipient.objects.email_due, 2),
    DueWork("workers.tasks.reading.call_webhooks", WebhookDelivery.objects.due, 1),
    DueWork(
        "workers.tasks.maintenance.enqueue_group_steps",
        lambda _: ScheduledGroup.objects.filter(UNFINISHED_GROUP | Q(cancel_slot__isnull=False)),
        1,
    ),
)
_enqueued_at: dict[str, float] = {}  # by task, in monotonic seconds; each process of a worker has its own


def tasks_to_enqueue(*, now: datetime) -> list[str]:
    """Return the tasks that have rows at `now`. Needs the stamp of the installation, whose row the query is about."""
    passed = monotonic()
    asked = [work for work in DUE_WORK if passed - _enqueued_at.get(work.task, float("-inf")) >= work.every - 0.1]
    if not asked:
        return []
    there = {f"work_{number}": Exists(work.rows(now)) for number, work in enumerate(asked)}
    row = Installation.objects.filter(pk=1).annotate(**there).values_list(*there)[0]
    found = [work.task for work, is_due in zip(asked, row, strict=True) if is_due]
    _enqueued_at.update(dict.fromkeys(found, passed))
    return found
