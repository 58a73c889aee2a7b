"""Who did not get an edition: the planned readers who were not accepted, one by one, with why and since when.

Nothing is kept for this: they are read from the packed ids of the batches. One statement reads all
batches, so a reader who comes into another batch meanwhile is neither named twice nor passed over;
a million readers take no more memory than a few batches do.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import NamedTuple

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum

from newsletter.audience import reachable_subscribers
from newsletter.delivery.ledger.packed_ids import unpack
from newsletter.delivery.models import Attempt, AttemptStatus, Batch, BatchState, Dispatch, DispatchState
from newsletter.lib.spreadsheet_formulas import escape_formula


class MissingState(StrEnum):
    """How things stand with a planned reader who was not accepted."""

    LEFT = "left"  # since planning; `left_since` in progress.py
    REFUSED = "refused"
    UNCERTAIN = "uncertain"
    WAITING = "waiting"
    UNSENT = "unsent"  # was waiting when the dispatch was stopped


class MissingReader(NamedTuple):
    """One reader. `email` is empty when the person was erased since; `since` is UTC, None when it is not known."""

    email: str
    state: MissingState
    reason: str
    batch: int
    since: datetime | None


S = BatchState
CALLED = (S.ACCEPTED, S.REFUSED, S.UNCERTAIN, S.EMPTY, S.SPLIT)  # whoever is in them and not submitted has left
LEFT = Q(state__in=CALLED, submitted__lt=F("count"))
NOT_BEGUN = (S.PENDING, S.CLAIMED)  # nothing of these is sent once the dispatch is stopped
AT_ONCE = 20  # batches in memory
REASONS = {
    "left": "unsubscribed",
    "suppressed": "the address must not be mailed",
    "paused": "asked for a pause",
    "pending": "has not confirmed yet",
    "erased": "is not kept here any more",
}


def missing_counts(dispatch: Dispatch) -> dict[MissingState, int]:
    """How many readers are in each state; together they are `planned` less `accepted` of progress.py. One query."""
    found = dict.fromkeys(MissingState, 0)
    rows = dispatch.batches.values_list("state").annotate(Sum("count"), Sum("submitted"))
    for state, count, submitted in rows:
        if state in CALLED:
            found[MissingState.LEFT] += count - submitted
        kind = _kind(state, dispatch)
        if kind:
            found[kind] += submitted if state in CALLED else count
    return found


def missing_readers(dispatch: Dispatch, *, only: MissingState | None = None) -> Iterator[MissingReader]:
    """Everybody who did not get it, by batch and then by id; with `only`, those in that state."""
    yield from _readers(_holding(dispatch, only), dispatch, only)


def page(dispatch: Dispatch, *, only: MissingState | None = None, start: int, most: int) -> list[MissingReader]:
    """Up to `most` of `readers` after the first `start`; batches that lie before are not opened."""
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
        if found >= skip + most:
            break
    return list(islice(_readers(Batch.objects.filter(pk__in=wanted), dispatch, only), skip, skip + most))


def lines(found: Iterable[MissingReader]) -> Iterator[str]:
    """`found` as the lines of a CSV file with a header, safe to open in a spreadsheet."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(MissingReader._fields)
    for one in found:
        yield _taken(buffer)
        since = f"{one.since:%Y-%m-%dT%H:%M:%SZ}" if one.since else ""
        writer.writerow([escape_formula(one.email), one.state, escape_formula(one.reason), one.batch, since])
    yield _taken(buffer)


def _kind(state: str, dispatch: Dispatch) -> MissingState | None:
    """What those of a batch are who have not left; None when they got it, or stand in other batches."""
    match state:
        case S.REFUSED:
            return MissingState.REFUSED
        case S.UNCERTAIN:
            return MissingState.UNCERTAIN
        case S.PENDING | S.CLAIMED if dispatch.state == DispatchState.STOPPED:
            return MissingState.UNSENT
        case S.PENDING | S.CLAIMED | S.CALLING:
            return MissingState.WAITING
    return None


