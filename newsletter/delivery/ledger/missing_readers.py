"""Readers who did not get an edition: planned readers who were not accepted, each with the reason and the time.

Nothing is stored for this: they are read from the packed ids of the batches. One statement reads all batches, so a
reader who moves to another batch meanwhile is neither listed twice nor missed. A million readers take no more memory
than a few batches. Once the batches of an old dispatch are deleted, only the counts are left.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Any, NamedTuple

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from newsletter.audience import reachable_subscribers
from newsletter.delivery.ledger.batch_counts import batch_counts
from newsletter.delivery.ledger.packed_ids import unpack
from newsletter.delivery.models import Attempt, Batch, Dispatch
from newsletter.delivery.states import AttemptStatus, BatchState, DispatchState
from newsletter.lib.spreadsheet_formulas import escape_formula


class MissingState(StrEnum):
    """The state of a planned reader who was not accepted."""

    LEFT = "left"  # since planning; `left_since` in progress.py
    REFUSED = "refused"
    UNCERTAIN = "uncertain"
    WAITING = "waiting"
    UNSENT = "unsent"  # was waiting when the dispatch was stopped


class MissingReader(NamedTuple):
    """One reader. `email` is empty if the person was erased since; `since` is UTC, None if unknown."""

    email: str
    state: MissingState
    reason: str
    batch: int
    since: datetime | None


class _Call(NamedTuple):
    """A batch by its number, the state of its readers who had not left, and its latest attempt."""

    number: int
    kind: MissingState | None
    attempt: Attempt | None


BatchRow = tuple[int, str, bytes | memoryview, dict[str, list[int]], Any]  # number, state, ids, left out, attempt
Person = tuple[str, datetime | None, datetime | None]  # address, unsubscribed at, suppressed at

CALLED = (
    BatchState.ACCEPTED,
    BatchState.REFUSED,
    BatchState.UNCERTAIN,
    BatchState.EMPTY,
    BatchState.SPLIT,
)  # their readers who were not submitted had left
LEFT = Q(state__in=CALLED, submitted__lt=F("count"))
NOT_BEGUN = (BatchState.PENDING, BatchState.CLAIMED)  # these are never sent once the dispatch is stopped
BATCHES_IN_MEMORY = 20
REASONS = {
    "left": "unsubscribed",
    "suppressed": "suppressed address",
    "paused": "paused the newsletter",
    "pending": "not confirmed yet",
    "erased": "erased",
}


def missing_counts(dispatch: Dispatch) -> dict[MissingState, int]:
    """Return the number of readers in each state; their sum is `planned` - `accepted` of progress.py."""
    found = dict.fromkeys(MissingState, 0)
    readers, sent = batch_counts([dispatch])[dispatch.pk]
    for state, count in readers.items():
        submitted = sent[state]
        if state in CALLED:
            found[MissingState.LEFT] += count - submitted
        kind = _kind(state, dispatch)
        if kind:
            found[kind] += submitted if state in CALLED else count
    return found


def missing_readers(dispatch: Dispatch, *, only: MissingState | None = None) -> Iterator[MissingReader]:
    """Yield the missing readers ordered by batch and id; with `only`, those in that state. None of a final dispatch."""
    yield from _readers(_holding(dispatch, only), dispatch, only)


def page(dispatch: Dispatch, *, only: MissingState | None = None, start: int, limit: int) -> list[MissingReader]:
    """Return up to `limit` missing readers after the first `start`; earlier batches are not unpacked."""
    skip, found = start, 0
    wanted: list[int] = []
    numbers = _holding(dispatch, only).order_by("number").values_list("pk", "state", "count", "submitted")
    for pk, state, count, submitted in numbers:
        here = _size(dispatch, only, state, count, submitted)
        if not wanted and here <= skip:
            skip -= here
            continue
        wanted.append(pk)
        found += here
        if found >= skip + limit:
            break
    return list(islice(_readers(Batch.objects.filter(pk__in=wanted), dispatch, only), skip, skip + limit))


def lines(found: Iterable[MissingReader]) -> Iterator[str]:
    """Yield `found` as lines of a CSV file with a header; formulas are escaped for spreadsheets."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(MissingReader._fields)
    for reader in found:
        yield _drain(buffer)
        since = f"{reader.since:%Y-%m-%dT%H:%M:%SZ}" if reader.since else ""
        writer.writerow(
            [escape_formula(reader.email), reader.state, escape_formula(reader.reason), reader.batch, since]
        )
    yield _drain(buffer)


def _kind(state: str, dispatch: Dispatch) -> MissingState | None:
    """Return the state of a batch's readers who have not left; None if they got the letter or are in other batches."""
    match state:
        case BatchState.REFUSED:
            return MissingState.REFUSED
        case BatchState.UNCERTAIN:
            return MissingState.UNCERTAIN
        case BatchState.PENDING | BatchState.CLAIMED if dispatch.state == DispatchState.STOPPED:
            return MissingState.UNSENT
        case BatchState.PENDING | BatchState.CLAIMED | BatchState.CALLING:
            return MissingState.WAITING
    return None


