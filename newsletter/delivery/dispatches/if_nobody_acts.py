"""What happens to an edition if nobody acts, as the functions that act on it would decide now."""

from collections.abc import Callable, Collection
from datetime import datetime

from newsletter.delivery.dispatches import pause_effect
from newsletter.delivery.pause_models import SendingPause
from newsletter.delivery.states import DispatchState
from newsletter.editions.embargo_and_expiry import reason_to_hold
from newsletter.editions.models import Edition, EditionState
from newsletter.lib.display_text import moment, zone_name
from newsletter.publications.models import TooFewStoriesPolicy
from newsletter.publications.schedule import zone

WAITING = (EditionState.PLANNED, EditionState.ASSEMBLED, EditionState.APPROVED)


def if_nobody_acts(edition: Edition, *, pauses: Collection[SendingPause], now: datetime) -> str:
    """Return it in a sentence; empty once the edition is over. `pauses` are the pauses of sending in force."""
    clock = zone(edition.publication.time_zone)

    def at(value: datetime) -> str:
        return f"{moment(value, clock, now=now)} {zone_name(value, clock)}"

    limit = at(edition.too_late_after)
    pause = pause_effect.effect_of_pauses(edition, pauses)
    waits = pause_effect.describe(pause, at=at, now=now) if pause and pause.delays else ""
    if edition.state in WAITING and not edition.publication.is_active:
        return f"The publication is paused, so the edition is held after {limit} and no reader gets it."
    match edition.state:
        case EditionState.PLANNED:
            built = _building(edition, at(max(edition.assemble_at, now)))
            return f"{built} {_after_building(edition, at, waits, now=now)}"
        case EditionState.ASSEMBLED:
            return f"Without an approval by {limit} it is held and no reader gets it."
        case EditionState.APPROVED:
            if reason := reason_to_hold(edition, now=now):
                return f"It is held instead of sent. {reason}"
            return waits or f"It is sent {at(max(edition.due_at, now))}."
        case EditionState.HELD:
            return "It stays held and no reader gets it."
        case EditionState.DISPATCHING:
            dispatch = getattr(edition, "dispatch", None)
            if dispatch and dispatch.state == DispatchState.PAUSED:
                if dispatch.sending_pause_id and pause and pause.ends_at:
                    return f"Sending continues when the pause ends, {at(pause.ends_at)}."
                return "Sending stays paused. Readers whose email is not submitted do not get it."
            if dispatch and dispatch.state == DispatchState.ATTENTION:
                return "The readers that need attention do not get it."
            return "Sending continues until every reader has it."
    return ""


def _building(edition: Edition, when: str) -> str:
    publication = edition.publication
    fewest = max(1, publication.minimum_stories)
    stories = "a story" if fewest == 1 else f"{fewest} stories"
    ends = "held" if publication.on_empty == TooFewStoriesPolicy.HOLD else "skipped"
    return f"The email is built {when} from the story queue; without {stories} at its send time it is {ends}."


def _after_building(edition: Edition, at: Callable[[datetime], str], waits: str, *, now: datetime) -> str:
    if edition.auto_approve:
        sent = f"It is approved automatically and sent {at(max(edition.due_at, now))}."
        if waits:
            sent = f"It is approved automatically. {waits}"
        return f"{sent} If preflight finds a problem, it waits for a person."
    return f"It then needs an approval; without one by {at(edition.too_late_after)} it is held and no reader gets it."
