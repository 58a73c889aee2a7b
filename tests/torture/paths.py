"""The paths on which rows change beside the send path, each with what has to stand before it is walked.

    opening   recovery   finishing   a refusal and its split   a person's word, or evidence, about a batch
    submitting ahead, and cancelling what is uncertain

`CHUNKS` makes an audience of a handful of readers be frozen in several parts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from newsletter.audience.models import Subscriber, SubscriptionStatus
from newsletter.delivery.dispatches import control_dispatch, open_dispatch, recovery, settle_batch, split_batch
from newsletter.delivery.ledger.packed_ids import unpack
from newsletter.delivery.models import Attempt, Batch, Dispatch, ScheduledGroup
from newsletter.delivery.recipients import batch_recipients
from newsletter.delivery.scheduled import scheduled_groups, scheduled_sends
from newsletter.delivery.sending import send_batches
from newsletter.delivery.states import BatchState, DispatchState
from newsletter.editions.models import Edition
from newsletter.lib import clock
from tests.support import factories as make
from tests.torture.far_end import client_of, order, provider_of

READERS = 7  # beside one who left
SIZE = 2  # readers in a batch
CHUNKS = {"CHUNK_SIZE": 3, "FIRST_PART_CHUNKS": 1, "NEXT_PART_CHUNKS": 1}  # candidates in a chunk, chunks in the parts
PERSON = "otto@example.org"


@dataclass(frozen=True, slots=True)
class Path:
    """`ready` makes what is walked on, and returns its edition; `walk` may be killed, and may be walked again by the
    healthy: it goes on from whatever it finds. Both are told where the postbox is. `tick` is how far the clock of
    healthy workers moves between their rounds."""

    name: str
    ready: Callable[[str], Edition]
    walk: Callable[[Edition, str], object]
    tick: timedelta = timedelta(minutes=1)


def open_all(edition: Edition, _: str = "") -> None:
    """As the tasks `open_due_edition` and `continue_opening` do."""
    dispatch = open_dispatch.open_dispatch(edition.pk, now=clock.now())
    while dispatch and open_dispatch.continue_opening(dispatch.pk):
        pass


def send(batches: list[int], url: str) -> None:
    send_batches.send_all(batches, client=client_of(url), clock=clock.now, connections=1)


def advance_groups(edition: Edition, url: str, now: Callable[[], datetime]) -> None:
    """One step of each group of this edition that has one due."""
    due = ScheduledGroup.objects.filter(pk__in=scheduled_groups.groups_due(now=now()), dispatch__edition=edition)
    for group in due.order_by("pk"):
        scheduled_groups.advance_group(group.pk, provider=provider_of(url), clock=now)


def dispatch_of(edition: Edition) -> Dispatch | None:
    return Dispatch.objects.filter(edition=edition).first()


# --- what has to stand -----------------------------------------------------------------------


def _approved(_: str = "") -> Edition:
    publication = make.publication()
    make.readers(publication, READERS)
    make.reader(publication, status=SubscriptionStatus.UNSUBSCRIBED)
    return make.approved_edition(publication, due_at=clock.now() - timedelta(minutes=1))


def _opened(_: str = "") -> Edition:
    edition = _approved()
    open_all(edition)
    return edition


def _opened_ahead(url: str) -> Edition:
    """Due in three hours, and submitted from now on. Earlier editions give back their cancel slots."""
    for earlier in Edition.objects.filter(dispatch__groups__cancel_slot__isnull=False).distinct():
        advance_groups(earlier, url, lambda: clock.now() + timedelta(hours=5))
    publication = make.publication(schedule_ahead_minutes=240, lead_minutes=300)
    make.readers(publication, READERS)
    make.reader(publication, status=SubscriptionStatus.UNSUBSCRIBED)
    edition = make.approved_edition(publication, due_at=clock.now() + timedelta(hours=3))
    open_all(edition)
    return edition


def _doubtful_ahead(url: str) -> Edition:
    """The answer to the first call was lost, and no evidence came in the time for it."""
    edition = _opened_ahead(url)
    order(url, do="drop", accept=True)
    _submit(edition, url)
    long_ago = clock.now() - scheduled_sends.EVIDENCE_WAIT
    Attempt.objects.filter(batch__dispatch__edition=edition, ended_at__gt=long_ago).update(ended_at=long_ago)
    return edition


def _abandoned(url: str) -> Edition:
    """One batch whose worker was lost before the call, and one whose was lost in it."""
    edition = _opened(url)
    long_ago = clock.now() - timedelta(hours=1)
    first, second, *_ = _batches(edition)
    Batch.objects.filter(pk__in=[first, second]).update(due_at=long_ago)
    for claimed in send_batches.claim_batches([first, second], now=long_ago):
        if claimed.pk == second:
            send_batches.begin_attempt(claimed, batch_recipients.resolve_recipients(claimed), now=long_ago)
    return edition


def _sent(url: str) -> Edition:
    edition = _opened(url)
    send(_batches(edition), url)
    return edition


def _doubtful(url: str, *, accept: bool) -> Edition:
    """The answer to the first call was lost."""
    edition = _opened(url)
    order(url, do="drop", accept=accept)
    send(_batches(edition), url)
    recovery.finish_completed(now=clock.now())
    return edition


def _refused_call(url: str) -> Edition:
    """One reader in the last full batch has a bad address; the others have their letter."""
    edition = _opened(url)
    *others, last = _batches(edition)
    bad = next(pk for pk in (last, *reversed(others)) if Batch.objects.get(pk=pk).count > 1)
    reader = unpack(Batch.objects.get(pk=bad).subscribers)[0]
    Subscriber.objects.filter(pk=reader).update(email=f"not an address {reader}@readers.example")
    send([pk for pk in (*others, last) if pk != bad], url)
    return edition


def _refused_unsplit(url: str) -> Edition:
    """A worker was lost between the refusal and the split."""
    edition = _refused_call(url)
    minding = control_dispatch.handle_refusal
    control_dispatch.handle_refusal = lambda *_, **__: None
    try:
        send(_batches(edition, BatchState.PENDING), url)
    finally:
        control_dispatch.handle_refusal = minding
    return edition


def _refused_alone(url: str) -> Edition:
    edition = _refused_call(url)
    while left := _batches(edition, BatchState.PENDING):
        send(left, url)
    recovery.finish_completed(now=clock.now())
    return edition


def _paused(url: str) -> Edition:
    """The key was refused, so the dispatch has paused itself."""
    edition = _opened(url)
    order(url, do="status", status=401, accept=False)
    send(_batches(edition)[:1], url)
    return edition


def _batches(edition: Edition, *states: BatchState) -> list[int]:
    found = Batch.objects.filter(dispatch__edition=edition, state__in=states or list(BatchState)).order_by("number")
    return list(found.values_list("pk", flat=True))


# --- walks -----------------------------------------------------------------------------------


def _recover(_: Edition, __: str) -> None:
    """What the ticks do, once each."""
    now = clock.now()
    recovery.release_abandoned(now=now)
    recovery.batches_to_enqueue(now=now, limit=100)
    recovery.finish_completed(now=now)


def _finish(_: Edition, __: str) -> None:
    recovery.finish_completed(now=clock.now())


def _be_refused(edition: Edition, url: str) -> None:
    send(_batches(edition, BatchState.PENDING)[:1], url)


def _submit(edition: Edition, url: str) -> None:
    """A batch id is created, the batches are woken and submitted."""
    advance_groups(edition, url, clock.now)
    send(_batches(edition, BatchState.PENDING), url)


def _cancel(edition: Edition, url: str) -> None:
    """The cancel is decided on, requested and seen, and the batches are requeued."""
    for _step in range(3):
        advance_groups(edition, url, clock.now)


def _settle(word: Callable[..., Any]) -> Callable[[Edition, str], None]:
    def settle(edition: Edition, _: str) -> None:
        for batch in Batch.objects.filter(dispatch__edition=edition, state=BatchState.UNCERTAIN):
            word(batch, by=PERSON, now=clock.now())

    return settle


def _prove(edition: Edition, _: str) -> None:
    for attempt in Attempt.objects.filter(settle_batch.awaiting_evidence(), batch__dispatch__edition=edition):
        settle_batch.settle_by_evidence(attempt.pk, evidence="delivered", now=clock.now())


def _resume(edition: Edition, _: str) -> None:
    dispatch = Dispatch.objects.get(edition=edition)
    if dispatch.state in control_dispatch.TRANSITIONS[DispatchState.OPEN]:
        control_dispatch.resume(dispatch)


def leave_out(edition: Edition, _: str) -> None:
    dispatch = Dispatch.objects.get(edition=edition)
    if dispatch.state == DispatchState.ATTENTION and split_batch.count_single_refusals(dispatch).exists():
        control_dispatch.leave_out_refused(dispatch, by=PERSON, now=clock.now())


count_as_accepted = _settle(settle_batch.count_as_accepted)

PATHS = (
    Path("opening", _approved, open_all),
    Path("recovery", _abandoned, _recover),
    Path("finishing", _sent, _finish),
    Path("refusal and split", _refused_call, _be_refused),
    Path("split that was left", _refused_unsplit, _finish),
    Path("leaving refused ones out", _refused_alone, leave_out),
    Path("resuming", _paused, _resume),
    Path("counting as accepted", lambda url: _doubtful(url, accept=True), count_as_accepted),
    Path("sending again", lambda url: _doubtful(url, accept=False), _settle(settle_batch.send_again)),
    Path("evidence", lambda url: _doubtful(url, accept=True), _prove),
    Path("submitting ahead", _opened_ahead, _submit, tick=timedelta(minutes=20)),
    Path("cancelling ahead", _doubtful_ahead, _cancel, tick=timedelta(minutes=20)),
)
