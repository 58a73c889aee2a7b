"""How far a dispatch is, derived from its rows. Nothing stores a percentage."""

from dataclasses import dataclass

from django.db.models import Sum

from newsletter.delivery.models import BatchState, Dispatch, DispatchState

S = BatchState


@dataclass(frozen=True, slots=True)
class Progress:
    """Numbers of readers. `waiting` are those in batches not sent yet or being sent.

    Of a dispatch that `is_ahead` of its time, those who are accepted get the letter at that time.

    While the dispatch is `opening`, they are those of the part of the audience looked at so far.
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

    @property
    def adds_up(self) -> bool:
        """True when every candidate is accounted for: at any moment, not only at the end."""
        return (
            self.candidates == self.planned + sum(self.left_out.values())
            and self.planned == self.accepted + self.refused + self.uncertain + self.waiting + self.left_since
        )

    @property
    def complete(self) -> bool:
        """True when everybody is planned, nobody waits, nobody was refused and nothing is uncertain."""
        return self.adds_up and not self.opening and self.accepted + self.left_since == self.planned

    @property
    def share(self) -> float:
        """From 0 to 1: the part of the planned readers whose fate is known."""
        known = self.planned - self.waiting - self.uncertain
        return known / self.planned if self.planned else 1.0

    @property
    def phase(self) -> str:
        """Where it stands, in words."""
        match self.state:
            case DispatchState.FINISHED:
                return "finished"
            case DispatchState.ATTENTION:
                return "needs attention"
            case DispatchState.OPEN if self.is_ahead and not self.waiting and not self.opening:
                return "submitted ahead"
            case DispatchState.OPEN:
                return "sending"
        return self.state


def progress(dispatch: Dispatch) -> Progress:
    """The state of one dispatch in one query over its batches."""
    rows = dispatch.batches.values_list("state").annotate(Sum("count"), Sum("submitted"))
    readers = {state: count for state, count, _ in rows}
    sent = {state: count for state, _, count in rows}
    # of a split batch only those count who had left: the others stand in the batches made of it
    called = (S.ACCEPTED, S.REFUSED, S.UNCERTAIN, S.EMPTY, S.SPLIT)
    return Progress(
        state=dispatch.state,
        reason=dispatch.reason,
        is_ahead=dispatch.leaves_at is not None,
        opening=dispatch.frozen_up_to_id is not None,
        candidates=dispatch.candidates,
        planned=dispatch.planned,
        left_out=dict(dispatch.left_out),
        accepted=sent.get(S.ACCEPTED, 0),
        refused=sent.get(S.REFUSED, 0),
        uncertain=sent.get(S.UNCERTAIN, 0),
        waiting=sum(readers.get(state, 0) for state in (S.PENDING, S.CLAIMED, S.CALLING)),
        left_since=sum(readers.get(state, 0) - sent.get(state, 0) for state in called),
    )
