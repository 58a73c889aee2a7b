"""Where an edition stands, read from the rows as one value. `status_messages.py` makes sentences of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from newsletter.audience import subscriber_counts
from newsletter.delivery.ledger.progress import Progress, progress
from newsletter.delivery.models import Dispatch, DispatchState
from newsletter.editions.models import Edition, State
from newsletter.publications.models import Publication
from newsletter.stories.models import Story

SOON = timedelta(minutes=10)  # an edition due within this time is one to stay for
ON_ITS_WAY = (State.PLANNED, State.ASSEMBLED, State.APPROVED, State.DISPATCHING)


@dataclass(frozen=True, slots=True)
class Frozen:
    """The letter: size of its HTML in bytes, and what preflight found, a phrase each."""

    subject: str
    stories: int
    size: int
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EditionSnapshot:
    """One look at an edition."""

    edition: int
    publication: str
    state: str
    reason: str
    due_at: datetime
    letter: Frozen | None
    progress: Progress | None

    @property
    def on_its_way(self) -> bool:
        """True while it may still go on without a person."""
        phase = self.progress.phase if self.progress else ""
        waits_for_somebody = phase not in ("", "sending", "scheduled at provider", "finished")
        return self.state in ON_ITS_WAY and not waits_for_somebody


def scene(edition_id: int) -> EditionSnapshot | None:
    """The edition as it stands now; None when it is gone, as a planned one may be when the cadence is changed."""
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


def leaving(now: datetime) -> list[int]:
    """The editions that leave within `SOON` or should have left before, the first due first, at most twenty."""
    sending = Q(dispatch__state__in=[DispatchState.OPEN, DispatchState.FINISHED])
    soon = Edition.objects.filter(~Q(state=State.DISPATCHING) | sending, state__in=ON_ITS_WAY, due_at__lte=now + SOON)
    return list(soon.order_by("due_at", "id").values_list("pk", flat=True)[:20])


def last_edition() -> int | None:
    """The edition whose dispatch opened last."""
    return Dispatch.objects.order_by("-opened_at").values_list("edition_id", flat=True).first()


def waiting(edition_id: int, *, now: datetime) -> tuple[int, int]:
    """How many stories wait for this edition, and how many readers."""
    publication = Publication.objects.get(editions=edition_id)
    stories = Story.objects.filter(publication=publication).offered(now).count()
    return stories, subscriber_counts.count_subscribers(publication).active


def _letter(edition: Edition) -> Frozen | None:
    letter = edition.letters.order_by("pk").first()
    if letter is None:
        return None
    findings = tuple(f"{f['severity']}: {f['code']}, {f['place']}" for f in edition.findings)
    return Frozen(letter.subject, edition.placements.count(), len(letter.html.encode()), findings)
