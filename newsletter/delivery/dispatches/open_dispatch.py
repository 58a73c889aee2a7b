"""Open a dispatch: freeze the audience of an approved edition into batches.

The audience is frozen in parts, by ascending subscriber id, so that sending to a million readers starts early:
the first part is small, and its batches are sent while the next parts are frozen. Each part is one transaction on
one snapshot. The index of subscriptions says where each chunk of readers ends, and so how many candidates it has; the
last chunk is counted. If the readers that the pass plans and leaves out do not add up to that, the part is not written.
Parts are adjacent ranges of ids without overlap, and the last one has no upper bound: every subscription is in exactly
one part, also when a worker is lost between two parts and another worker continues.
"""

from __future__ import annotations  # array[int] has no meaning at run time before 3.12

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import TypedDict

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from newsletter.audience import reachable_subscribers
from newsletter.audience.reachable_subscribers import Exclusion, Marked, SqlCondition
from newsletter.delivery.dispatches import active_pauses, control_dispatch
from newsletter.delivery.ledger.packed_ids import pack
from newsletter.delivery.models import Batch, Dispatch
from newsletter.delivery.rate_limits import quotas
from newsletter.delivery.recipients import edition_segments, letter_choice, recent_donors
from newsletter.delivery.scheduled import scheduled_sends
from newsletter.editions import embargo_and_expiry, local_time, reopen_edition
from newsletter.editions.edition_times import received
from newsletter.editions.models import Edition, EditionState, Variant
from newsletter.letters import assemble_edition, edition_audience, edition_decisions
from newsletter.letters.frozen_audience import Audience
from newsletter.lib.errors import InvalidState, NewsletterError

CHUNK_SIZE = 5000  # candidates read at once
FIRST_PART_CHUNKS, NEXT_PART_CHUNKS = 2, 20


def due(*, now: datetime) -> list[int]:
    """Return the ids of editions to open: those that are due, and those that may be scheduled at the provider now."""
    is_paused = Exists(active_pauses.pauses_of(OuterRef("publication"), now=now))
    found = Edition.objects.due_for_dispatch(now).filter(~is_paused).select_related("publication")
    return [one.pk for one in found if one.due_at <= now or not scheduled_sends.reason_against(one, now=now)]


class AudienceCountMismatch(NewsletterError):
    """The query and the pass count different audiences; nothing of this part was written."""


def open_dispatch(edition_id: int, *, now: datetime) -> Dispatch | None:
    """Return the dispatch of this edition with its first part frozen; `continue_opening` freezes the rest.

    Returns the existing dispatch if the edition has one. Returns None if the edition was held or reopened, if another
    worker is opening it, if sending is paused, or if it must not open before it is due. An edition that is too late is
    held, as is one whose segments match nobody; one whose stories or appeal changed after approval is reopened so that
    it is assembled again.
    """
    with transaction.atomic(durable=not connection.in_atomic_block):
        _see_one_snapshot()
        edition = _take(edition_id)
        if edition is None:
            return None
        if existing := Dispatch.objects.filter(edition=edition).first():
            return existing
        if edition.state != EditionState.APPROVED or scheduled_sends.submission_opens_at(edition) > now:
            raise InvalidState(
                f"Edition {edition.pk} is {edition.state} and due at {edition.due_at:%Y-%m-%d %H:%M} UTC."
            )
        if edition.due_at > now and scheduled_sends.reason_against(edition, now=now):
            return None
        if active_pauses.pause_of(edition.publication_id, now=now):
            return None
        if not edition.publication.is_active:
            edition_decisions.hold(edition, reason=edition_decisions.PUBLICATION_PAUSED, now=now)
            return None
        if edition.too_late_after < now:
            edition_decisions.hold(edition, reason=control_dispatch.TOO_LATE, now=now)
            return None
        if assemble_edition.is_stale(edition, now=now):
            reopen_edition.reopen(edition, reason=assemble_edition.CHANGED)
            return None
        if reason := embargo_and_expiry.reason_to_hold(edition, now=now):
            edition_decisions.hold(edition, reason=reason, now=now)
            return None
        if reason := edition_audience.reason_without_readers(edition, _audience(edition), now=now):
            edition_decisions.hold(edition, reason=reason, now=now)
            return None
        return _freeze(edition, now=now)


