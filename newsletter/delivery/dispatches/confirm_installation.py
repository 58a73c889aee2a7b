"""Confirm which environment a copied or restored database belongs to now."""

from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from newsletter.accounts.permissions import Permission, require
from newsletter.audit import audit_trail
from newsletter.audit.acts import Act
from newsletter.audit.audit_trail import Actor
from newsletter.delivery.dispatches import control_dispatch
from newsletter.delivery.ledger import installation
from newsletter.delivery.models import Attempt, Dispatch, Installation, ScheduledGroup
from newsletter.delivery.states import DispatchState, ScheduledGroupState
from newsletter.editions import plan_editions
from newsletter.editions.models import Edition, EditionState
from newsletter.letters import edition_decisions
from newsletter.lib.errors import BadInput
from newsletter.publications.models import Publication

REASON = "The database was copied or restored and may be older than what readers received."
NOT_BEGUN = [EditionState.PLANNED, EditionState.ASSEMBLED, EditionState.APPROVED]


class ConfirmationResult(NamedTuple):
    """How many dispatches `confirm` paused and how many editions it held."""

    paused: int
    held: int


def confirm(*, name: str, by: Actor, now: datetime) -> ConfirmationResult:
    """Record that this database is environment `name` from now on, as `by` confirms.

    No older work continues without a person: dispatches under way are paused, editions that have not started are
    held, and scheduled groups are left to the installation that submitted them.
    """
    require(by, Permission.OPERATE)
    if settings.ENVIRONMENT and name != settings.ENVIRONMENT:
        raise BadInput(
            "--name", f"is {name!r}.", f"The setting ENVIRONMENT is {settings.ENVIRONMENT!r}. Change one of them."
        )
    if len(name) > 100:
        raise BadInput("--name", "is too long.", "Use at most 100 characters.")
    with transaction.atomic():
        stamp = Installation.objects.select_for_update().filter(pk=1).first() or installation.new()
        # the end of an old pause of sending must not resume what is paused here
        Dispatch.objects.exclude(sending_pause=None).update(sending_pause=None)
        under_way = Dispatch.objects.filter(state__in=[DispatchState.OPEN, DispatchState.ATTENTION])
        paused = [control_dispatch.pause(dispatch, reason=REASON, by=by) for dispatch in under_way]
        not_begun = list(Edition.objects.filter(state__in=NOT_BEGUN))
        known = {edition.publication_id for edition in not_begun}
        held = [edition_decisions.hold(edition, reason=REASON, by=by, now=now) for edition in not_begun]
        for publication in Publication.objects.all():
            unknown = plan_editions.settle_unknown(publication, reason=REASON, now=now)
            held += unknown
            if publication.pk in known or unknown:
                continue
            edition = plan_editions.plan(publication, now=now)
            if edition and edition.state == EditionState.PLANNED:
                # the original may have planned it too, and sent it at an earlier time
                held.append(edition_decisions.hold(edition, reason=REASON, by=by, now=now))
        _leave_groups(is_same=name == stamp.environment, now=now)
        latest = Attempt.objects.aggregate(latest=Max("pk"))["latest"] or 0
        stamp.earlier = {**stamp.earlier, stamp.installation_id: latest}
        stamp.installation_id, stamp.environment, stamp.fingerprint = (
            installation.new_id(),
            name,
            installation.fingerprint(),
        )
        stamp.confirmed_at, stamp.confirmed_by = now, audit_trail.address(by)
        stamp.save()
        audit_trail.record(by, Act.ENVIRONMENT_CONFIRMED, stamp, now=now, environment=name)
    installation.reset_cache()
    return ConfirmationResult(len(paused), len(held))


def _leave_groups(*, is_same: bool, now: datetime) -> None:
    """Leave scheduled groups to the installation that submitted them: what it did since the copy is unknown here.

    A cancel that a person requested is still carried out, unless the database is another environment now.
    """
    unfinished = ScheduledGroup.objects.filter(state__in=[ScheduledGroupState.OPEN, ScheduledGroupState.CANCELLING])
    if is_same:
        unfinished = unfinished.exclude(state=ScheduledGroupState.CANCELLING, dispatch__state=DispatchState.STOPPED)
    else:
        ScheduledGroup.objects.exclude(cancel_slot=None).update(
            cancel_slot=None
        )  # so that no cancel of that environment is released either
    unfinished.filter(state=ScheduledGroupState.OPEN).update(cancel_slot=None)
    unfinished.update(state=ScheduledGroupState.LEFT, cancel_reason=REASON, ended_at=now, lease_until=None)
