"""A person's word on which environment a copied or restored database is now."""

from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from newsletter.audit import trail
from newsletter.audit.acts import Act
from newsletter.audit.trail import Actor
from newsletter.delivery import installation, steering
from newsletter.delivery.models import Attempt, Dispatch, DispatchState, Installation
from newsletter.editions import approval
from newsletter.editions.models import Edition, State
from newsletter.lib.errors import BadInput

WHY = "The database was copied or restored: this may be older than what readers have received."
NOT_BEGUN = [State.PLANNED, State.ASSEMBLED, State.APPROVED]


class Kept(NamedTuple):
    """What `confirm` kept from leaving: how many dispatches were paused, and editions held."""

    paused: int
    held: int


def confirm(*, name: str, by: Actor, now: datetime) -> Kept:
    """`by` says that this database is environment `name` from now on; what was under way waits for a person."""
    if settings.ENVIRONMENT and name != settings.ENVIRONMENT:
        raise BadInput("--name", f"is {name!r}.", f"ENVIRONMENT says {settings.ENVIRONMENT!r}; change one of them.")
    if len(name) > 100:
        raise BadInput("--name", "is too long.", "Give up to 100 characters.")
    with transaction.atomic():
        stamp = Installation.objects.select_for_update().filter(pk=1).first() or installation.new()
        under_way = Dispatch.objects.filter(state__in=[DispatchState.OPEN, DispatchState.ATTENTION])
        paused = [steering.pause(dispatch, reason=WHY, by=by) for dispatch in under_way]
        late = Edition.objects.filter(state__in=NOT_BEGUN, due_at__lte=now)
        held = [approval.hold(edition, reason=WHY, by=by, now=now) for edition in late]
        latest = Attempt.objects.aggregate(latest=Max("pk"))["latest"] or 0
        stamp.earlier = {**stamp.earlier, stamp.house: latest}
        stamp.house, stamp.environment, stamp.fingerprint = installation.new_id(), name, installation.fingerprint()
        stamp.confirmed_at, stamp.confirmed_by = now, trail.address(by)
        stamp.save()
        trail.record(by, Act.ENVIRONMENT_CONFIRMED, stamp, now=now, environment=name)
    installation.forget()
    return Kept(len(paused), len(held))
