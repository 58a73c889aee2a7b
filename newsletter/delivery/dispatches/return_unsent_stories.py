"""Return the stories of editions that were stopped before any reader got them to the front of their queues."""

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from newsletter.delivery.models import Attempt, Batch
from newsletter.delivery.states import AttemptStatus, BatchState, DispatchState
from newsletter.editions.models import Edition, EditionQuerySet, Placement
from newsletter.editions.reopen_edition import give_back

log = structlog.get_logger()


def give_back_unsent() -> list[int]:
    """Return the stories of every stopped edition that reached nobody to the queue, and return these editions' ids.

    An edition with a call that is in flight, uncertain or about to be cancelled is checked again later.
    """
    returned = []
    for pk in _unsent().values_list("pk", flat=True):
        with transaction.atomic():
            edition = Edition.objects.locked(pk)
            if edition.placements.exists():
                give_back(edition)
                returned.append(pk)
                log.info("edition.stories_given_back", edition=pk)
    return returned


def _unsent() -> EditionQuerySet:
    """Return stopped editions that reached nobody.

    Read after the stop was committed: a call that began before it is then visible, or its batch is claimed.
    """
    batches = Batch.objects.filter(dispatch__edition=OuterRef("pk"))
    may_have_left = Q(status__in=["", AttemptStatus.ACCEPTED, AttemptStatus.UNCERTAIN]) | Q(is_proven=True)
    calls = Attempt.objects.filter(may_have_left, batch__dispatch__edition=OuterRef("pk"))
    return Edition.objects.filter(
        ~Exists(batches.filter(state__in=[BatchState.CLAIMED, BatchState.CALLING])),
        ~Exists(calls),
        Exists(Placement.objects.filter(edition=OuterRef("pk"))),
        dispatch__state=DispatchState.STOPPED,
        dispatch__final_at__isnull=True,  # without its attempts nobody knows any more whom it reached
    )
