"""Decisions about an edition: approve, hold, release, cancel, reschedule."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import structlog
from django.db import transaction

from newsletter.accounts.models import User
from newsletter.accounts.permissions import Permission, require
from newsletter.audit import audit_trail, undo_log
from newsletter.audit.acts import Act
from newsletter.audit.audit_trail import Actor
from newsletter.audit.undo_models import UndoKind
from newsletter.editions.edition_times import Times, chosen_times, set_times, times_of
from newsletter.editions.embargo_and_expiry import placed_stories, reason_to_hold
from newsletter.editions.models import Edition, EditionState, FrozenLetter
from newsletter.editions.reopen_edition import NOT_YET_SENT, give_back, reopen
from newsletter.letters import compose_letters, preflight, second_person
from newsletter.letters.compose_letters import Composed
from newsletter.lib.errors import BadInput, InvalidState

NEW_TIME = "The email was rebuilt for the new time."

log = structlog.get_logger()


class LetterChanged(InvalidState):
    """The letter is not the one that the person has seen."""


class ApprovalNeeded(InvalidState):
    """The letter of an approved edition differs at its new time, and that letter is not approved."""


def approve(edition: Edition, *, content_hash: str, by: User | None, now: datetime) -> Edition:
    """Approve the letter with this content hash for sending. `by` None means automatic approval.

    A publication may ask for a second person (second_person.py).
    """
    with transaction.atomic():
        edition = Edition.objects.locked(edition.pk)
        require(by, Permission.APPROVE, publication=edition.publication_id)
        if edition.state == EditionState.APPROVED and edition.approved_hash == content_hash:
            return edition
        if edition.state in NOT_YET_SENT and edition.content_hash != content_hash:
            raise LetterChanged("The email was rebuilt since you opened it. Review it again, then approve it.")
        edition.move(EditionState.APPROVED)
        if by is None and not edition.auto_approve:
            raise InvalidState(f"Edition {edition.pk} must be approved by a person.")
        if reason := second_person.reason_against(edition, content_hash=content_hash, by=by):
            raise InvalidState(reason)
        if _stop_codes(edition):
            raise InvalidState("Preflight found problems. Fix them before you approve this email.")
        edition.approved_hash, edition.approved_at, edition.approved_by = content_hash, now, by
        edition.save()
        audit_trail.record(
            by, Act.EDITION_APPROVED, edition, now=now, content_hash=content_hash, policy=by is None or None
        )
        _keep(by, UndoKind.EDITION_APPROVED, edition, "The email was approved.", now=now, content_hash=content_hash)
    return edition


def review(edition: Edition, *, now: datetime) -> Edition:
    """Decide on an edition whose letters were just frozen.

    An edition with `stop` findings is held. One with automatic approval is approved, unless a finding needs a person's
    judgement. Any other waits for a person.
    """
    if codes := _stop_codes(edition):
        return hold(edition, reason=f"Preflight found: {', '.join(codes)}.", now=now)
    if is_approved_automatically(edition, _letters(edition)):
        return approve(edition, content_hash=edition.content_hash, by=None, now=now)
    return edition


def is_approved_automatically(edition: Edition, letters: Iterable[FrozenLetter]) -> bool:
    """Return True when no person has to approve `edition` with these letters."""
    return edition.auto_approve and not preflight.needs_a_person(_codes(letters))


def hold(edition: Edition, *, reason: str, by: Actor = None, now: datetime) -> Edition:
    """Hold an edition until somebody releases it. After that only a person may approve it.

    `by` None is the service itself. All who may stop sending may hold, too: it sends nothing.
    """
    require(by, Permission.APPROVE, Permission.SEND, Permission.OPERATE, publication=edition.publication_id)
    with transaction.atomic():
        edition = _stop(edition, EditionState.HELD, reason)
        audit_trail.record(by, Act.EDITION_HELD, edition, now=now, reason=edition.reason)
        _keep(by, UndoKind.EDITION_HELD, edition, "The edition was held.", now=now)
    return edition


def cancel(edition: Edition, *, reason: str, by: Actor = None, now: datetime) -> Edition:
    """Cancel an edition and return its stories to the front of the queue."""
    require(by, Permission.APPROVE, publication=edition.publication_id)
    with transaction.atomic():
        edition = _stop(edition, EditionState.CANCELLED, reason)
        give_back(edition)
        audit_trail.record(by, Act.EDITION_CANCELLED, edition, now=now, reason=edition.reason)
        _keep(by, UndoKind.EDITION_CANCELLED, edition, "The edition was cancelled.", now=now)
    return edition


def release(edition: Edition, *, by: Actor = None, now: datetime) -> Edition:
    """Release a held edition: it is planned again, assembled from the queue, and must be approved by a person.

    An edition that is past its lateness limit becomes due now, because releasing it is a decision to send it.
    """
    require(by, Permission.APPROVE, publication=edition.publication_id)
    with transaction.atomic():
        edition = Edition.objects.locked(edition.pk)
        if edition.state != EditionState.HELD:
            raise InvalidState(f"Edition {edition.pk} is {edition.state}, not held, so it cannot be released.")
        if edition.too_late_after < now:
            set_times(edition, times_of(edition.publication, now, local_send_time=edition.local_send_time))
            edition.save(update_fields=Times._fields)
        edition = reopen(edition, states=[EditionState.HELD])
        audit_trail.record(by, Act.EDITION_RELEASED, edition, now=now)
        _keep(by, UndoKind.EDITION_RELEASED, edition, "The edition was released.", now=now)
    return edition


def send_now(
    edition: Edition, *, now: datetime, seen: str = "", by: Actor = None, approve_later: bool = False
) -> Edition:
    """Make an edition due now. It is sent by the next periodic task once it is assembled and approved.

    Arguments and errors are those of `reschedule`.
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
    """Give an edition another due time, the same moment for all readers in every time zone.

    Letters that differ at that time, for example in their date, are rebuilt from the same stories. With the content
    hash that the person has `seen`, the letters are also approved `by` that person. Raises `ApprovalNeeded` instead of
    removing an approval, unless `approve_later`; `LetterChanged` when the letters are not those that were seen;
    `BadInput` for a time in the past or one that does not suit the stories.
    """
    act = Act.EDITION_RESCHEDULED
    return _give_time(edition, due_at=due_at, now=now, seen=seen, by=by, approve_later=approve_later, act=act)


