"""Which pauses of sending are in force: of everything, or of one publication."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q, QuerySet

from newsletter.delivery.models import Dispatch
from newsletter.delivery.pause_models import SendingPause
from newsletter.delivery.states import DispatchState


def active_pauses(*, now: datetime) -> QuerySet[SendingPause]:
    """Return the pauses in force, the earliest first."""
    pauses = SendingPause.objects.filter(Q(until=None) | Q(until__gt=now), ended_at=None)
    return pauses.select_related("publication").order_by("since", "pk")


def pause_of(publication_id: int, *, now: datetime) -> SendingPause | None:
    """Return the pause that covers this publication: its own, or that of everything."""
    return active_pauses(now=now).filter(Q(publication=None) | Q(publication=publication_id)).first()


def paused_publications(*, now: datetime) -> tuple[bool, Collection[int]]:
    """Return whether everything is paused, and the ids of the publications that are paused alone."""
    ids = list(active_pauses(now=now).values_list("publication_id", flat=True))
    return None in ids, {pk for pk in ids if pk is not None}


def dispatches_under(pause: SendingPause) -> QuerySet[Dispatch]:
    """Return the open dispatches that this pause covers."""
    covered = Dispatch.objects.filter(state=DispatchState.OPEN)
    return covered.filter(edition__publication=pause.publication_id) if pause.publication_id else covered
