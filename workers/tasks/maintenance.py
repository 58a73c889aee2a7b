"""Record queue depths, recover lost work, clean up, and advance scheduled groups."""

import time
from collections.abc import Callable
from functools import lru_cache

import redis
import structlog
from celery import current_app, shared_task
from django.conf import settings

from newsletter.accounts import session_expiry, staff_emails, unsaved_forms
from newsletter.api_tokens import kept_replies
from newsletter.audience import data_requests, kept_reader_counts, sign_up, sign_up_limits, subscriptions
from newsletter.audience.imports import import_orders
from newsletter.audit import undo_log
from newsletter.delivery.dispatches import prune_batches, recovery, return_unsent_stories
from newsletter.delivery.email_tests import order_email_test
from newsletter.delivery.ledger import installation
from newsletter.delivery.rate_limits import quotas
from newsletter.delivery.recipients import confirmation_emails, data_request_emails, staff_email_sending
from newsletter.delivery.scheduled import scheduled_groups
from newsletter.giving import gift_records
from newsletter.lib import clock
from newsletter.links import look_up_links
from newsletter.mail.sendgrid.mail_send_client import Client
from newsletter.mail.sendgrid.scheduled_send_api import ScheduledSendApi
from newsletter.notices import delete_old, notice_emails, write_notices
from newsletter.ops import heartbeats, mailbox_counts, queue_history, release_starts
from newsletter.ops.check_broker import is_redis_server, redis_url
from newsletter.ops.failures import record_failure
from newsletter.publications import invitations
from newsletter.stories.reading import story_drafts
from workers import due_work, queue_depth
from workers.queues import WORKER_QUEUES

SINGLE_EMAILS_PER_RUN = 50
PROVIDER_PAUSE = 30.0  # seconds
_provider_away = {"until": 0.0}
CLEAN_UP: tuple[Callable[..., object], ...] = (
    heartbeats.forget_old,
    quotas.forget_old,
    order_email_test.delete_old,
    story_drafts.delete_decided,
    gift_records.delete_old_gifts,
    subscriptions.resume_all_due,
    session_expiry.delete_expired,
    sign_up.erase_unconfirmed,
    sign_up_limits.forget_old,
    unsaved_forms.delete_old,
    undo_log.delete_old,
    staff_emails.delete_old,
    invitations.delete_old,
    look_up_links.delete_old,
    import_orders.delete_old,
    kept_replies.delete_old,
    data_requests.delete_expired,
    record_failure.forget_old_failures,
    queue_history.roll_up,
    queue_history.forget_old_samples,
    release_starts.forget_old,
    delete_old.delete_old,
)
ANSWER_TIMEOUT = 10.0  # seconds: retrying a cancel is better than waiting for the answer
log = structlog.get_logger()


@lru_cache(maxsize=1)
def _redis() -> redis.Redis:
    return redis.Redis.from_url(redis_url(settings.REDIS_URL), socket_timeout=2, socket_connect_timeout=2)


@lru_cache(maxsize=1)
def _provider() -> ScheduledSendApi:
    return ScheduledSendApi(
        key=settings.SENDGRID_API_KEY or "postbox",
        base=settings.SENDGRID_API_BASE,
        residency=settings.SENDGRID_RESIDENCY,
        connect_timeout=settings.DISPATCH_CONNECT_TIMEOUT,
        answer_timeout=min(ANSWER_TIMEOUT, settings.DISPATCH_ANSWER_TIMEOUT),
    )


@lru_cache(maxsize=1)
def _mail_client() -> Client:
    return Client(
        key=settings.SENDGRID_API_KEY or "postbox",
        base=settings.SENDGRID_API_BASE,
        residency=settings.SENDGRID_RESIDENCY,
        connect_timeout=settings.DISPATCH_CONNECT_TIMEOUT,
        answer_timeout=min(ANSWER_TIMEOUT, settings.DISPATCH_ANSWER_TIMEOUT),
    )


