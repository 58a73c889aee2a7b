"""Rules about editions, their dispatches, and pauses of sending."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from newsletter.ops.health import health_rules as rules
from newsletter.ops.health.health_facts import DispatchSnapshot, PauseSnapshot
from newsletter.ops.health.verdict import Problem

LATE_AFTER = timedelta(minutes=2)  # for an edition that should have started sending
UNASSEMBLED_AFTER = timedelta(minutes=10)
SOON = timedelta(hours=24)  # a held edition that is due later than this is not a problem yet
STUCK_AFTER = timedelta(minutes=10)  # for a dispatch without progress
UNSETTLED_AFTER = timedelta(minutes=5)  # events usually settle uncertain batches before
REMIND_AFTER = timedelta(hours=1)  # of a pause without an end
LONGEST_PAUSE = timedelta(hours=24)


def dispatch_problems(d: DispatchSnapshot, now: datetime) -> Iterator[Problem]:
    """Yield the problems of one edition or its dispatch."""
    is_settling = d.uncertain and d.uncertain_since and now - d.uncertain_since < UNSETTLED_AFTER
    if d.uncertain and not is_settling:
        yield rules.UNCERTAIN.problem(f"Edition {d.edition}: delivery to {readers(d.uncertain)} is uncertain.")
    if d.set_up_status and d.state == "paused":
        yield rules.SET_UP_REFUSED.problem(
            f"Edition {d.edition}: the provider does not accept the key or the sender (status {d.set_up_status})."
        )
    elif d.refused:
        yield rules.REFUSED.problem(f"Edition {d.edition}: the provider refused {readers(d.refused)}.")
    if d.state == "attention" and not d.uncertain and not d.refused:
        yield rules.UNCERTAIN.problem(f"Edition {d.edition} needs attention.")
    if d.unseen:
        yield rules.DOUBTFUL_CANCEL.problem(
            f"Edition {d.edition}: the provider has not confirmed that the emails to {readers(d.unseen)} are cancelled."
        )
    if d.not_held:
        batches = "1 cancelled batch was" if d.not_held == 1 else f"{d.not_held:,} cancelled batches were"
        yield rules.DOUBTFUL_CANCEL.problem(f"Edition {d.edition}: {batches} sent anyway.")
    if d.state == "paused" and not d.is_paused and not d.set_up_status:
        yield rules.PAUSED_DISPATCH.problem(f"Edition {d.edition} is paused with {readers(d.waiting)} remaining.")
    yield from _edition_problems(d, now)
    moved_at = _since(d.moved_at, d) if d.moved_at else None
    if d.state == "open" and moved_at and now - moved_at > STUCK_AFTER and not d.is_held_back:
        yield rules.NO_PROGRESS.problem(f"Edition {d.edition}: no progress for ten minutes.")


def _since(at: datetime, d: DispatchSnapshot) -> datetime:
    """Return `at`, or the end of a pause of sending after it: before that, nothing could be sent."""
    return max(at, d.resumed_at) if d.resumed_at else at


def _edition_problems(d: DispatchSnapshot, now: datetime) -> Iterator[Problem]:
    if d.state == "held" and now > d.due_at - SOON:
        yield rules.HELD_EDITION.problem(f"Edition {d.edition} is held. It will not be sent until you release it.")
    if d.state in ("planned", "assembled", "approved") and now - _since(d.due_at, d) > LATE_AFTER and not d.is_paused:
        yield rules.LATE_EDITION.problem(
            f"Edition {d.edition} was due at {d.due_at:%H:%M} UTC and has not started sending."
        )
    elif d.state == "planned" and d.assemble_at and now - d.assemble_at > UNASSEMBLED_AFTER and now < d.due_at:
        yield rules.LATE_ASSEMBLY.problem(
            f"The email of edition {d.edition} should have been built at {d.assemble_at:%H:%M} UTC and has not been."
        )


def dispatch_notes(dispatches: Sequence[DispatchSnapshot], now: datetime) -> Iterator[Problem]:
    """Yield what is busy about dispatches and needs no action."""
    for d in dispatches:
        if d.uncertain and d.uncertain_since and now - d.uncertain_since < UNSETTLED_AFTER:
            yield rules.SETTLING.problem(
                f"Edition {d.edition}: delivery to {readers(d.uncertain)} is uncertain. An event of the provider "
                "usually settles it within five minutes. No action needed."
            )
    if unfinished := [d for d in dispatches if d.state == "open"]:
        yield rules.SENDING.problem(_sending(unfinished))
    if stopped := [d for d in dispatches if d.unsent and d.stopped_at and now - d.stopped_at < SOON]:
        more = f" {len(stopped) - 1} more were stopped." if len(stopped) > 1 else ""
        idle = "" if unfinished else " Nothing is being sent."
        yield rules.STOPPED.problem(
            f"Edition {stopped[0].edition} was stopped; {readers(stopped[0].unsent)} did not receive it.{more}{idle}"
        )


def _sending(unfinished: Sequence[DispatchSnapshot]) -> str:
    remaining = sum(d.waiting for d in unfinished)
    is_waiting = all(d.waits for d in unfinished)
    if not remaining and is_waiting:
        return "All emails are scheduled at the provider. No action needed."
    activity = "Waiting for the scheduled hour or pace" if is_waiting else "Sending"
    return f"{activity}: {readers(remaining)} remaining. No action needed."


def pause_findings(pauses: Sequence[PauseSnapshot], now: datetime) -> Iterator[Problem]:
    """Yield each pause of sending: a note, or a problem once it may be forgotten."""
    for pause in pauses:
        what = f"Sending of {pause.publication}" if pause.publication else "All sending"
        end = f"until {pause.until:%Y-%m-%d %H:%M} UTC" if pause.until else "without an end"
        sentence = f"{what} has been paused by {pause.by} since {pause.since:%Y-%m-%d %H:%M} UTC, {end}: {pause.reason}"
        age = now - pause.since
        is_forgotten = age >= LONGEST_PAUSE or (pause.until is None and age >= REMIND_AFTER)
        yield (rules.FORGOTTEN_PAUSE if is_forgotten else rules.PAUSED_SENDING).problem(sentence)


def readers(count: int) -> str:
    """Return a number of readers in words."""
    return "1 reader" if count == 1 else f"{count:,} readers"
