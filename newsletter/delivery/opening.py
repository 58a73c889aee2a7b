"""Opening a dispatch: the audience of an approved edition, frozen into batches in one pass.

One transaction sees one snapshot of the audience and writes everything, so that a dispatch
either has all of its batches or does not exist. Candidates are counted twice, by a query and by
the pass; when planned and left out do not add up to them, nothing opens.
"""

from __future__ import annotations  # array[int] has no meaning at run time before 3.12

from array import array
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction

from newsletter.audience import leaving, reaching
from newsletter.delivery.models import Batch, Dispatch, pack
from newsletter.editions import approval, assembly, reopening
from newsletter.editions.models import Edition, State
from newsletter.lib.errors import NewsletterError, NotAllowed


class DoesNotAddUp(NewsletterError):
    """The audience counted by a query and by the pass differ: nothing was opened."""


def open(edition_id: int, *, now: datetime) -> Dispatch | None:  # noqa: A001 — the ledger's own word for it
    """The open dispatch of this edition; None when it was held or taken back, or is being opened elsewhere.

    Asked again for an edition that has one, it returns that one. An edition that is too late is
    held; one whose stories or appeal changed after approval is taken back to be assembled anew.
    """
    with transaction.atomic(durable=not connection.in_atomic_block):
        _see_one_snapshot()
        edition = _take(edition_id)
        if edition is None:
            return None
        if existing := Dispatch.objects.filter(edition=edition).first():
            return existing
        if edition.state != State.APPROVED or edition.due_at > now:
            raise NotAllowed(f"Edition {edition.pk} is {edition.state} and due at {edition.due_at:%Y-%m-%d %H:%M} UTC.")
        if not edition.publication.is_active:
            approval.hold(edition, reason="Its publication rests.", now=now)
            return None
        if edition.due_at + timedelta(minutes=edition.publication.lateness_limit_minutes) < now:
            approval.hold(edition, reason="It was due too long ago to be sent without a person's word.", now=now)
            return None
        if assembly.is_stale(edition):
            reopening.reopen(edition)
            return None
        if why := assembly.reason_to_hold(edition, now=now):
            approval.hold(edition, reason=why, now=now)
            return None
        leaving.end_pauses(edition.publication, now=now)  # of those whose pause is over today
        return _freeze(edition, now=now)


def _take(edition_id: int) -> Edition | None:
    """The edition, ours until the transaction ends; None when it is gone or another worker is opening it."""
    found = Edition.objects.select_for_update(skip_locked=True).filter(pk=edition_id).first()
    return Edition.objects.select_related("publication").get(pk=edition_id) if found else None


def _freeze(edition: Edition, *, now: datetime) -> Dispatch:
    letter = edition.letters.get(variant=assembly.DEFAULT)
    dispatch = Dispatch.objects.create(edition=edition, candidates=0, planned=0, opened_at=now)
    left_out: Counter[str] = Counter()
    number = 0
    waiting: list[Batch] = []
    for number, ids in enumerate(_lots(edition.publication_id, left_out), start=1):
        waiting.append(
            Batch(
                dispatch=dispatch,
                number=number,
                letter=letter,
                subscribers=pack(ids),
                count=len(ids),
                due_at=edition.due_at,
            )
        )
        dispatch.planned += len(ids)
        if len(waiting) == 200:
            Batch.objects.bulk_create(waiting)
            waiting = []
    Batch.objects.bulk_create(waiting)
    dispatch.left_out = dict(left_out)
    dispatch.candidates = reaching.count_candidates(edition.publication_id)
    if dispatch.candidates != dispatch.planned + left_out.total():
        raise DoesNotAddUp(
            f"Edition {edition.pk}: {dispatch.candidates} candidates, but {dispatch.planned} planned "
            f"and {left_out.total()} left out."
        )
    dispatch.save()
    edition.move(State.DISPATCHING)
    edition.save()
    return dispatch


def _lots(publication_id: int, left_out: Counter[str]) -> Iterator[array[int]]:
    """Ascending ids of those to be mailed, in lots of the batch size; counts the others by reason."""
    lot: array[int] = array("q")
    for subscriber, reason in reaching.candidates(publication_id):
        if reason:
            left_out[reason] += 1
            continue
        lot.append(subscriber)
        if len(lot) == settings.DISPATCH_BATCH_SIZE:
            yield lot
            lot = array("q")
    if lot:
        yield lot


def _see_one_snapshot() -> None:
    """Make every query of this transaction see the same audience. SQLite does so by itself."""
    if connection.vendor == "postgresql" and len(connection.savepoint_ids) == 0:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
