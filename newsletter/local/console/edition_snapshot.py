"""The state of an edition, read from the database as one value. `status_messages.py` makes sentences of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from newsletter.audience import subscriber_counts
from newsletter.delivery.ledger.progress import Progress, progress
from newsletter.delivery.models import Dispatch
from newsletter.delivery.states import DispatchState
from newsletter.editions.models import Edition, EditionState, Placement
from newsletter.publications.models import Publication
from newsletter.stories.models import Story

SOON = timedelta(minutes=10)  # an edition due within this time is reported
IN_PROGRESS = (EditionState.PLANNED, EditionState.ASSEMBLED, EditionState.APPROVED, EditionState.DISPATCHING)


@dataclass(frozen=True, slots=True)
class LetterSummary:
    """A frozen letter: `size` of its HTML in bytes, and a phrase for each finding of preflight."""

    subject: str
    stories: int
    size: int
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EditionSnapshot:
    """An edition at one moment."""

    edition: int
    publication: str
    state: str
    reason: str
    due_at: datetime
    letter: LetterSummary | None
    progress: Progress | None

    @property
    def is_in_progress(self) -> bool:
        """True while the edition can go on without a person."""
        phase = self.progress.phase if self.progress else ""
        needs_person = phase not in ("", "sending", "submitted ahead", "finished")
        return self.state in IN_PROGRESS and not needs_person


def take_snapshot(edition_id: int) -> EditionSnapshot | None:
    """Return the edition as it is now; None if it is gone, as a planned one may be after a change of the schedule."""
    edition = Edition.objects.select_related("publication").filter(pk=edition_id).first()
    if edition is None:
        return None
    dispatch = Dispatch.objects.filter(edition=edition).first()
    return EditionSnapshot(
        edition=edition.pk,
        publication=edition.publication.name,
        state=edition.state,
        reason=edition.reason,
        due_at=edition.due_at,
        letter=_letter(edition) if edition.assembled_at else None,
        progress=progress(dispatch) if dispatch else None,
    )


def editions_due_soon(now: datetime) -> list[int]:
    """Return the ids of editions that are due within `SOON` or overdue, by due time, at most twenty."""
    sending = Q(dispatch__state__in=[DispatchState.OPEN, DispatchState.FINISHED])
    soon = Edition.objects.filter(
        ~Q(state=EditionState.DISPATCHING) | sending, state__in=IN_PROGRESS, due_at__lte=now + SOON
    )
    return list(soon.order_by("due_at", "id").values_list("pk", flat=True)[:20])


def last_edition() -> int | None:
    """Return the id of the edition whose dispatch opened last."""
    return Dispatch.objects.order_by("-opened_at").values_list("edition_id", flat=True).first()


def queued_counts(edition_id: int, *, now: datetime) -> tuple[int, int]:
    """Return how many stories this edition has, or else are queued for it, and how many readers it has."""
    publication = Publication.objects.get(editions=edition_id)
    # a worker may have taken them since the edition was seen as planned
    taken = Placement.objects.filter(edition=edition_id).count()
    stories = taken or Story.objects.filter(publication=publication).offered(now).count()
    return stories, subscriber_counts.count_subscribers(publication).active


def _letter(edition: Edition) -> LetterSummary | None:
    letter = edition.letters.order_by("pk").first()
    if letter is None:
        return None
    findings = tuple(f"{f['severity']}: {f['code']}, {f['place']}" for f in edition.findings)
    return LetterSummary(letter.subject, edition.placements.count(), len(letter.html.encode()), findings)