def _give_time(
    edition: Edition, *, due_at: datetime, now: datetime, seen: str, by: Actor, approve_later: bool, act: Act
) -> Edition:
    require(by, Permission.SEND, publication=edition.publication_id)
    composed = compose_letters.compose_for(Edition.objects.fresh(edition.pk), due_at=due_at, now=now)
    with transaction.atomic():
        edition = Edition.objects.locked(edition.pk)
        times = chosen_times(edition.publication, due_at, now=now)
        if edition.state not in (EditionState.PLANNED, *NOT_YET_SENT):
            raise InvalidState(f"Edition {edition.pk} is {edition.state}; its time can no longer be changed.")
        before = undo_log.stored_values(edition, Times._fields)
        set_times(edition, times)
        if why := reason_to_hold(edition, now=now):
            raise BadInput("due time", "does not suit the stories.", why)
        edition.is_rescheduled = True
        edition.save(update_fields=[*Times._fields, "is_rescheduled"])
        if edition.state in NOT_YET_SENT:
            keeps = not (seen or approve_later)
            edition = renew(edition, composed, reason=NEW_TIME, keeps_approval=keeps, now=now)
        if seen:
            edition = approve(edition, content_hash=seen, by=by if isinstance(by, User) else None, now=now)
        details = {"due_at": f"{due_at:%Y-%m-%d %H:%M} UTC"} if act == Act.EDITION_RESCHEDULED else {}
        audit_trail.record(by, act, edition, now=now, **details)
        kind = UndoKind.EDITION_SENT_NOW if act == Act.EDITION_SENT_NOW else UndoKind.EDITION_RESCHEDULED
        done = "The edition was made due at once." if act == Act.EDITION_SENT_NOW else "The send time was changed."
        _keep(by, kind, edition, done, now=now, before=before, due_at=due_at.isoformat())
    return edition


