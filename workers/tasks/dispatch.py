"""Opening dispatches and sending their batches."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import islice

from celery import shared_task
from django.conf import settings

from newsletter.delivery import opening, recovery, sending
from newsletter.editions.models import Edition
from newsletter.lib import clock
from newsletter.mail.sendgrid.transport import Client

SLICES_A_TICK = 20


@lru_cache(maxsize=1)
def _client() -> Client:
    """The connections of this worker process."""
    return Client(
        key=settings.SENDGRID_API_KEY or "postbox",
        base=settings.SENDGRID_API_BASE,
        residency=settings.SENDGRID_RESIDENCY,
        connect_timeout=settings.DISPATCH_CONNECT_TIMEOUT,
        answer_timeout=settings.DISPATCH_ANSWER_TIMEOUT,
    )


@lru_cache(maxsize=1)
def _senders() -> sending.Senders:
    """The threads of this worker process."""
    return sending.Senders(settings.DISPATCH_CONNECTIONS)


@shared_task
def tick() -> None:
    """Ring for every due edition and every due batch; close dispatches that are done."""
    now = clock.now()
    for edition_id in Edition.objects.due_for_dispatch(now).values_list("pk", flat=True):
        open_dispatch.apply_async((edition_id,), expires=30)
    due = iter(recovery.due_batches(now=now, limit=SLICES_A_TICK * settings.DISPATCH_SLICE))
    while slice_ := list(islice(due, settings.DISPATCH_SLICE)):
        send.apply_async((slice_,), expires=30)
    recovery.finish_done(now=now)


@shared_task
def open_dispatch(edition_id: int) -> None:
    """Freeze the audience of one edition."""
    opening.open(edition_id, now=clock.now())


@shared_task
def send(batch_ids: Sequence[int]) -> None:
    """Send a slice of batches, several at a time."""
    _senders().send_all(batch_ids, client=_client(), clock=clock.now)
