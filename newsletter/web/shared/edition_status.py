"""Status of an edition for display: a label, a tone, and a sentence on what happens next."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

from newsletter.delivery.dispatches import pause_effect
from newsletter.delivery.pause_models import SendingPause
from newsletter.delivery.scheduled import scheduled_sends
from newsletter.delivery.states import DispatchState
from newsletter.editions import local_time
from newsletter.editions.models import Edition, EditionState
from newsletter.web.shared.display_formats import (
    by_moment,
    clock_of,
    leaves,
    moment,
    relative_time,
    with_full_stop,
    zone_name,
)


class StatusBadge(NamedTuple):
    """`tone` is the colour of the badge: calm, live, good, warn or bad."""

    label: str
    tone: str
    sentence: str


def edition_status(edition: Edition, *, pauses: Iterable[SendingPause], now: datetime) -> StatusBadge:
    """Return the status badge of `edition`; `pauses` are the pauses of sending in force."""
    clock = clock_of(edition.publication)
    pause = pause_effect.effect_of_pauses(edition, pauses)

    def at(value: datetime) -> str:
        return f"{moment(value, clock, now=now)} {zone_name(value, clock)}"

    waits = pause_effect.describe(pause, at=at, now=now) if pause and pause.delays else ""
    match edition.state:
        case EditionState.PLANNED if edition.assemble_at > now:
            when = f"{at(edition.assemble_at)} ({relative_time(edition.assemble_at, now=now)})"
            sentence = f"{with_full_stop(edition.reason)} The email is built from the queue {when}.".lstrip()
            return StatusBadge("Planned", "calm", sentence + _after_building(edition, waits, now=now))
        case EditionState.PLANNED:
            sentence = "The email is built as soon as there are enough stories."
            sentence = f"{with_full_stop(edition.reason)} {sentence}".lstrip()
            return StatusBadge("Building email", "live", sentence + _after_building(edition, waits, now=now))
        case EditionState.ASSEMBLED:
            limit = edition.too_late_after
            when = _local_times(edition, at) or at(edition.due_at)
            sentence = f"It is sent {when} if someone approves it before then."
            if edition.due_at <= now:
                sentence = f"It is overdue: if approved before {at(limit)} it is sent at once, later it is held."
            if waits:
                sentence = f"It needs an approval by {at(limit)}. {waits}"
            if limit <= now:
                sentence = "The edition was not approved in time and will be held in a moment."
            sentence = f"{with_full_stop(edition.reason)} The email is ready. {sentence}".lstrip()
            if edition.publication.two_people and not edition.is_submitted:
                return StatusBadge("Waiting for review", "warn", f"{sentence} Nobody has submitted it for review yet.")
            return StatusBadge("Waiting for approval", "warn", sentence)
        case EditionState.APPROVED if waits:
            return StatusBadge("Approved", "warn", waits)
        case EditionState.APPROVED if edition.due_at > now:
            when = _local_times(edition, at) or at(edition.due_at)
            ahead = f" {sentence}" if (sentence := _submission(edition, at, now, pause and pause.ends_at)) else ""
            relative = relative_time(edition.due_at, now=now)
            return StatusBadge("Approved", "good", f"Sends automatically {when} ({relative}).{ahead}")
        case EditionState.APPROVED:
            return StatusBadge("Approved", "good", "Sending starts within moments.")
        case EditionState.DISPATCHING | EditionState.DISPATCHED:
            return _sending(edition, pause.ends_at if pause else None, now=now)
        case EditionState.HELD:
            return StatusBadge(
                "Held",
                "bad",
                f"{with_full_stop(edition.reason)} The edition is not sent until someone releases it.".lstrip(),
            )
    return StatusBadge("Cancelled", "calm", f"{with_full_stop(edition.reason)} The edition will not be sent.".lstrip())


def _sending(edition: Edition, pause_ends_at: datetime | None, *, now: datetime) -> StatusBadge:
    """Return the badge of an edition that is being sent or was sent."""
    clock = clock_of(edition.publication)
    if edition.state == EditionState.DISPATCHED and edition.reason:
        return StatusBadge("Stopped", "warn", f"{with_full_stop(edition.reason)} No more emails are sent.")
    if edition.state == EditionState.DISPATCHED:
        when = f" by {by_moment(edition.dispatched_at, clock, now=now)}" if edition.dispatched_at else ""
        whom = "all readers that were chosen" if edition.send_to_id or edition.leave_out_id else "all readers"
        return StatusBadge("Sent", "good", f"Sent to {whom}{when}.")
    if blocked := _blocked(edition, pause_ends_at, now=now):
        return blocked
    if edition.due_at > now:
        when = f"{moment(edition.due_at, clock, now=now)} {zone_name(edition.due_at, clock)}"
        sentence = f"Emails are submitted to the provider in advance. The provider sends them {when}."
        return StatusBadge("Scheduled at provider", "live", sentence)
    return StatusBadge("Sending", "live", "Emails are being submitted to the provider.")


def _blocked(edition: Edition, pause_ends_at: datetime | None, *, now: datetime) -> StatusBadge | None:
    """Return the badge of a dispatch that is paused or needs attention; None while sending continues."""
    dispatch = getattr(edition, "dispatch", None)
    if dispatch is None:
        return None
    if dispatch.state == DispatchState.PAUSED:
        until = "someone resumes sending"
        if dispatch.sending_pause_id and pause_ends_at:
            clock = clock_of(edition.publication)
            until = f"the pause ends, {moment(pause_ends_at, clock, now=now)} {zone_name(pause_ends_at, clock)}"
        sentence = f"{with_full_stop(dispatch.reason)} No more emails are sent until {until}.".lstrip()
        return StatusBadge("Paused", "warn", sentence)
    if dispatch.state == DispatchState.ATTENTION:
        return StatusBadge("Needs attention", "bad", f"{with_full_stop(dispatch.reason)}".lstrip())
    return None


def _after_building(edition: Edition, waits: str, *, now: datetime) -> str:
    """Return what a pause does, and what happens if the publication approves automatically; empty without both."""
    after = f" {waits}" if waits else ""
    if not edition.auto_approve:
        return after
    then = "approved" if waits else f"sent {leaves(edition, now=now)} without further approval"
    return f" Automatic approval is on: once the email is built, it is {then}, unless preflight finds a problem.{after}"


def _submission(edition: Edition, at: Callable[[datetime], str], now: datetime, pause_ends_at: datetime | None) -> str:
    """Return when emails are submitted to the provider, or why not in advance; empty without scheduled sending."""
    opens_at = scheduled_sends.submission_opens_at(edition)
    if opens_at == edition.due_at:
        return ""
    opens_at = max(opens_at, pause_ends_at or opens_at)
    if reason := scheduled_sends.reason_against(edition, now=max(opens_at, now)):
        return f"{reason} So emails are submitted to the provider at the send time."
    when = "within moments" if opens_at <= now else at(opens_at)
    return f"Emails are submitted to the provider {when}; readers who unsubscribe later still receive this edition."


def _local_times(edition: Edition, at: Callable[[datetime], str]) -> str:
    """Return the send times of an edition sent at the readers' local time; empty for any other."""
    if edition.local_send_time is None:
        return ""
    last = local_time.last_send_time(edition)
    span = f"first {at(edition.due_at)}" + (f", last {at(last)}" if last > edition.due_at else "")
    return f"at {edition.local_send_time:%H:%M} in each reader’s time zone: {span}"
