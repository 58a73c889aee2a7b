"""A person's word on an edition: approve, hold, release, cancel, and when it leaves."""

from datetime import datetime

from django.db import transaction

from newsletter.accounts.models import User
from newsletter.audit import audit_trail
from newsletter.audit.acts import Act
from newsletter.audit.audit_trail import Actor
from newsletter.editions.edition_times import Times, chosen_times, set_times, times_of
from newsletter.editions.models import Edition, State
from newsletter.editions.reopen_edition import NOT_YET_SENT, give_back, reopen
from newsletter.editions.story_times import placed_stories, reason_to_hold
from newsletter.letters import compose_letters
from newsletter.letters.compose_letters import Composed
from newsletter.lib.errors import BadInput, InvalidState

NEW_TIME = "Its email was made anew for its new time."


class LetterChanged(InvalidState):
    """The letter is not the one that was looked at; look at it again."""


class ApprovalNeeded(InvalidState):
    """The letter of an approved edition says something else at its new time, and nobody has approved that."""


def approve(edition: Edition, *, content_hash: str, by: User | None, now: datetime) -> Edition:
    """Let the letter with this content hash leave when it is due. `by` None is the publication's rule."""
    with transaction.atomic():
        edition = Edition.objects.locked(edition.pk)
        if edition.state == State.APPROVED and edition.approved_hash == content_hash:
            return edition
        if edition.state in NOT_YET_SENT and edition.content_hash != content_hash:
            raise LetterChanged("The letter was assembled anew since you looked at it. Look again, then approve.")
        edition.move(State.APPROVED)
        if by is None and not edition.auto_approve:
            raise InvalidState(f"Edition {edition.pk} needs a person’s approval.")
        if _stops(edition):
            raise InvalidState("Preflight found something that must be mended before this letter may leave.")
        edition.approved_hash, edition.approved_at, edition.approved_by = content_hash, now, by
        edition.save()
        audit_trail.record(
            by, Act.EDITION_APPROVED, edition, now=now, content_hash=content_hash, policy=by is None or None
        )
    return edition


def review(edition: Edition, *, now: datetime) -> Edition:
    """What becomes of an edition whose letters were just frozen.

    It is held for what preflight found, or approved by its publication's rule; otherwise it waits for a person.
    """
    if stops := _stops(edition):
        return hold(edition, reason=f"Preflight found: {', '.join(stops)}.", now=now)
    if edition.auto_approve:
        return approve(edition, content_hash=edition.content_hash, by=None, now=now)
    return edition


def hold(edition: Edition, *, reason: str, by: Actor = None, now: datetime) -> Edition:
    """Keep it from leaving until somebody releases it. From then on only a person may approve it.

    `by` None is the service itself.
    """
    with transaction.atomic():
        edition = _stop(edition, State.HELD, reason)
        audit_trail.record(by, Act.EDITION_HELD, edition, now=now, reason=edition.reason)
    return edition


def cancel(edition: Edition, *, reason: str, by: Actor = None, now: datetime) -> Edition:
    """It will not leave; its stories lead the queue again."""
    with transaction.atomic():
        edition = _stop(edition, State.CANCELLED, reason)
        give_back(edition)
        audit_trail.record(by, Act.EDITION_CANCELLED, edition, now=now, reason=edition.reason)
    return edition


def release(edition: Edition, *, by: Actor = None, now: datetime) -> Edition:
    """Take a held edition up again: it is planned anew, assembled from the queue, and needs a person's approval.

    One whose time has passed by more than the lateness limit is due now: releasing it is the
    person's word that it should still leave.
    """
    with transaction.atomic():
        edition = Edition.objects.locked(edition.pk)
        if edition.state != State.HELD:
            raise InvalidState(f"Edition {edition.pk} is {edition.state}, not held.")
        if edition.too_late_after < now:
            set_times(edition, times_of(edition.publication, now, local_send_time=edition.local_send_time))
            edition.save(update_fields=Times._fields)
        edition = reopen(edition, states=[State.HELD])
        audit_trail.record(by, Act.EDITION_RELEASED, edition, now=now)
    return edition


