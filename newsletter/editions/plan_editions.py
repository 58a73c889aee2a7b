"""Which editions must exist: the next one of each publication, and none missing without a word.

`Publication.planned_to` says up to when the dates of a schedule are settled. Dates before it are never planned, and
dates that went by since are told by the schedule that held then: a new schedule does not change the past.
"""

from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Q

from newsletter.editions.edition_times import Times, cadence_times, chosen_times, set_times
from newsletter.editions.models import Edition, State
from newsletter.editions.schedule_dates import begun_until, editions_ahead, missed_dates, next_date
from newsletter.lib.errors import BadInput
from newsletter.mail import text_cleaning
from newsletter.publications.models import Publication
from newsletter.publications.schedule import Due, due_on

log = structlog.get_logger()
MAX_MISSED = 60  # editions noted as missed after a long silence; older ones are not written down
SETTLE_AFTER = timedelta(days=1)  # where nothing is missed, `planned_to` is moved on no more often than this
MAX_AHEAD = timedelta(days=366)  # of an extra edition; beyond it is a slip of the finger
MISSED = "Missed: nothing was running when it was due."


def plan(publication: Publication, *, now: datetime) -> Edition | None:
    """Make sure that the next edition of the schedule exists; returns it.

    Dates that went by while nothing was running are not passed over in silence: the last of them
    is planned if it is still within the lateness limit, the others are written down as cancelled.
    A planned edition follows its publication when the schedule is changed. None when the
    publication is not active or its rule has no date left.
    """
    with transaction.atomic():
        # two beats at once plan once
        publication = Publication.objects.select_for_update(no_key=True).get(pk=publication.pk)
        _settle(publication, now=now)
        _follow_schedule(publication, now=now)
        due = next_date(publication, now=now)
        ahead = editions_ahead(publication, now=now) if publication.is_active else []
        if ahead and not _is_behind(ahead[0], due):
            return ahead[0]
        return _add(publication, due, now=now) if due else None


def plan_all(*, now: datetime) -> None:
    """`plan` for every active publication, and for those at rest of which something is planned or not settled.

    One that cannot be planned is logged; the others go on.
    """
    planned = Edition.objects.filter(state=State.PLANNED, due_at__gt=now).values("publication")
    for publication in Publication.objects.filter(Q(is_active=True) | Q(pk__in=planned) | ~Q(past_schedules=[])):
        try:
            plan(publication, now=now)
        except Exception:
            log.exception("publication.not_planned", publication=publication.pk)


def settle_unknown(publication: Publication, *, reason: str, now: datetime) -> list[Edition]:
    """Plan no date any more that another installation may have begun by `now`; the editions that wait for a person.

    Each such date without an edition gets one: held when it could still leave, else cancelled.
    """
    with transaction.atomic():
        publication = Publication.objects.select_for_update(no_key=True).get(pk=publication.pk)
        until = begun_until(publication, now=now)
        unknown = [_add(publication, due, now=now) for due in missed_dates(publication, until=until)[-MAX_MISSED:]]
        for edition in unknown:
            is_over = edition.too_late_after < now or not publication.is_active
            edition.move(State.CANCELLED if is_over else State.HELD, reason=reason)
            edition.save()
        _mark_settled(publication, until)
    return [edition for edition in unknown if edition.state == State.HELD]


def add_extra(publication: Publication, *, due_at: datetime, now: datetime, subject: str = "") -> Edition:
    """An edition outside the cadence, assembled as soon as its lead time begins."""
    times = chosen_times(publication, due_at, now=now)
    if due_at - now > MAX_AHEAD:
        raise BadInput("due time", "is more than a year ahead.", "Give a time within a year.")
    return Edition.objects.create(publication=publication, subject=text_cleaning.clean_line(subject), **times._asdict())


def _add(publication: Publication, due: Due, *, now: datetime) -> Edition:
    times = cadence_times(publication, due, now=now)
    return Edition.objects.create(publication=publication, local_date=due.local_date, **times._asdict())


def _settle(publication: Publication, *, now: datetime) -> None:
    """Write down what was missed up to `now`."""
    missed = missed_dates(publication, until=now)
    for due in missed[-MAX_MISSED:]:
        edition = _add(publication, due, now=now)
        in_time = due.at + timedelta(minutes=publication.lateness_limit_minutes) >= now
        if due != missed[-1] or not in_time or not publication.is_active:
            edition.move(State.CANCELLED, reason=MISSED)
            edition.save()
    settled = publication.planned_to or publication.created_at
    if missed or publication.past_schedules or now - settled > SETTLE_AFTER:
        _mark_settled(publication, now)


def _mark_settled(publication: Publication, until: datetime) -> None:
    publication.planned_to = max(until, publication.planned_to or until)
    publication.past_schedules = []
    publication.save(update_fields=["planned_to", "past_schedules"])


def _follow_schedule(publication: Publication, *, now: datetime) -> None:
    """Give planned editions the times that the schedule now has for their dates.

    One whose date the schedule no longer names is taken back, and so is one behind the next date. One whose
    new moment has gone by leaves as it was planned. An edition that holds stories, or that a person or a
    worker has in hand, is left alone.
    """
    waiting = publication.editions.exclude(local_date=None).filter(state=State.PLANNED, due_at__gt=now)
    for pk in waiting.filter(is_rescheduled=False).order_by("local_date").values_list("pk", flat=True):
        # skipped when a worker has it: assembly takes the edition first and then the publication
        edition = publication.editions.select_for_update(skip_locked=True, of=("self",)).filter(pk=pk).first()
        # asked only now that it is ours: whoever places stories or changes it has it locked
        if edition and _is_untouched(edition):
            _follow(publication, edition, now=now)


def _is_untouched(edition: Edition) -> bool:
    return edition.state == State.PLANNED and not edition.is_rescheduled and not edition.placements.exists()


def _follow(publication: Publication, edition: Edition, *, now: datetime) -> None:
    has_words = bool(edition.subject or edition.preheader or edition.intro)
    day, schedule = edition.local_date, publication.schedule
    named = due_on(schedule, day) if schedule and day else None
    if named is None and has_words:
        why = "no longer names this date" if schedule else "rests"
        edition.move(State.CANCELLED, reason=f"The schedule {why}.")
        edition.local_date = None  # the date may come back, and then it is another edition's
        edition.save()
    elif named is None or (not has_words and _is_behind(edition, next_date(publication, now=now))):
        edition.delete()
    elif named.at > now:
        times = cadence_times(publication, named, now=now)
        if times != (edition.due_at, edition.assemble_at, edition.local_send_time):
            set_times(edition, times)
            edition.save(update_fields=Times._fields)


def _is_behind(edition: Edition, due: Due | None) -> bool:
    return due is not None and edition.local_date is not None and edition.local_date > due.local_date
