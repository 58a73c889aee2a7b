"""Stop an edition at any moment: hold it, pause its sending, or recall what the provider has; whichever still works."""

from datetime import datetime
from enum import StrEnum

from django.db import transaction

from newsletter.accounts.permissions import Permission, require
from newsletter.audit.audit_trail import Actor
from newsletter.delivery.dispatches import active_pauses, control_dispatch, pause_effect
from newsletter.delivery.models import Dispatch
from newsletter.delivery.scheduled import scheduled_sends
from newsletter.delivery.states import DispatchState
from newsletter.editions.models import Edition, EditionState
from newsletter.letters import edition_decisions
from newsletter.lib.errors import BadInput, InvalidState

STOPPABLE = (EditionState.PLANNED, EditionState.ASSEMBLED, EditionState.APPROVED)


class StopEffect(StrEnum):
    """What stopping does now; the values are sent back by the form that announced it."""

    HOLD = "hold"  # no reader gets it until somebody releases it
    PAUSE = "pause"  # readers whose email is not submitted do not get it until somebody resumes sending
    RECALL = "recall"  # for good: submitted emails are cancelled at the provider
    NOTHING = "nothing"  # it is held, over, or cannot be stopped any more


class StopChanged(InvalidState):
    """Stopping would now end the edition for good, which was not announced to the person."""


def effect_of_stopping(edition: Edition, *, now: datetime) -> StopEffect:
    """Return what `stop` does with the edition at `now`."""
    if edition.state in STOPPABLE:
        return StopEffect.HOLD
    dispatch = Dispatch.objects.filter(edition=edition).first() if edition.state == EditionState.DISPATCHING else None
    if dispatch is None:
        return StopEffect.NOTHING
    if dispatch.leaves_at and now < dispatch.leaves_at:
        return StopEffect.RECALL
    return StopEffect.PAUSE if dispatch.state == DispatchState.OPEN else StopEffect.NOTHING


def stoppable_until(edition: Edition, *, now: datetime) -> datetime | None:
    """Return until when no reader has got it and all can still be spared it; None when that moment is over.

    Afterwards sending can be paused, for readers whose email is not submitted. None too while the edition waits for a
    pause of sending that has no end.
    """
    if edition.state in STOPPABLE:
        pause = pause_effect.effect_of_pauses(edition, active_pauses.active_pauses(now=now))
        if pause and pause.delays:
            return pause.ends_at
        opens_at = scheduled_sends.submission_opens_at(edition)
        is_ahead = opens_at < edition.due_at and not scheduled_sends.reason_against(edition, now=max(opens_at, now))
        until = scheduled_sends.last_cancel_at(edition.due_at) if is_ahead else edition.due_at
        return max(until, now)
    dispatch = Dispatch.objects.filter(edition=edition).first() if edition.state == EditionState.DISPATCHING else None
    status = scheduled_sends.scheduled_send_status(dispatch, now=now) if dispatch else None
    return status.stoppable_until if status else None


def stop(edition: Edition, *, reason: str, by: Actor, now: datetime, announced: StopEffect | None = None) -> StopEffect:
    """Stop the edition and return what was done.

    `announced` is the effect that the person saw; without `RECALL`, an edition is not ended for good and `StopChanged`
    is raised. Raises `InvalidState` when nothing is left to stop.
    """
    require(by, Permission.SEND, Permission.OPERATE, publication=edition.publication_id)
    if not reason.strip():
        raise BadInput("reason", "is empty.", "Give a short reason.")
    with transaction.atomic():
        # the dispatch first, as everybody locks them who needs both
        Dispatch.objects.select_for_update().filter(edition=edition).first()
        edition = Edition.objects.locked(edition.pk)  # a worker that wants to open it meanwhile skips it
        effect = effect_of_stopping(edition, now=now)
        if effect == StopEffect.HOLD:
            require(by, Permission.SEND, publication=edition.publication_id)
            edition_decisions.hold(edition, reason=reason, by=by, now=now)
        elif effect == StopEffect.PAUSE:
            control_dispatch.pause(Dispatch.objects.get(edition=edition), reason=reason, by=by)
        elif effect == StopEffect.RECALL:
            if announced != StopEffect.RECALL:
                raise StopChanged("The emails are at the provider now. Stopping recalls them and ends the edition.")
            control_dispatch.stop(Dispatch.objects.get(edition=edition), reason=reason, by=by, now=now)
        else:
            raise InvalidState(f"Edition {edition.pk} is {edition.state}; there is nothing left to stop.")
    return effect