def _audience(edition: Edition) -> Audience:
    audience: Audience = edition.letters.values_list("audience", flat=True)[0]
    return audience


def _take(edition_id: int) -> Edition | None:
    """Lock the edition until the transaction ends; None when it is gone or another worker is opening it."""
    found = Edition.objects.select_for_update(skip_locked=True).filter(pk=edition_id).first()
    return Edition.objects.select_related("publication").get(pk=edition_id) if found else None


def continue_opening(dispatch_id: int) -> bool:
    """Freeze the next part of a dispatch that is still opening. Return True if the caller should continue.

    Returns False when all parts are frozen, or when another worker is freezing one. Works in any state of the
    dispatch, so that every candidate of a paused or stopped dispatch is counted too.
    """
    with transaction.atomic(durable=not connection.in_atomic_block):
        _see_one_snapshot()
        still = Dispatch.objects.select_for_update(skip_locked=True).filter(
            pk=dispatch_id, frozen_up_to_id__isnull=False
        )
        dispatch = still.first()
        if dispatch is None:
            return False
        _freeze_part(dispatch, chunks=NEXT_PART_CHUNKS)
        return dispatch.frozen_up_to_id is not None


def _freeze(edition: Edition, *, now: datetime) -> Dispatch:
    is_paced = bool(quotas.limits_of(edition.publication, now=now))
    dispatch = Dispatch.objects.create(
        edition=edition,
        candidates=0,
        planned=0,
        frozen_up_to_id=0,
        day=received(edition, now=now).day,
        is_paced=is_paced,
        thank_gifts_since=recent_donors.thank_gifts_since(edition),
        too_late_after=edition.too_late_after,
        opened_at=now,
    )
    edition.move(EditionState.DISPATCHING)
    edition.save()
    if now < edition.due_at:
        scheduled_sends.plan_groups(dispatch)
    _freeze_part(dispatch, chunks=FIRST_PART_CHUNKS)
    return dispatch


def _freeze_part(dispatch: Dispatch, *, chunks: int) -> None:
    """Freeze the candidates after `frozen_up_to_id`: at most `chunks` times CHUNK_SIZE."""
    edition = Edition.objects.select_related("publication").get(pk=dispatch.edition_id)
    after = dispatch.frozen_up_to_id or 0
    frozen = list(edition.letters.values_list("variant", "pk", "audience"))
    letters, audience = {variant: pk for variant, pk, _ in frozen}, frozen[0][2]
    choice = letter_choice.letter_choice(dispatch, edition.publication_id, variants=letters)
    exclusions = edition_segments.exclusions_of(audience, edition.publication, opened_at=dispatch.opened_at)
    part = _Part(after, dispatch.day, choice, exclusions)
    batches, versions = [], Counter(dispatch.versions)
    for (due_at, variant), ids in part.freeze(edition, chunks, size=_size(dispatch, edition)):
        made = Batch(
            dispatch=dispatch, letter_id=letters[variant], subscribers=pack(ids), count=len(ids), due_at=due_at
        )
        batches.append(made)
        if variant != Variant.DEFAULT:
            versions[variant.value] += len(ids)
    for number, batch in enumerate(batches, start=dispatch.batches.count() + 1):
        batch.number = number
    Batch.objects.bulk_create(batches, batch_size=200)
    candidates, planned, left_out = part.candidates, sum(batch.count for batch in batches), part.left_out
    if candidates != planned + left_out.total():
        raise AudienceCountMismatch(
            f"Edition {edition.pk}, subscribers after {after}: {candidates} candidates, but {planned} planned "
            f"and {left_out.total()} left out."
        )
    dispatch.candidates += candidates
    dispatch.planned += planned
    dispatch.left_out = dict(Counter(dispatch.left_out) + left_out)
    dispatch.versions = dict(versions)
    dispatch.frozen_up_to_id = None if part.is_last else part.last
    dispatch.save()


class CandidateRange(TypedDict):
    """Which candidates are read next, and which of them are left out by the segments of the edition."""

    day: date
    after: int
    limit: int
    exclusions: Sequence[Exclusion]


