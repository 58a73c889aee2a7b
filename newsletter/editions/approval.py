"""A person's word on an edition: approve, hold, release, cancel, and when it leaves."""

from datetime import datetime, timedelta

from django.db import transaction

from newsletter.accounts.models import User
from newsletter.audit import trail
from newsletter.audit.acts import Act
from newsletter.audit.trail import Actor
from newsletter.editions.models import Edition, State
from newsletter.editions.reopening import give_back, reopen
from newsletter.lib.errors import BadInput, NotAllowed


class ChangedSince(NotAllowed):
    """The letter is not the one that was looked at; look at it again."""


def approve(edition: Edition, *, content_hash: str, by: User | None, now: datetime) -> Edition:
    """Let the letter with this content hash leave when it is due. `by` None is the publication's policy."""
    with transaction.atomic():
        edition = Edition.objects.locked(edition.pk)
        if edition.state == State.APPROVED and edition.approved_hash == content_hash:
            return edition
        if edition.state == State.ASSEMBLED and edition.content_hash != content_hash:
            raise ChangedSince("The letter was assembled anew since you looked at it. Look again, then approve.")
        edition.move(State.APPROVED)
        if any(f["severity"] == "stop" for letter in edition.letters.all() for f in letter.findings):
            raise NotAllowed("Preflight found something that must be mended before this letter may leave.")
        edition.approved_hash, edition.approved_at, edition.approved_by = content_hash, now, by
        edition.save()
        trail.record(by, Act.EDITION_APPROVED, edition, now=now, content_hash=content_hash, policy=by is None or None)
    return edition


def hold(edition: Edition, *, reason: str, by: Actor = None, now: datetime) -> Edition:
    """Keep it from leaving until somebody releases it. `by` None is the service itself."""
    with transaction.atomic():
        edition = _stop(edition, State.HELD, reason)
        trail.record(by, Act.EDITION_HELD, edition, now=now, reason=edition.reason)
    return edition


def cancel(edition: Edition, *, reason: str, by: Actor = None, now: datetime) -> Edition:
    """It will not leave; its stories lead the queue again."""
    with transaction.atomic():
        edition = _stop(edition, State.CANCELLED, reason)
        give_back(edition)
        trail.record(by, Act.EDITION_CANCELLED, edition, now=now, reason=edition.reason)
    return edition


def release(edition: Edition, *, by: Actor = None, now: datetime) -> Edition:
    """Take a held edition up again: it is planned anew, assembled from the queue, and needs approval.

    One whose time has passed by more than the lateness limit is due now: releasing it is the
    person's word that it should still leave.
    """
    with transaction.atomic():
        edition = Edition.objects.locked(edition.pk)
        if edition.state != State.HELD:
            raise NotAllowed(f"Edition {edition.pk} is {edition.state}, not held.")
        if edition.too_late_after < now:
            edition.due_at = now
            edition.save(update_fields=["due_at"])
        edition = reopen(edition, states=[State.HELD])
        trail.record(by, Act.EDITION_RELEASED, edition, now=now)
    return edition


def send_now(edition: Edition, *, by: Actor = None, now: datetime) -> Edition:
    """Make it due at this moment. It leaves at the next tick, as soon as it is assembled and approved."""
    with transaction.atomic():
        edition = _set_time(edition, due_at=now, now=now)
        trail.record(by, Act.EDITION_SENT_NOW, edition, now=now)
    return edition


def reschedule(edition: Edition, *, due_at: datetime, by: Actor = None, now: datetime) -> Edition:
    """Give it another due time, from now on, the same moment for all its readers wherever they are.

    An embargo that would be broken is refused.
    """
    with transaction.atomic():
        edition = _set_time(edition, due_at=due_at, now=now)
        trail.record(by, Act.EDITION_RESCHEDULED, edition, now=now, due_at=f"{due_at:%Y-%m-%d %H:%M} UTC")
    return edition


def _set_time(edition: Edition, *, due_at: datetime, now: datetime) -> Edition:
    if due_at < now - timedelta(minutes=1):
        raise BadInput("due time", "has passed.", "Give a time from now on.")
    with transaction.atomic():
        edition = Edition.objects.locked(edition.pk)
        if edition.state not in (State.PLANNED, State.ASSEMBLED, State.APPROVED):
            raise NotAllowed(f"Edition {edition.pk} is {edition.state}; its time cannot be changed.")
        for placement in edition.placements.select_related("story"):
            until = placement.story.embargo_until
            if until and until > due_at:
                raise BadInput(
                    "due time",
                    f"is before the embargo of story {placement.story_id}.",
                    f"It ends {until:%Y-%m-%d %H:%M} UTC.",
                )
        edition.due_at = due_at
        edition.assemble_at = min(edition.assemble_at, due_at)
        edition.is_rescheduled = True
        edition.local_send_time = None
        edition.save(update_fields=["due_at", "assemble_at", "is_rescheduled", "local_send_time"])
    return edition


TOO_LATE = {State.PLANNED: "It could not be assembled in time.", State.ASSEMBLED: "Nobody approved it in time."}
RESTS = "Its publication rests."


def hold_late(*, now: datetime) -> list[int]:
    """Hold every edition that was not ready before its lateness limit; their ids."""
    held = []
    for edition in Edition.objects.filter(state__in=TOO_LATE, due_at__lt=now).select_related("publication"):
        if edition.too_late_after >= now:
            continue
        with transaction.atomic():
            current = Edition.objects.locked(edition.pk)
            if current.state == edition.state and current.due_at == edition.due_at:
                rests = not current.publication.is_active
                hold(current, reason=RESTS if rests else TOO_LATE[State(current.state)], now=now)
                held.append(current.pk)
    return held


def mark_dispatched(edition: Edition, *, now: datetime, reason: str = "") -> Edition:
    """The ledger says that everything was sent that will be sent."""
    with transaction.atomic():
        edition = Edition.objects.locked(edition.pk)
        edition.move(State.DISPATCHED, reason=reason[:500])
        edition.dispatched_at = now
        edition.save()
    return edition


def _stop(edition: Edition, to: State, reason: str) -> Edition:
    if not reason.strip():
        raise BadInput("reason", "is empty.", "Say in a few words why.")
    with transaction.atomic():
        edition = Edition.objects.locked(edition.pk)
        edition.move(to, reason=reason.strip()[:500])
        edition.save()
    return edition