@shared_task
def enqueue_due_work() -> None:
    """Enqueue the tasks that have rows to work on. A message that no worker takes in time expires: the rows stay."""
    installation.check()  # creates the stamp
    for name in due_work.tasks_to_enqueue(now=clock.now()):
        current_app.send_task(name, expires=5)


@shared_task
def record_queue_depths() -> None:
    """Record the depths of the worker queues, and a sample of them once a minute."""
    now = clock.now()
    if is_redis_server(settings.REDIS_URL):
        depths = queue_depth.queue_depths(_redis(), WORKER_QUEUES)
    else:
        with current_app.connection_for_read() as broker:
            depths = queue_depth.queue_lengths(broker, WORKER_QUEUES)
    heartbeats.record_queues({depth.queue: (depth.waiting, depth.oldest_seconds) for depth in depths}, now=now)
    queue_history.record_sample(heartbeats.queues(list(WORKER_QUEUES), heartbeats.living_workers(now=now)), now=now)


@shared_task
def send_confirmations() -> None:
    """Send the emails that ask people to confirm a subscription."""
    _send_single_emails(confirmation_emails.send_due)


@shared_task
def send_data_requests() -> None:
    """Send the emails with a link to a reader's own data."""
    _send_single_emails(data_request_emails.send_due)


@shared_task
def send_staff_emails() -> None:
    """Send the emails to staff: invitations, links to a new password, notes."""
    _send_single_emails(staff_email_sending.send_due)


@shared_task
def write_new_notices() -> None:
    """Tell staff what is new of editions, dispatches and roles."""
    if installation.is_current():
        write_notices.write_new(now=clock.now())


@shared_task
def write_judged_notices() -> None:
    """Tell staff of thin story queues, and of events that do not arrive."""
    if installation.is_current():
        write_notices.write_judged(now=clock.now())


@shared_task
def order_notice_emails() -> None:
    """Order the emails of notices."""
    if installation.is_current():
        notice_emails.order_due(now=clock.now())


def _send_single_emails(send_due: Callable[..., bool]) -> None:
    """Send what is due, unless the provider did not answer within the last half minute: waiting delays other tasks."""
    if time.monotonic() < _provider_away["until"] or not installation.is_current():
        return
    if not send_due(client=_mail_client(), clock=clock.now, limit=SINGLE_EMAILS_PER_RUN):
        _provider_away["until"] = time.monotonic() + PROVIDER_PAUSE


@shared_task
def clean_up() -> None:
    """End readers' pauses that are over, and delete what is old: what `CLEAN_UP` lists.

    A step that fails is logged and does not affect the others.
    """
    now = clock.now()
    for step in CLEAN_UP:
        try:
            step(now=now)
        except Exception:
            log.exception("clean_up.step_failed", step=f"{step.__module__}.{step.__name__}")


@shared_task
def delete_old_batches() -> None:
    """Delete some batches of dispatches that are older than `BATCHES_KEPT_DAYS`."""
    prune_batches.prune(now=clock.now())


@shared_task
def count_mailboxes() -> None:
    """Count what became of the emails of the last days at each mailbox provider."""
    mailbox_counts.count_mailboxes(now=clock.now())


@shared_task
def count_readers() -> None:
    """Count the next part of a large publication's readers, for the figures on pages."""
    kept_reader_counts.count_next_part(now=clock.now())


@shared_task
def recover() -> None:
    """Release batches of lost workers, and return the stories of stopped editions that reached no reader."""
    recovery.release_abandoned(now=clock.now())
    return_unsent_stories.give_back_unsent()


@shared_task
def enqueue_group_steps() -> None:
    """Enqueue the next step of every scheduled group that has one."""
    if not installation.is_current():
        return  # a copy must not touch what another installation submitted
    for group_id in scheduled_groups.groups_due(now=clock.now()):
        advance_group.apply_async((group_id,), expires=10)


@shared_task
def advance_group(group_id: int) -> None:
    """Advance one scheduled group by one step: create its batch id, wake its batches, cancel it or requeue them."""
    if installation.is_current():
        scheduled_groups.advance_group(group_id, provider=_provider(), clock=clock.now)