BatchKey = tuple[datetime, Variant]  # what the readers of a batch have in common: its due time and its letter


class _Part:
    """One pass over the next candidates. `last` is the highest id read; `is_last`: no candidate comes after it.

    `candidates` is how many subscriptions there are up to there, which the pass itself does not count.
    """

    def __init__(self, after: int, day: date, choice: SqlCondition | None, exclusions: Sequence[Exclusion]) -> None:
        self.last, self.is_last, self.day = after, False, day
        self.choice, self.exclusions, self.candidates = choice, exclusions, 0
        self.left_out: Counter[str] = Counter()

    def freeze(self, edition: Edition, chunks: int, *, size: int) -> Iterator[tuple[BatchKey, array[int]]]:
        """Yield the ascending ids of up to `size` readers to send to, with their batch key; count the others by reason.

        Readers with the same due time and letter are batched together; one batch of each key is filled at a time.
        """
        clocks = local_time.clocks(edition)
        waiting: defaultdict[BatchKey, array[int]] = defaultdict(lambda: array("q"))
        while chunks and not self.is_last:
            chunks -= 1
            for key, ids in self._read_chunk(edition, clocks).items():
                pending = waiting[key]
                pending.extend(ids)
                while len(pending) >= size:
                    yield key, pending[:size]
                    del pending[:size]
        yield from ((key, pending) for key, pending in sorted(waiting.items()) if pending)

    def _read_chunk(self, edition: Edition, clocks: local_time.LocalSendTimes | None) -> dict[BatchKey, list[int]]:
        """Return the readers to send to among the next CHUNK_SIZE candidates, by their batch key."""
        if clocks is None and self.choice is None:
            found = reachable_subscribers.candidates(edition.publication_id, **self._range())
            self._advance(edition, len(found), found[-1][0] if found else self.last)
            self.left_out.update([reason for _, reason in found if reason])
            return {(edition.due_at, Variant.DEFAULT): [subscriber for subscriber, reason in found if not reason]}
        rows = self._rows(edition)
        self._advance(edition, len(rows), rows[-1][0] if rows else self.last)
        self.left_out.update([reason for _, _, _, reason in rows if reason])
        by_key: defaultdict[BatchKey, list[int]] = defaultdict(list)
        for subscriber, zone, chosen, reason in rows:
            if not reason:
                due_at = max(edition.due_at, clocks.moment(zone)) if clocks else edition.due_at
                by_key[due_at, letter_choice.CHOICES[chosen]].append(subscriber)
        return by_key

    def _rows(self, edition: Edition) -> list[Marked]:
        if self.choice:
            return reachable_subscribers.candidates_with_mark(edition.publication_id, self.choice, **self._range())
        placed = reachable_subscribers.candidates_with_zone(edition.publication_id, **self._range())
        return [(subscriber, zone, 0, reason) for subscriber, zone, reason in placed]

    def _range(self) -> CandidateRange:
        return {"day": self.day, "after": self.last, "limit": CHUNK_SIZE, "exclusions": self.exclusions}

    def _advance(self, edition: Edition, count: int, last: int) -> None:
        """Go on after `last`. A chunk ends at the CHUNK_SIZE-th subscription; one with fewer rows must be the end."""
        self.is_last = count < CHUNK_SIZE
        self.candidates += (
            reachable_subscribers.count_candidates(
                edition.publication_id, after=self.last, last=reachable_subscribers.LAST_ID
            )
            if self.is_last
            else CHUNK_SIZE
        )
        self.last = last


def _size(dispatch: Dispatch, edition: Edition) -> int:
    """Return the largest size of a batch: a batch of a paced dispatch has to fit into its rate windows."""
    if not dispatch.is_paced:
        return int(settings.DISPATCH_BATCH_SIZE)
    return quotas.limits_of(edition.publication, now=dispatch.opened_at).largest_batch(dispatch.opened_at)


def _see_one_snapshot() -> None:
    """Make every query of this transaction see the same audience. SQLite always does."""
    if connection.vendor == "postgresql" and len(connection.savepoint_ids) == 0:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
