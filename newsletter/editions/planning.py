"""Which editions must exist: the next one of each publication, and none missing without a word."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef

from newsletter.editions import local_time
from newsletter.editions.models import Edition, Placement, State
from newsletter.editions.times import Times, cadence_times, chosen_times, set_times
from newsletter.mail import wording
from newsletter.publications.models import Publication
from newsletter.publications.schedule import Due, moment, upcoming

log = structlog.get_logger()
MOST_MISSED = 60  # editions noted as missed after a long silence; older ones are not written down


def plan(publication: Publication, *, now: datetime) -> Edition | None:
    """Make sure that the next edition of the cadence exists; returns it.

    Dates that went by while nothing was running are not passed over in silence: the last of them
    is planned if it is still within the lateness limit, the others are written down as cancelled.
    A planned edition follows its publication when the cadence is changed. None when the
    publication is not active or its rule has no date left.
    """
    if not publication.is_active:
        return None
    with transaction.atomic():
        # two beats at once plan once
        publication = Publication.objects.select_for_update(no_key=True).get(pk=publication.pk)
        last, earlier = _latest(publication)
        if last and _follow_cadence(publication, last, earlier, now=now):
            last, earlier = _latest(publication)
        if last and _slot(publication, last) > now:
            return last
        missed: list[Due] = []
        start = _slot(publication, last) if last else publication.created_at
        for due in _dates_after(publication, last, start):
            if due.at > now:
                _note_missed(publication, missed[-MOST_MISSED:], now=now)
                return _add(publication, due, now=now)
            missed.append(due)
        _note_missed(publication, missed[-MOST_MISSED:], now=now)
    return None


def plan_all(*, now: datetime) -> None:
    """`plan` for every active publication. One that cannot be planned is logged; the others go on."""
    for publication in Publication.objects.filter(is_active=True):
        try:
            plan(publication, now=now)
        except Exception:
            log.exception("publication.not_planned", publication=publication.pk)


def add_extra(publication: Publication, *, due_at: datetime, now: datetime, subject: str = "") -> Edition:
    """An edition outside the cadence, assembled as soon as its lead time begins."""
    times = chosen_times(publication, due_at, now=now)
    return Edition.objects.create(publication=publication, subject=wording.one_line(subject), **times._asdict())


def _add(publication: Publication, due: Due, *, now: datetime) -> Edition:
    times = cadence_times(publication, due, now=now)
    return Edition.objects.create(publication=publication, local_date=due.local_date, **times._asdict())


def _note_missed(publication: Publication, missed: list[Due], *, now: datetime) -> None:
    for number, due in enumerate(missed, start=1):
        edition = _add(publication, due, now=now)
        if number < len(missed) or due.at + timedelta(minutes=publication.lateness_limit_minutes) < now:
            edition.move(State.CANCELLED, reason="Missed: nothing was running when it was due.")
            edition.save()


def _latest(publication: Publication) -> tuple[Edition | None, Edition | None]:
    """The regular edition of the latest local date, and the one before it."""
    found = list(publication.editions.exclude(local_date=None).order_by("-local_date")[:2])
    return (found[0] if found else None), (found[1] if len(found) > 1 else None)


def _slot(publication: Publication, edition: Edition) -> datetime:
    """The moment that this regular edition takes up in the cadence.

    One that a person puts off still stands for its own date, so that the next dates are planned;
    one that a person sends early has had its turn. One that was planned when it was late for readers in
    the east stands for its first hour, so that the next one is early enough for them.
    """
    day = edition.local_date or edition.due_at.date()
    first = moment(day, publication.cadence)
    if publication.local_time and edition.local_send_time:
        first = local_time.first(publication, day)
    return min(edition.due_at, first)


def _dates_after(publication: Publication, edition: Edition | None, start: datetime) -> Iterator[Due]:
    """What the cadence names after `start`, on later dates than the one that `edition` stands for."""
    for due in upcoming(publication.cadence, after=start):
        if edition is None or edition.local_date is None or due.local_date > edition.local_date:
            yield due


def _follow_cadence(publication: Publication, edition: Edition, earlier: Edition | None, *, now: datetime) -> bool:
    """Give a planned edition the time that the cadence now has for its date; true when something changed.

    One whose date the cadence no longer names, or names only after another that is not planned, is
    taken back. An edition that holds stories, or that a person or a worker has in hand, is left alone.
    """
    free = Edition.objects.filter(
        ~Exists(Placement.objects.filter(edition=OuterRef("pk"))),
        pk=edition.pk,
        state=State.PLANNED,
        is_rescheduled=False,
    )
    ours = free.select_for_update(skip_locked=True, of=("self",)).first()
    if ours is None or ours.due_at <= now:
        return False
    named = next(_dates_after(publication, earlier, min(now, ours.due_at) - timedelta(seconds=1)), None)
    if named is None or named.local_date != ours.local_date:
        if ours.subject or ours.preheader or ours.intro:
            ours.move(State.CANCELLED, reason="The cadence was changed and no longer names this date.")
            ours.local_date = None  # the date may come back, and then it is another edition's
            ours.save()
        else:
            ours.delete()
        return True
    times = cadence_times(publication, named, now=now)
    if times == (ours.due_at, ours.assemble_at, ours.local_send_time):
        return False
    set_times(ours, times)
    ours.save(update_fields=Times._fields)
    return True