def _holding(dispatch: Dispatch, only: MissingState | None) -> QuerySet[Batch]:
    """Return the batches that have readers in that state."""
    stopped = dispatch.state == DispatchState.STOPPED
    waiting = (BatchState.CALLING,) if stopped else (*NOT_BEGUN, BatchState.CALLING)
    where = {
        MissingState.LEFT: LEFT,
        MissingState.REFUSED: Q(state=BatchState.REFUSED),
        MissingState.UNCERTAIN: Q(state=BatchState.UNCERTAIN),
        MissingState.WAITING: Q(state__in=waiting),
        MissingState.UNSENT: Q(state__in=NOT_BEGUN if stopped else ()),
    }
    batches = dispatch.batches.none() if dispatch.final_at else dispatch.batches
    return batches.filter(
        where[only] if only else ~Q(state__in=(BatchState.ACCEPTED, BatchState.EMPTY, BatchState.SPLIT)) | LEFT
    )


def _size(dispatch: Dispatch, only: MissingState | None, state: str, count: int, submitted: int) -> int:
    kind = _kind(state, dispatch)
    gone = count - submitted if state in CALLED and only in (None, MissingState.LEFT) else 0
    return gone + (count if state not in CALLED else submitted) * (kind is not None and only in (None, kind))


def _readers(batches: QuerySet[Batch], dispatch: Dispatch, only: MissingState | None) -> Iterator[MissingReader]:
    latest = Attempt.objects.filter(batch=OuterRef("pk")).order_by("-ordinal")
    found = batches.annotate(latest=Subquery(latest.values("pk")[:1])).order_by("number")
    rows = found.values_list("number", "state", "subscribers", "left_out", "latest").iterator(
        chunk_size=BATCHES_IN_MEMORY
    )
    while some := list(islice(rows, BATCHES_IN_MEMORY)):
        attempts = Attempt.objects.in_bulk([pk for *_, pk in some if pk])
        wanted = [(*row, _wanted(row, dispatch, only)) for row in some]
        people = reachable_subscribers.contact_details(
            dispatch.edition.publication_id, [pk for *_, ids in wanted for pk in ids]
        )
        for number, state, _, left_out, attempt_id, ids in wanted:
            call = _Call(number, _kind(state, dispatch), attempts.get(attempt_id))
            reasons = _reasons(state, left_out)
            for pk in ids:
                yield _reader(people.get(pk, ("", None, None)), call, reasons.get(pk), dispatch)


def _wanted(row: BatchRow, dispatch: Dispatch, only: MissingState | None) -> list[int]:
    """Return the ids of the missing readers of one batch."""
    _, state, packed, left_out, _ = row
    ids: list[int] = unpack(packed).tolist()
    reasons = _reasons(state, left_out)
    if _kind(state, dispatch) is None or only is MissingState.LEFT:
        return [pk for pk in ids if pk in reasons]
    return [pk for pk in ids if pk not in reasons] if only is not None else ids


def _reasons(state: str, left_out: dict[str, list[int]]) -> dict[int, str]:
    """Return why each reader who had left was not submitted."""
    return {pk: reason for reason, pks in left_out.items() for pk in pks} if state in CALLED else {}


def _reader(person: Person, call: _Call, why_left: str | None, dispatch: Dispatch) -> MissingReader:
    email, unsubscribed_at, suppressed_at = person
    number, kind, attempt = call
    if why_left is None and kind:
        return MissingReader(email, kind, _reason(kind, attempt), number, _since(kind, attempt, dispatch))
    if why_left == "refused":
        return MissingReader(email, MissingState.LEFT, f"excluded: {_detail(attempt)}", number, _ended(attempt))
    reason = why_left or ""
    known = {"left": unsubscribed_at, "suppressed": suppressed_at}.get(reason)
    since = known or (attempt.began_at if attempt else None)
    return MissingReader(email, MissingState.LEFT, REASONS.get(reason, reason), number, since)


def _reason(kind: MissingState, attempt: Attempt | None) -> str:
    """Return why a reader who has not left did not get it: the answer of the provider, if it gave one."""
    if kind is MissingState.REFUSED:
        return _detail(attempt)
    if kind is MissingState.UNCERTAIN:
        return (attempt.detail if attempt else "") or "The provider did not respond."
    return attempt.detail if attempt and attempt.status in (AttemptStatus.LATER, AttemptStatus.REFUSED) else ""


def _detail(attempt: Attempt | None) -> str:
    return (attempt.detail if attempt else "") or "The provider gave no reason."


def _since(kind: MissingState, attempt: Attempt | None, dispatch: Dispatch) -> datetime:
    """Return since when: refused since the response, uncertain since the call, waiting since the dispatch opened."""
    if attempt is None or kind in (MissingState.WAITING, MissingState.UNSENT):
        return dispatch.opened_at
    return attempt.began_at if kind is MissingState.UNCERTAIN else attempt.ended_at or attempt.began_at


def _ended(attempt: Attempt | None) -> datetime | None:
    return (attempt.ended_at or attempt.began_at) if attempt else None


def _drain(buffer: io.StringIO) -> str:
    line = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return line
