"""Panel for the next edition: send time, stories, and what is still missing."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, Q

from newsletter.accounts.models import User
from newsletter.audience.models import Subscription
from newsletter.audience.models import SubscriptionStatus as Consent
from newsletter.audience.reachable_subscribers import SUPPRESSION
from newsletter.delivery.dispatches.active_pauses import active_pauses
from newsletter.delivery.pause_models import SendingPause
from newsletter.editions.models import Edition, EditionState
from newsletter.editions.schedule_dates import next_date
from newsletter.letters import edition_audience
from newsletter.letters.edition_audience import ExpectedReaders
from newsletter.publications.models import Publication, TooFewStoriesPolicy
from newsletter.publications.schedule import Due
from newsletter.stories.models import Story
from newsletter.web.shared.display_formats import pluralize
from newsletter.web.shared.edition_status import StatusBadge, edition_status

NEXT_AFTER = timedelta(hours=1)  # of sending, the panel moves on to the following edition
UPCOMING_STATES = [EditionState.PLANNED, EditionState.ASSEMBLED, EditionState.APPROVED, EditionState.DISPATCHING]


@dataclass(frozen=True, slots=True)
class Upcoming:
    """`takes` are the stories in the edition, or those it would take from the queue now.

    Without an edition, `due` is the next date that the planner will schedule.
    """

    edition: Edition | None
    status: StatusBadge | None
    due: Due | None
    takes: list[Story]
    readers: ExpectedReaders | None  # None: not looked up
    missing: list[str]
    held: list[Edition]


def next_edition_panel(
    publication: Publication,
    edition: Edition | None,
    stories: list[Story],
    *,
    now: datetime,
    user: User | None = None,
    counts_readers: bool = True,
) -> Upcoming:
    """Return the panel of an edition with `stories`. With `counts_readers`, the cost depends on the audience.

    `user` may not know the numbers of some segments.
    """
    known = edition or Edition(publication=publication)
    readers = edition_audience.expected_readers(known, user=user, now=now) if counts_readers else None
    return Upcoming(
        edition=edition,
        status=edition_status(edition, pauses=_pauses(edition, now), now=now) if edition else None,
        due=None if edition else next_date(publication, now=now),
        takes=stories,
        readers=readers,
        missing=_missing(publication, edition, len(stories), readers),
        held=list(
            publication.editions.filter(state=EditionState.HELD).select_related("publication").order_by("due_at")
        ),
    )


def upcoming_editions(publication: Publication, *, now: datetime, most: int) -> list[Edition]:
    """Return the editions that are planned, ready or being sent, the next one first."""
    is_paused = Exists(active_pauses(now=now).filter(Q(publication=None) | Q(publication=publication)))
    editions = publication.editions.select_related("publication", "dispatch").annotate(is_paused=is_paused)
    # An edition that is sent over hours (local time, rate limits) makes room for the next one.
    sending_for_long = Q(state=EditionState.DISPATCHING, due_at__lt=now - NEXT_AFTER)
    return list(editions.filter(state__in=UPCOMING_STATES).exclude(sending_for_long).order_by("due_at", "id")[:most])


def _pauses(edition: Edition, now: datetime) -> list[SendingPause]:
    # annotated by `upcoming_editions`, so that there is a query in a pause only
    return list(active_pauses(now=now)) if getattr(edition, "is_paused", True) else []


def _has_readers(publication: Publication, known: ExpectedReaders | None) -> bool:
    if known is not None and known.number > 0:
        return True
    active = Subscription.objects.filter(publication=publication, status=Consent.ACTIVE)
    return active.annotate(barred=SUPPRESSION).filter(barred=False).exists()


def _missing(
    publication: Publication, edition: Edition | None, stories: int, readers: ExpectedReaders | None
) -> list[str]:
    found = []
    lacking = max(1, publication.minimum_stories) - stories
    if lacking > 0 and (edition is None or edition.state == EditionState.PLANNED):
        outcome = "skipped" if publication.on_empty == TooFewStoriesPolicy.SKIP else "held"
        found.append(f"{pluralize(lacking, 'more story', 'more stories')} before it is due, or it will be {outcome}")
    if edition and edition.state == EditionState.ASSEMBLED:
        found.append("Approval by an editor")
    if not publication.appeals.filter(is_active=True).exists():
        found.append("An active appeal: without one, the email does not ask for donations")
    if not _has_readers(publication, readers):
        found.append("Subscribers: there are none yet")
    elif readers and readers.number == 0 and not readers.is_estimate:
        found.append("Readers: nobody is in the segments that it is sent to, so it will be held")
    return found
