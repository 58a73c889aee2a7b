"""Pause and resume the sending of everything or of one publication.

A pause does three things: it pauses the open dispatches, it keeps due editions from opening, and it pauses what opens
or goes on all the same, within a second (`enforce`). Before each call, the row of its dispatch is looked at.
Confirmation emails and test emails are sent on.
"""

from datetime import datetime

from django.db import IntegrityError, transaction

from newsletter.accounts import permissions
from newsletter.accounts.permissions import Permission
from newsletter.audit import audit_trail
from newsletter.audit.acts import Act
from newsletter.audit.audit_trail import Actor
from newsletter.delivery.dispatches.active_pauses import active_pauses, dispatches_under, pause_of
from newsletter.delivery.models import Dispatch
from newsletter.delivery.pause_models import SendingPause
from newsletter.delivery.states import DispatchState
from newsletter.lib.errors import BadInput, InvalidState
from newsletter.publications.models import Publication

MAX_REASON = 200


def pause_sending(
    publication: Publication | None, *, reason: str, until: datetime | None, by: Actor, now: datetime
) -> SendingPause:
    """Pause one publication, or everything if it is None, until a time or until a person resumes. Returns the pause."""
    permissions.require(by, Permission.OPERATE, Permission.SEND, publication=publication)
    reason = reason.strip()
    if not reason:
        raise BadInput("reason", "is empty.", "Say why sending is paused: colleagues read it on every page.")
    if len(reason) > MAX_REASON:
        raise BadInput("reason", f"has more than {MAX_REASON} characters.", "Give a short reason.")
    if until is not None and until <= now:
        raise BadInput("until", "is not in the future.", "Give a later time.")
    end_expired(now=now)
    pause = SendingPause(publication=publication, reason=reason, by=audit_trail.name(by)[:254], since=now, until=until)
    try:
        with transaction.atomic():
            pause.save()
            audit_trail.record(
                by, Act.SENDING_PAUSED, publication, now=now, reason=reason, until=until.isoformat() if until else None
            )
            _apply(pause)
    except IntegrityError:
        raise InvalidState(f"{pause.scope} is already paused. Resume it first.") from None
    return pause


def resume_sending(pause: SendingPause, *, by: Actor, now: datetime) -> None:
    """End a pause; the dispatches that it paused go on. Does nothing if it has ended."""
    permissions.require(by, Permission.OPERATE, Permission.SEND, publication=pause.publication_id)
    with transaction.atomic():
        if _end(pause, by=audit_trail.name(by), now=now):
            audit_trail.record(by, Act.SENDING_RESUMED, pause.publication, now=now, reason=pause.reason)


def end_expired(*, now: datetime) -> None:
    """End the pauses whose time is over."""
    for pause in SendingPause.objects.filter(ended_at=None, until__lte=now).order_by("pk"):
        with transaction.atomic():
            if _end(pause, by="", now=now):
                audit_trail.record(None, Act.SENDING_RESUMED, pause.publication, now=now, reason="Its time was over.")


def enforce(*, now: datetime) -> None:
    """End expired pauses, and pause the dispatches under a pause that are open all the same."""
    if not SendingPause.objects.filter(ended_at=None).exists():
        return  # the usual case, looked at every second
    end_expired(now=now)
    for pause in active_pauses(now=now):
        _apply(pause)


def _apply(pause: SendingPause) -> None:
    # finished and stopped dispatches stay; one that needs attention sends nothing until a person acts
    until = f" until {pause.until:%Y-%m-%d %H:%M} UTC" if pause.until else ""
    reason = f"{pause.scope} is paused by {pause.by or 'the service'}{until}: {pause.reason}"
    dispatches_under(pause).update(state=DispatchState.PAUSED, reason=reason[:500], sending_pause=pause)


def _end(pause: SendingPause, *, by: str, now: datetime) -> bool:
    """End the pause, and open its dispatches again unless another pause covers them."""
    ended = SendingPause.objects.filter(pk=pause.pk, ended_at=None).update(ended_at=now, ended_by=by[:254])
    pause.refresh_from_db()
    if not ended:
        return False
    for dispatch in Dispatch.objects.filter(sending_pause=pause).select_related("edition"):
        other = pause_of(dispatch.edition.publication_id, now=now)
        ours = Dispatch.objects.filter(pk=dispatch.pk, sending_pause=pause, state=DispatchState.PAUSED)
        ours.update(state=DispatchState.OPEN, reason="", sending_pause=None)
        if other:
            _apply(other)
    return True
