"""What became of the recent editions for one reader: from their events, else from the batch that holds them."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from django.db.models import QuerySet

from newsletter.delivery.ledger.packed_ids import unpack
from newsletter.delivery.models import Batch, Dispatch
from newsletter.delivery.states import BatchState, DispatchState
from newsletter.editions.models import FrozenLetter, Variant
from newsletter.insights.models import DeliveryStage, ReaderOutcome
from newsletter.lib import sql
from newsletter.mail.message import MergeTag

BATCHES = Batch._meta.db_table
STAGES = {
    DeliveryStage.PROCESSED: "on its way",
    DeliveryStage.DEFERRED: "deferred by the mailbox",
    DeliveryStage.DROPPED: "dropped by the provider",
    DeliveryStage.BLOCKED: "blocked by the mailbox",
    DeliveryStage.DELIVERED: "delivered",
    DeliveryStage.BOUNCED: "bounced",
}
STATES = {
    BatchState.ACCEPTED: "accepted by the provider",
    BatchState.REFUSED: "refused by the provider",
    BatchState.UNCERTAIN: "uncertain",
    BatchState.EMPTY: "not sent",
}
REASONS = {
    "left": "not sent: unsubscribed",
    "suppressed": "not sent: suppressed address",
    "paused": "not sent: paused",
    "pending": "not sent: not confirmed",
    "refused": "not sent: refused by the provider",
}


class ReaderEdition(NamedTuple):
    """One edition that was planned for a reader. Unknown times are None."""

    edition_id: int
    publication: str
    subject: str
    opened_at: datetime
    outcome: str
    delivered_at: datetime | None = None
    clicked_at: datetime | None = None
    unsubscribed_at: datetime | None = None
    complained_at: datetime | None = None
    bounced_at: datetime | None = None


def reader_editions(subscriber_id: int, *, publications: Collection[int], limit: int) -> list[ReaderEdition]:
    """Return the reader's editions among the latest `limit` dispatches of `publications`, newest first."""
    dispatches = list(_recent(publications, limit))
    outcomes = {
        outcome.dispatch_id: outcome
        for outcome in ReaderOutcome.objects.filter(dispatch__in=dispatches, subscriber=subscriber_id)
    }
    letters = FrozenLetter.objects.filter(edition__dispatch__in=dispatches, variant=Variant.DEFAULT)
    subjects = {edition: _readable(subject) for edition, subject in letters.values_list("edition_id", "subject")}
    others = {one.pk: one for one in dispatches if one.pk not in outcomes and one.final_at is None}
    batches = _batches_with(subscriber_id, others)
    found = []
    for dispatch in dispatches:
        if outcome := outcomes.get(dispatch.pk):
            found.append(_from_events(dispatch, outcome))
        elif words := batches.get(dispatch.pk):
            found.append(_described(dispatch, words))
    return [edition._replace(subject=subjects.get(edition.edition_id, "")) for edition in found]


def deleted_until(*, publications: Collection[int], limit: int) -> datetime | None:
    """Return when the newest of these dispatches without batches opened: up to then, editions may be missing."""
    found = _recent(publications, limit).values_list("opened_at", "final_at")
    return max((opened_at for opened_at, final_at in found if final_at), default=None)


def _recent(publications: Collection[int], limit: int) -> QuerySet[Dispatch]:
    recent = Dispatch.objects.filter(edition__publication__in=publications).select_related("edition__publication")
    return recent.order_by("-opened_at", "-pk")[:limit]


def _readable(subject: str) -> str:
    return subject.replace(MergeTag.FIRST_NAME, "[first name]")


def _described(dispatch: Dispatch, words: str) -> ReaderEdition:
    edition = dispatch.edition
    return ReaderEdition(edition.pk, edition.publication.slug, "", dispatch.opened_at, words)


def _from_events(dispatch: Dispatch, outcome: ReaderOutcome) -> ReaderEdition:
    return _described(dispatch, STAGES[DeliveryStage(outcome.reached)])._replace(
        delivered_at=outcome.delivered_at,
        clicked_at=outcome.clicked_at,
        unsubscribed_at=outcome.unsubscribed_at,
        complained_at=outcome.complained_at,
        bounced_at=outcome.bounced_at,
    )


def _batches_with(subscriber_id: int, dispatches: dict[int, Dispatch]) -> dict[int, str]:
    """Return by dispatch what became of the batch that holds this reader. Reads the ends of batches, then a few whole.

    Ids in a batch are ascending, so its first and last id exclude most batches.
    """
    if not dispatches:
        return {}
    own = subscriber_id.to_bytes(8, "big")
    marks = ", ".join(["%s"] * len(dispatches))
    rows = sql.fetch_all(
        f"SELECT id FROM {BATCHES} WHERE dispatch_id IN ({marks})"  # noqa: S608 — constant names and placeholders
        " AND substr(subscribers, 1, 8) <= %s AND substr(subscribers, length(subscribers) - 7, 8) >= %s",
        [*dispatches, own, own],
    )
    found: dict[int, str] = {}
    for batch in Batch.objects.filter(pk__in=[row[0] for row in rows]).order_by("number"):
        if subscriber_id not in unpack(batch.subscribers):
            continue
        reasons = {pk: reason for reason, pks in batch.left_out.items() for pk in pks}
        if reason := reasons.get(subscriber_id):
            found[batch.dispatch_id] = REASONS.get(reason, f"not sent: {reason}")
        elif batch.state != BatchState.SPLIT:
            stopped = dispatches[batch.dispatch_id].state == DispatchState.STOPPED
            found[batch.dispatch_id] = STATES.get(
                BatchState(batch.state), "not sent: the sending was stopped" if stopped else "waiting to be sent"
            )
    return found
