"""Which pauses of sending are in force: of everything, or of one publication."""

from datetime import datetime

from django.db.models import OuterRef, Q, QuerySet

from newsletter.delivery.models import Dispatch
from newsletter.delivery.pause_models import SendingPause
from newsletter.delivery.states import DispatchState


def active_pauses(*, now: datetime) -> QuerySet[SendingPause]:
    """Return the pauses in force, the earliest first."""
    pauses = SendingPause.objects.filter(Q(until=None) | Q(until__gt=now), ended_at=None)
    return pauses.select_related("publication").order_by("since", "pk")


def pauses_of(publication_id: int | OuterRef, *, now: datetime) -> QuerySet[SendingPause]:
    """Return the pauses that cover this publication: its own, and that of everything."""
    return active_pauses(now=now).filter(Q(publication=None) | Q(publication=publication_id))


def pause_of(publication_id: int, *, now: datetime) -> SendingPause | None:
    """Return the pause that covers this publication, or the earlier of two."""
    return pauses_of(publication_id, now=now).first()


def dispatches_under(pause: SendingPause) -> QuerySet[Dispatch]:
    """Return the open dispatches that this pause covers."""
    covered = Dispatch.objects.filter(state=DispatchState.OPEN)
    return covered.filter(edition__publication=pause.publication_id) if pause.publication_id else covered
