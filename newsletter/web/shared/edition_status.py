"""Where an edition stands, in plain words: a label, a tone, and one sentence that says what happens next."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from newsletter.delivery.models import DispatchState
from newsletter.delivery.scheduled import scheduled_sends
from newsletter.editions import local_time
from newsletter.editions.models import Edition, State
from newsletter.web.shared.display_formats import by_moment, clock_of, moment, relative_time, with_full_stop


class StatusBadge(NamedTuple):
    """`tone` is the colour of the badge: calm, live, good, warn or bad."""

    label: str
    tone: str
    sentence: str


def standing(edition: Edition, *, now: datetime) -> StatusBadge:
    """What a person needs to know of `edition` at a glance."""
    clock = clock_of(edition.publication)

    def at(value: datetime) -> str:
        return moment(value, clock, now=now)

    match edition.state:
        case State.PLANNED if edition.assemble_at > now:
            when = f"{at(edition.assemble_at)}, {relative_time(edition.assemble_at, now=now)}"
            words = f"{with_full_stop(edition.reason)} Its letter is assembled from the queue {when}.".lstrip()
            return StatusBadge("Planned", "calm", words + _by_rule(edition))
        case State.PLANNED:
            words = "Its letter is assembled as soon as there are enough stories."
            words = f"{with_full_stop(edition.reason)} {words}".lstrip()
            return StatusBadge("Being assembled", "live", words + _by_rule(edition))
        case State.ASSEMBLED:
            limit = edition.too_late_after
            words = f"It leaves {_by_clocks(edition, at) or at(edition.due_at)} if somebody approves it before that."
            if edition.due_at <= now:
                words = f"It is overdue: approved before {at(limit)} it leaves at once, later it is held."
            if limit <= now:
                words = "It was not approved in time, so it will be held in a moment."
            words = f"{with_full_stop(edition.reason)} The letter is ready. {words}".lstrip()
            return StatusBadge("Waiting for approval", "warn", words)
        case State.APPROVED if edition.due_at > now:
            when = _by_clocks(edition, at) or at(edition.due_at)
            early = f" {words}" if (words := _ahead(edition, at, now)) else ""
            return StatusBadge(
                "Approved", "good", f"It leaves by itself {when}, {relative_time(edition.due_at, now=now)}.{early}"
            )
        case State.APPROVED:
            return StatusBadge("Approved", "good", "It is due and leaves within moments.")
        case State.DISPATCHING | State.DISPATCHED:
            return _sending(edition, now=now)
        case State.HELD:
            return StatusBadge(
                "Held",
                "bad",
                f"{with_full_stop(edition.reason)} It does not leave until somebody releases it.".lstrip(),
            )
    return StatusBadge("Cancelled", "calm", f"{with_full_stop(edition.reason)} It will not leave.".lstrip())


def _sending(edition: Edition, *, now: datetime) -> StatusBadge:
    """Where one stands that is being sent or was."""
    clock = clock_of(edition.publication)
    if edition.state == State.DISPATCHED and edition.reason:
        return StatusBadge("Stopped", "warn", f"{with_full_stop(edition.reason)} Nothing more of it leaves.")
    if edition.state == State.DISPATCHED:
        when = f" by {by_moment(edition.dispatched_at, clock, now=now)}" if edition.dispatched_at else ""
        return StatusBadge("Sent", "good", f"Sent to everybody{when}.")
    if waits := _not_going(edition):
        return waits
    if edition.due_at > now:
        leaves = moment(edition.due_at, clock, now=now)
        words = f"Its letters are handed to the provider ahead of their time. They leave {leaves}."
        return StatusBadge("Handed over", "live", words)
    return StatusBadge("Going out", "live", "The letter is being handed to the provider, reader by reader.")


def _not_going(edition: Edition) -> StatusBadge | None:
    """Why nothing of it leaves although it is being sent; None when it goes on."""
    dispatch = getattr(edition, "dispatch", None)
    if dispatch is None:
        return None
    if dispatch.state == DispatchState.PAUSED:
        words = f"{with_full_stop(dispatch.reason)} Nothing more leaves until somebody resumes it.".lstrip()
        return StatusBadge("Paused", "warn", words)
    if dispatch.state == DispatchState.ATTENTION:
        return StatusBadge("Needs attention", "bad", f"{with_full_stop(dispatch.reason)}".lstrip())
    return None


def _by_rule(edition: Edition) -> str:
    """What follows when its publication approves it."""
    return " The publication approves itself, so it then leaves by itself." if edition.auto_approve else ""


def _ahead(edition: Edition, at: Callable[[datetime], str], now: datetime) -> str:
    """When its letters are handed to the provider, or why not ahead; empty when its publication does not want that."""
    opens_at = scheduled_sends.submission_opens_at(edition)
    if opens_at == edition.due_at:
        return ""
    if why := scheduled_sends.reason_against(edition, now=max(opens_at, now)):
        return f"{why} So its emails are handed to the provider when it is due."
    when = "within moments" if opens_at <= now else at(opens_at)
    return f"Its letters are handed to the provider {when}; whoever leaves after that still gets this one."


def _by_clocks(edition: Edition, at: Callable[[datetime], str]) -> str:
    """When one that leaves by the readers' own clocks does; empty for any other."""
    if edition.local_send_time is None:
        return ""
    last = local_time.last_send_time(edition)
    ends = f"first {at(edition.due_at)}" + (f", last {at(last)}" if last > edition.due_at else "")
    return f"at {edition.local_send_time:%H:%M} on the clock of each reader: {ends}"