def renew(edition: Edition, composed: Composed | None, *, reason: str, keeps_approval: bool, now: datetime) -> Edition:
    """Freeze `composed`, the letters of a changed edition, when they differ from the current ones.

    That removes an approval, for this `reason`. With `keeps_approval`, raise `ApprovalNeeded` instead and change
    nothing.
    """
    made_from = compose_letters.made_from(
        edition, compose_letters.gather_letters(edition, placed_stories(edition), now=now)
    )
    if made_from == edition.made_from:
        return edition
    if composed is None or composed.made_from != made_from:
        raise LetterChanged("The email has just changed. Review it again.")
    if edition.state == EditionState.APPROVED:
        if keeps_approval and not is_approved_automatically(edition, composed.letters):
            raise ApprovalNeeded("The email then differs from the approved one and must be approved again.")
        edition.move(EditionState.ASSEMBLED, reason=reason)
    compose_letters.freeze(edition, composed, now=now)
    edition.save()
    return review(edition, now=now)


TOO_LATE = {
    EditionState.PLANNED: "The email could not be built in time.",
    EditionState.ASSEMBLED: "Not approved in time.",
}
PUBLICATION_PAUSED = "The publication is paused."
TOO_FEW_STORIES = "The queue held fewer than"  # how the reason of an edition without stories begins
SKIPPED = "Skipped:"  # and that of one that was skipped


def hold_late(*, now: datetime) -> list[int]:
    """Hold every edition that was not ready before its lateness limit; return their ids.

    An edition that cannot be held is logged, and the others are still processed.
    """
    held = []
    for edition in Edition.objects.filter(state__in=TOO_LATE, due_at__lt=now).select_related("publication"):
        try:
            if edition.too_late_after < now and _hold_as_it_was(edition, now=now):
                held.append(edition.pk)
        except Exception:
            log.exception("edition.not_held", edition=edition.pk)
    return held


def _hold_as_it_was(edition: Edition, *, now: datetime) -> bool:
    """Hold a late edition unless somebody has changed its state or its time since it was read."""
    with transaction.atomic():
        current = Edition.objects.locked(edition.pk)
        if current.state != edition.state or current.due_at != edition.due_at:
            return False
        late = TOO_LATE[EditionState(current.state)]
        hold(current, reason=late if current.publication.is_active else PUBLICATION_PAUSED, now=now)
    return True


def mark_dispatched(edition: Edition, *, now: datetime, reason: str = "") -> Edition:
    """Mark an edition as dispatched: the ledger has nothing left to send."""
    with transaction.atomic():
        edition = Edition.objects.locked(edition.pk)
        edition.move(EditionState.DISPATCHED, reason=reason[:500])
        edition.dispatched_at = now
        edition.save()
    return edition


def _stop(edition: Edition, to: EditionState, reason: str) -> Edition:
    if not reason.strip():
        raise BadInput("reason", "is empty.", "Give a short reason.")
    with transaction.atomic():
        edition = Edition.objects.locked(edition.pk)
        edition.move(to, reason=reason.strip()[:500])
        edition.save()
    return edition


def _keep(
    by: Actor,
    kind: UndoKind,
    edition: Edition,
    done: str,
    *,
    now: datetime,
    before: dict[str, Any] | None = None,
    **after: str,
) -> None:
    undo_log.keep(by, kind, edition, done, publication=edition.publication_id, before=before, after=after, now=now)


def _stop_codes(edition: Edition) -> list[str]:
    """Return the codes of all `stop` findings of an edition's letters, each once."""
    return _codes(_letters(edition), severities=("stop",))


def _letters(edition: Edition) -> Iterable[FrozenLetter]:
    return edition.letters.order_by("pk")


def _codes(letters: Iterable[FrozenLetter], severities: tuple[str, ...] = ("stop", "warn")) -> list[str]:
    found = [finding for letter in letters for finding in letter.findings]
    return list(dict.fromkeys(finding["code"] for finding in found if finding["severity"] in severities))