def _holding(dispatch: Dispatch, only: MissingState | None) -> QuerySet[Batch]:
    """Batches with somebody in that state."""
    stopped = dispatch.state == DispatchState.STOPPED
    waiting = (S.CALLING,) if stopped else (*NOT_BEGUN, S.CALLING)
    where = {
        MissingState.LEFT: LEFT,
        MissingState.REFUSED: Q(state=S.REFUSED),
        MissingState.UNCERTAIN: Q(state=S.UNCERTAIN),
        MissingState.WAITING: Q(state__in=waiting),
        MissingState.UNSENT: Q(state__in=NOT_BEGUN if stopped else ()),
    }
    return dispatch.batches.filter(where[only] if only else ~Q(state__in=(S.ACCEPTED, S.EMPTY, S.SPLIT)) | LEFT)


def _size(dispatch: Dispatch, only: MissingState | None, state: str, count: int, submitted: int) -> int:
    kind = _kind(state, dispatch)
    gone = count - submitted if state in CALLED and only in (None, MissingState.LEFT) else 0
    return gone + (count if state not in CALLED else submitted) * (kind is not None and only in (None, kind))


def _readers(batches: QuerySet[Batch], dispatch: Dispatch, only: MissingState | None) -> Iterator[MissingReader]:
    latest = Attempt.objects.filter(batch=OuterRef("pk")).order_by("-ordinal")
    found = batches.annotate(latest=Subquery(latest.values("pk")[:1])).order_by("number")
    rows = found.values_list("number", "state", "subscribers", "left_out", "latest").iterator(chunk_size=AT_ONCE)
    publication = dispatch.edition.publication_id
    for number, state, packed, left_out, attempt_id in rows:
        attempt = Attempt.objects.filter(pk=attempt_id).first()
        ids = unpack(packed).tolist()
        why = {one: reason for reason, those in left_out.items() for one in those} if state in CALLED else {}
        kind = _kind(state, dispatch)
        if kind is None or only is MissingState.LEFT:
            ids = [one for one in ids if one in why]
        elif only is not None:
            ids = [one for one in ids if one not in why]
        people = reachable_subscribers.contact_details(publication, ids)
        for one in ids:
            email, unsubscribed_at, barred_at = people.get(one, ("", None, None))
            if one not in why and kind:
                yield MissingReader(email, kind, _said(kind, attempt), number, _since(kind, attempt, dispatch))
            elif why.get(one) == "refused":
                yield MissingReader(email, MissingState.LEFT, f"left out: {_detail(attempt)}", number, _ended(attempt))
            else:
                reason = why[one]
                known = {"left": unsubscribed_at, "suppressed": barred_at}.get(reason)
                since = known or (attempt.began_at if attempt else None)
                yield MissingReader(email, MissingState.LEFT, REASONS.get(reason, reason), number, since)


def _said(kind: MissingState, attempt: Attempt | None) -> str:
    """Why somebody who has not left has not got it, in the provider's words where it said any."""
    if kind is MissingState.REFUSED:
        return _detail(attempt)
    if kind is MissingState.UNCERTAIN:
        return (attempt.detail if attempt else "") or "The provider never answered."
    return attempt.detail if attempt and attempt.fate in (AttemptStatus.LATER, AttemptStatus.REFUSED) else ""


def _detail(attempt: Attempt | None) -> str:
    return (attempt.detail if attempt else "") or "The provider gave no reason."


def _since(kind: MissingState, attempt: Attempt | None, dispatch: Dispatch) -> datetime:
    """Refused since the answer, uncertain since the call began, waiting since the dispatch opened."""
    if attempt is None or kind in (MissingState.WAITING, MissingState.UNSENT):
        return dispatch.opened_at
    return attempt.began_at if kind is MissingState.UNCERTAIN else attempt.ended_at or attempt.began_at


def _ended(attempt: Attempt | None) -> datetime | None:
    return (attempt.ended_at or attempt.began_at) if attempt else None


def _taken(buffer: io.StringIO) -> str:
    line = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return line
