"""The progress of a dispatch, computed from the counts of its batches; no percentage is stored."""

from collections.abc import Collection
from dataclasses import dataclass, field

from newsletter.delivery.ledger.batch_counts import BatchCounts, batch_counts
from newsletter.delivery.models import Dispatch
from newsletter.delivery.states import BatchState, DispatchState


@dataclass(frozen=True, slots=True)
class Progress:
    """Numbers of readers. `waiting` are those in batches that are not sent yet or being sent.

    When `is_ahead`, accepted readers are scheduled at the provider and get the letter at the send time.
    While the dispatch is `opening`, the numbers cover the part of the audience that is frozen so far.
    """

    state: str
    reason: str
    opening: bool
    candidates: int
    planned: int
    left_out: dict[str, int]
    accepted: int
    refused: int
    uncertain: int
    waiting: int
    left_since: int
    is_ahead: bool = False
    versions: dict[str, int] = field(default_factory=dict)  # planned readers of other letters than the default one

    @property
    def adds_up(self) -> bool:
        """Return True if every candidate is accounted for; holds at any moment, not only at the end."""
        return (
            self.candidates == self.planned + sum(self.left_out.values())
            and self.planned == self.accepted + self.refused + self.uncertain + self.waiting + self.left_since
        )

    @property
    def complete(self) -> bool:
        """Return True if the audience is frozen and no reader is waiting, refused or uncertain."""
        return self.adds_up and not self.opening and self.accepted + self.left_since == self.planned

    @property
    def share(self) -> float:
        """Return the share of planned readers whose result is known, from 0 to 1."""
        known = self.planned - self.waiting - self.uncertain
        return known / self.planned if self.planned else 1.0

    @property
    def phase(self) -> str:
        """Return the phase of the dispatch in words."""
        match self.state:
            case DispatchState.FINISHED:
                return "finished"
            case DispatchState.ATTENTION:
                return "needs attention"
            case DispatchState.OPEN if self.is_ahead and not self.waiting and not self.opening:
                return "scheduled at provider"
            case DispatchState.OPEN:
                return "sending"
        return self.state


def progress(dispatch: Dispatch) -> Progress:
    """Return the progress of one dispatch, with at most one query over its batches."""
    return progress_by_dispatch([dispatch])[dispatch.pk]


def progress_by_dispatch(dispatches: Collection[Dispatch]) -> dict[int, Progress]:
    """Return the progress of each of these dispatches, with at most one query over their batches."""
    counts = batch_counts(dispatches)
    return {dispatch.pk: _progress(dispatch, counts[dispatch.pk]) for dispatch in dispatches}


def _progress(dispatch: Dispatch, counts: BatchCounts) -> Progress:
    readers, sent = counts
    # in a split batch only readers who had left count: the others are in the batches made from it
    called = (BatchState.ACCEPTED, BatchState.REFUSED, BatchState.UNCERTAIN, BatchState.EMPTY, BatchState.SPLIT)
    return Progress(
        state=dispatch.state,
        reason=dispatch.reason,
        is_ahead=dispatch.leaves_at is not None,
        opening=dispatch.frozen_up_to_id is not None,
        candidates=dispatch.candidates,
        planned=dispatch.planned,
        left_out=dict(dispatch.left_out),
        versions=dict(dispatch.versions),
        accepted=sent.get(BatchState.ACCEPTED, 0),
        refused=sent.get(BatchState.REFUSED, 0),
        uncertain=sent.get(BatchState.UNCERTAIN, 0),
        waiting=sum(readers.get(state, 0) for state in (BatchState.PENDING, BatchState.CLAIMED, BatchState.CALLING)),
        left_since=sum(readers.get(state, 0) - sent.get(state, 0) for state in called),
    )
