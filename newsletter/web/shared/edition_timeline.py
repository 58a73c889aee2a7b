"""The timeline of an edition: what happened and what will, each with its time, and what happens if nobody acts."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import NamedTuple

from newsletter.delivery.dispatches import pause_effect, stop_edition
from newsletter.delivery.dispatches.if_nobody_acts import WAITING, if_nobody_acts
from newsletter.delivery.dispatches.pause_effect import PauseEffect
from newsletter.delivery.pause_models import SendingPause
from newsletter.delivery.scheduled import scheduled_sends
from newsletter.editions import local_time
from newsletter.editions.closing_time import closes_at
from newsletter.editions.models import Edition, EditionState
from newsletter.web.shared.display_formats import clock_of, moment, with_full_stop


class TimelineStep(NamedTuple):
    """A moment in the life of an edition. `at` None: at no certain time."""

    title: str
    at: datetime | None
    is_done: bool
    note: str = ""


class Timeline(NamedTuple):
    """The steps in order of time, and in a sentence what happens if nobody acts; empty once it is over."""

    steps: list[TimelineStep]
    if_nobody_acts: str


def timeline_of(edition: Edition, *, pauses: Collection[SendingPause], now: datetime) -> Timeline:
    """Return the timeline of `edition`, as the functions that act on it would decide now.

    `pauses` are the pauses of sending in force.
    """
    pause = pause_effect.effect_of_pauses(edition, pauses)
    last = datetime.max.replace(tzinfo=now.tzinfo)
    steps = sorted(_steps(edition, pause, now=now), key=lambda step: (step.at or last, not step.is_done))
    planned = TimelineStep("Planned", edition.created_at, is_done=True)
    return Timeline([planned, *steps], if_nobody_acts(edition, pauses=pauses, now=now))


def _steps(edition: Edition, pause: PauseEffect | None, *, now: datetime) -> Iterator[TimelineStep]:
    closing, built = closes_at(edition), edition.assemble_at
    if edition.state != EditionState.PLANNED:
        built = edition.assembled_at or built
    if closing and closing < built and edition.state in WAITING:  # a built email takes no stories
        note = "A story that is added later goes to the following edition."
        yield TimelineStep("Closes for stories", closing, is_done=closing <= now, note="" if closing <= now else note)
    if edition.assembled_at:
        note = f"Content hash {edition.content_hash[:12]}" if edition.content_hash else ""
        yield TimelineStep("Email built", edition.assembled_at, is_done=True, note=note)
    elif edition.state == EditionState.PLANNED:
        yield TimelineStep("Email is built", max(edition.assemble_at, now), is_done=False)
    if edition.is_submitted and edition.submitted_at:
        who = str(edition.submitted_by) if edition.submitted_by else "somebody at the command line"
        yield TimelineStep("Submitted for review", edition.submitted_at, is_done=True, note=f"By {who}")
    if edition.approved_at and edition.state != EditionState.HELD:
        who = str(edition.approved_by) if edition.approved_by else "automatic approval"
        note = f"By {who}, for the content hash {edition.approved_hash[:12]}"
        yield TimelineStep("Approved", edition.approved_at, is_done=True, note=note)
    if edition.state in WAITING:
        yield from _ahead(edition, pause, now=now)
    if edition.state in (EditionState.DISPATCHING, EditionState.DISPATCHED):
        yield from _sending(edition, now=now)
    if edition.state == EditionState.HELD:
        yield TimelineStep("Held", None, is_done=True, note=with_full_stop(edition.reason))
    if edition.state == EditionState.CANCELLED:
        yield TimelineStep("Cancelled", None, is_done=True, note=with_full_stop(edition.reason))


def _ahead(edition: Edition, pause: PauseEffect | None, *, now: datetime) -> Iterator[TimelineStep]:
    """Yield what is to come for an edition that is not opened yet."""
    if edition.state == EditionState.ASSEMBLED or (edition.state == EditionState.PLANNED and not edition.auto_approve):
        yield TimelineStep("Approval needed until", edition.too_late_after, False, "Later the edition is held.")
    opens_at = scheduled_sends.submission_opens_at(edition)
    if pause and pause.ends_at:
        opens_at = max(opens_at, pause.ends_at)
    if (
        not (pause and pause.delays)
        and opens_at < edition.due_at
        and not scheduled_sends.reason_against(edition, now=max(opens_at, now))
    ):
        note = "Readers who unsubscribe later still get it."
        yield TimelineStep("Submitted to the provider", max(opens_at, now), False, note)
    if until := stop_edition.stoppable_until(edition, now=now):
        yield TimelineStep("Can be stopped for all readers until", until, is_done=False)
    if pause and pause.delays:
        yield TimelineStep("Held" if pause.ends_too_late else "Sends when the pause ends", pause.ends_at, is_done=False)
        return
    yield _departure(edition, is_done=False)


def _sending(edition: Edition, *, now: datetime) -> Iterator[TimelineStep]:
    """Yield the steps of an edition that is being sent or was sent."""
    dispatch = getattr(edition, "dispatch", None)
    if dispatch:
        yield TimelineStep("Sending opened", dispatch.opened_at, is_done=True)
    if until := stop_edition.stoppable_until(edition, now=now):
        yield TimelineStep("Can be stopped for all readers until", until, is_done=until <= now)
    yield _departure(edition, is_done=edition.due_at <= now)
    if edition.dispatched_at:
        title = "Stopped" if edition.reason else "Sent to all readers"
        yield TimelineStep(title, edition.dispatched_at, is_done=True, note=edition.reason)


def _departure(edition: Edition, *, is_done: bool) -> TimelineStep:
    if edition.local_send_time is None:
        return TimelineStep("Sends", edition.due_at, is_done)
    clock, last = clock_of(edition.publication), local_time.last_send_time(edition)
    note = f"At {edition.local_send_time:%H:%M} of each reader; the last {moment(last, clock, now=edition.due_at)}."
    return TimelineStep("Sends to the first readers", edition.due_at, is_done, note)