def send_now(
    edition: Edition, *, now: datetime, seen: str = "", by: Actor = None, approve_later: bool = False
) -> Edition:
    """Make it due at this moment. It leaves at the next tick, as soon as it is assembled and approved.

    The rest is as for `reschedule`.
    """
    return _give_time(
        edition, due_at=now, now=now, seen=seen, by=by, approve_later=approve_later, act=Act.EDITION_SENT_NOW
    )


def reschedule(
    edition: Edition,
    *,
    due_at: datetime,
    now: datetime,
    seen: str = "",
    by: Actor = None,
    approve_later: bool = False,
) -> Edition:
    """Give it another due time, from now on, the same moment for all its readers wherever they are.

    Letters that say something else then, such as their date, are made anew from the same stories. Give the content
    hash that was `seen` to have them approved `by` a person with the same word. Raises `ApprovalNeeded` instead of
    taking an approval away, unless `approve_later`; `LetterChanged` when the letters are not those that were seen;
    `BadInput` for a time that has passed or that does not suit the stories.
    """
    act = Act.EDITION_RESCHEDULED
    return _give_time(edition, due_at=due_at, now=now, seen=seen, by=by, approve_later=approve_later, act=act)


def _give_time(
    edition: Edition, *, due_at: datetime, now: datetime, seen: str, by: Actor, approve_later: bool, act: Act
) -> Edition:
    composed = compose_letters.compose_for(Edition.objects.fresh(edition.pk), due_at=due_at, now=now)
    with transaction.atomic():
        edition = Edition.objects.locked(edition.pk)
        times = chosen_times(edition.publication, due_at, now=now)
        if edition.state not in (State.PLANNED, *NOT_YET_SENT):
            raise InvalidState(f"Edition {edition.pk} is {edition.state}; its time cannot be changed.")
        set_times(edition, times)
        if why := reason_to_hold(edition, now=now):
            raise BadInput("due time", "does not suit its stories.", why)
        edition.is_rescheduled = True
        edition.save(update_fields=[*Times._fields, "is_rescheduled"])
        if edition.state in NOT_YET_SENT:
            edition = _renew(edition, composed, is_approval_spared=not (seen or approve_later), now=now)
        if seen:
            edition = approve(edition, content_hash=seen, by=by if isinstance(by, User) else None, now=now)
        said = {"due_at": f"{due_at:%Y-%m-%d %H:%M} UTC"} if act == Act.EDITION_RESCHEDULED else {}
        audit_trail.record(by, act, edition, now=now, **said)
    return edition


def _renew(edition: Edition, composed: Composed | None, *, is_approval_spared: bool, now: datetime) -> Edition:
    """Freeze `composed`, the letters for its new time, when they are not those that it has.

    An approval is lost by that, unless it is spared: then `ApprovalNeeded`, and nothing is changed.
    """
    made_from = compose_letters.made_from(
        edition, compose_letters.gather_letters(edition, placed_stories(edition), now=now)
    )
    if made_from == edition.made_from:
        return edition
    if composed is None or composed.made_from != made_from:
        raise LetterChanged("Something in the email was changed at this moment. Look at it again.")
    if edition.state == State.APPROVED:
        if is_approval_spared and not edition.auto_approve:
            raise ApprovalNeeded("At that time its email differs from the approved one, and needs approval anew.")
        edition.move(State.ASSEMBLED, reason=NEW_TIME)
    compose_letters.freeze(edition, composed, now=now)
    edition.save()
    return review(edition, now=now)


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


def _stops(edition: Edition) -> list[str]:
    """What preflight found in its letters that must not leave, each once."""
    found = [finding for letter in edition.letters.order_by("pk") for finding in letter.findings]
    return list(dict.fromkeys(finding["code"] for finding in found if finding["severity"] == "stop"))
