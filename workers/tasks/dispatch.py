"""Open dispatches and send their batches."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import islice

from celery import shared_task
from django.conf import settings

from newsletter.delivery.dispatches import open_dispatch, pause_sending, recovery
from newsletter.delivery.email_tests import send_email_tests
from newsletter.delivery.ledger import installation
from newsletter.delivery.sending import send_batches
from newsletter.lib import clock
from newsletter.mail.sendgrid.mail_send_client import Client

SLICES_PER_RUN = 20


@lru_cache(maxsize=1)
def _client() -> Client:
    """Return the provider client that this worker process shares, with its connections."""
    return Client(
        key=settings.SENDGRID_API_KEY or "postbox",
        base=settings.SENDGRID_API_BASE,
        residency=settings.SENDGRID_RESIDENCY,
        connect_timeout=settings.DISPATCH_CONNECT_TIMEOUT,
        answer_timeout=settings.DISPATCH_ANSWER_TIMEOUT,
    )


@lru_cache(maxsize=1)
def _senders() -> send_batches.SendPool:
    """Return the sending threads that this worker process shares."""
    return send_batches.SendPool(settings.DISPATCH_CONNECTIONS)


@shared_task
def enqueue_due_dispatches() -> None:
    """Enforce pauses; enqueue due editions, unfinished openings and due batches; finish completed dispatches."""
    if not installation.is_current():
        return
    now = clock.now()
    pause_sending.enforce(now=now)
    for edition_id in open_dispatch.due(now=now):
        open_due_edition.apply_async((edition_id,), expires=30)
    under_way = recovery.under_way()
    for dispatch_id in under_way.opening:
        continue_opening.apply_async((dispatch_id,), expires=5)
    if under_way.unfinished:
        _enqueue_due_batches()
        recovery.finish_completed(now=now)


def _enqueue_due_batches() -> None:
    _enqueue(recovery.batches_to_enqueue(now=clock.now(), limit=SLICES_PER_RUN * settings.DISPATCH_SLICE))


def _enqueue(batch_ids: Sequence[int]) -> None:
    """Enqueue these batches in slices."""
    due = iter(batch_ids)
    while slice_ := list(islice(due, settings.DISPATCH_SLICE)):
        send.apply_async((slice_,), expires=30)


@shared_task
def send_test_emails() -> None:
    """Send the test emails that staff ordered."""
    while installation.is_current() and send_email_tests.send_next(client=_client(), now=clock.now()):
        pass


@shared_task
def open_due_edition(edition_id: int) -> None:
    """Open the dispatch of one edition and freeze its audience in parts; sending starts after the first part.

    Until it is open, each tick enqueues this task again. Later messages leave its batches to their turn.
    """
    if not installation.is_current():
        return
    now = clock.now()
    dispatch = open_dispatch.open_dispatch(edition_id, now=now)
    if dispatch and dispatch.opened_at == now:  # by this message
        _enqueue(recovery.first_batches_to_enqueue(dispatch, now=clock.now()))
        if dispatch.frozen_up_to_id is not None:
            continue_opening.apply_async((dispatch.pk,), expires=5)  # after the other editions that open now


@shared_task
def continue_opening(dispatch_id: int) -> None:
    """Freeze the remaining parts of an audience."""
    more = installation.is_current()
    while more:
        more = open_dispatch.continue_opening(dispatch_id)
        _enqueue_due_batches()


@shared_task
def send(batch_ids: Sequence[int]) -> None:
    """Send a slice of batches, several at a time."""
    if installation.is_current():
        _senders().send_all(batch_ids, client=_client(), clock=clock.now)
