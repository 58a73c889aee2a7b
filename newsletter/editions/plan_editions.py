"""Plan the next edition of each publication, and record missed dates.

The dates of a schedule are settled up to `Publication.planned_to` and never planned again. Later dates in the past
follow the schedule that was valid then: a new schedule does not change the past.
"""

from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Q

from newsletter.accounts.permissions import Permission, require
from newsletter.audit import audit_trail, undo_log
from newsletter.audit.acts import Act
from newsletter.audit.audit_trail import Actor
from newsletter.audit.undo_models import UndoKind
from newsletter.editions import planning_inputs
from newsletter.editions.edition_times import Times, cadence_times, chosen_times, set_times
from newsletter.editions.models import Edition, EditionState
from newsletter.editions.planning_inputs import SETTLE_AFTER
from newsletter.editions.schedule_dates import begun_until, editions_ahead, missed_dates, next_date
from newsletter.lib.errors import BadInput
from newsletter.mail import text_cleaning
from newsletter.publications.models import Publication
from newsletter.publications.schedule import Due, due_on, upcoming
from newsletter.segments.models import Segment

log = structlog.get_logger()
CHANGEABLE = ("due_at", "subject", "preheader", "intro", "send_to", "leave_out", "left_out_snippets")
MAX_MISSED = 60  # missed editions recorded after a long downtime; older dates are not recorded
MAX_EXTRA_AHEAD = timedelta(days=366)  # of an extra edition; a later time is a typing error
MISSED = "Missed: the service was not running when the edition was due."


def plan(publication: Publication, *, now: datetime) -> Edition | None:
    """Ensure that the next edition of the schedule exists and return it.

    Dates missed while nothing was running are recorded: the last one is planned if it is still within the lateness
    limit, the others are cancelled. A planned edition follows its publication when the schedule changes. None when the
    publication is not active or its rule has no date left.
    """
    with transaction.atomic():
        # the lock lets two concurrent beats plan only once
        publication = Publication.objects.select_for_update(no_key=True).get(pk=publication.pk)
        _settle(publication, now=now)
        _follow_schedule(publication, now=now)
        due = next_date(publication, now=now)
        ahead = editions_ahead(publication, now=now) if publication.is_active else []
        if ahead and not _is_behind(ahead[0], due):
            return ahead[0]
        return _add(publication, due, now=now) if due else None


def plan_following(edition: Edition, *, now: datetime) -> Edition | None:
    """Return the planned edition after `edition`. Without one, plan the following date of the schedule.

    None when the publication is not active or its rule has no date left.
    """
    with transaction.atomic():
        publication = Publication.objects.select_for_update(no_key=True).get(pk=edition.publication_id)
        planned = publication.editions.filter(state=EditionState.PLANNED).select_related("publication")
        later = planned.filter(Q(due_at__gt=edition.due_at) | Q(due_at=edition.due_at, pk__gt=edition.pk))
        if found := later.order_by("due_at", "pk").first():
            return found
        if publication.schedule is None:
            return None
        after = max(now, edition.due_at)
        settled = set(publication.editions.filter(local_date__gte=edition.day).values_list("local_date", flat=True))
        dates = (due for due in upcoming(publication.schedule, after=after) if due.local_date not in settled)
        due = next((due for due in dates if due.local_date > edition.day), None)
        return _add(publication, due, now=now) if due else None


def plan_all(*, now: datetime) -> None:
    """Plan every publication for which something has changed since its last planning (planning_inputs.py).

    A publication that cannot be planned is logged, and the others are still planned.
    """
    for publication, values_hash in planning_inputs.to_plan(now=now):
        try:
            plan(publication, now=now)
            # read before the planning: what changed in between has another hash the next time
            planning_inputs.mark_planned(publication, values_hash, now=now)
        except Exception:
            log.exception("publication.not_planned", publication=publication.pk)


def settle_unknown(publication: Publication, *, reason: str, now: datetime) -> list[Edition]:
    """Settle the dates that another installation may have started by `now`; return the held editions.

    Each such date without an edition gets one: held when it could still be sent, else cancelled.
    """
    with transaction.atomic():
        publication = Publication.objects.select_for_update(no_key=True).get(pk=publication.pk)
        until = begun_until(publication, now=now)
        unknown = [_add(publication, due, now=now) for due in missed_dates(publication, until=until)[-MAX_MISSED:]]
        for edition in unknown:
            is_over = edition.too_late_after < now or not publication.is_active
            edition.move(EditionState.CANCELLED if is_over else EditionState.HELD, reason=reason)
            edition.save()
        _mark_settled(publication, until)
    return [edition for edition in unknown if edition.state == EditionState.HELD]


def add_extra(
    publication: Publication,
    *,
    due_at: datetime,
    now: datetime,
    subject: str = "",
    send_to: Segment | None = None,
    leave_out: Segment | None = None,
    by: Actor = None,
) -> Edition:
    """Create an edition outside the cadence. It is assembled when its lead time begins.

    It is for all readers, or for those in `send_to`, without those in `leave_out`: chosen here, because a publication
    with automatic approval may send it a moment later.
    """
    require(by, Permission.APPROVE, publication=publication)
    if send_to and send_to == leave_out:
        raise BadInput("leave out", "is the segment that gets the edition.", "Choose another one.")
    times = chosen_times(publication, due_at, now=now)
    if due_at - now > MAX_EXTRA_AHEAD:
        raise BadInput("due time", "is more than a year ahead.", "Choose a time within a year.")
    subject = text_cleaning.clean_line(subject)
    with transaction.atomic():
        # locked, so that a segment that is being removed at this moment is either gone or kept
        ids = [segment.pk for segment in (send_to, leave_out) if segment]
        if len(Segment.objects.select_for_update().filter(pk__in=ids, publication=publication).order_by("pk")) != len(
            ids
        ):
            raise BadInput("segment", "does not exist any more.", "Choose another one.")
        edition = Edition.objects.create(
            publication=publication, subject=subject, send_to=send_to, leave_out=leave_out, **times._asdict()
        )
        audit_trail.record(
            by,
            Act.EDITION_ADDED,
            edition,
            due_at=edition.due_at.isoformat(" ", "minutes"),
            send_to=send_to.name if send_to else None,
            leave_out=leave_out.name if leave_out else None,
        )
        done, after = "An extra edition was added.", undo_log.stored_values(edition, CHANGEABLE)
        undo_log.keep(by, UndoKind.EDITION_ADDED, edition, done, publication=publication.pk, after=after, now=now)
    return edition


def _add(publication: Publication, due: Due, *, now: datetime) -> Edition:
    times = cadence_times(publication, due, now=now)
    return Edition.objects.create(publication=publication, local_date=due.local_date, **times._asdict())


def _settle(publication: Publication, *, now: datetime) -> None:
    """Record the dates missed up to `now`."""
    missed = missed_dates(publication, until=now)
    for due in missed[-MAX_MISSED:]:
        edition = _add(publication, due, now=now)
        is_in_time = due.at + timedelta(minutes=publication.lateness_limit_minutes) >= now
        if due != missed[-1] or not is_in_time or not publication.is_active:
            edition.move(EditionState.CANCELLED, reason=MISSED)
            edition.save()
    settled = publication.planned_to or publication.created_at
    if missed or publication.past_schedules or now - settled > SETTLE_AFTER:
        _mark_settled(publication, now)


def _mark_settled(publication: Publication, until: datetime) -> None:
    publication.planned_to = max(until, publication.planned_to or until)
    publication.past_schedules = []
    publication.save(update_fields=["planned_to", "past_schedules"])


def _follow_schedule(publication: Publication, *, now: datetime) -> None:
    """Update planned editions to the current schedule.

    An edition whose date is no longer in the schedule is removed, and so is one after the next date, unless it has
    texts, picked stories, pitches, comments or chosen readers, or must be approved by a person: planned again, it
    would not. An edition whose new time has already passed keeps its old time. An edition with stories, or one that a
    person or a worker is changing, is left unchanged.
    """
    waiting = publication.editions.exclude(local_date=None).filter(state=EditionState.PLANNED, due_at__gt=now)
    for pk in waiting.filter(is_rescheduled=False).order_by("local_date").values_list("pk", flat=True):
        # skip one that a worker has locked: assembly locks the edition first and then the publication
        edition = publication.editions.select_for_update(skip_locked=True, of=("self",)).filter(pk=pk).first()
        # checked under the lock: placing stories or changing the edition takes the same lock
        if edition and _is_untouched(edition):
            _follow(publication, edition, now=now)


def _is_untouched(edition: Edition) -> bool:
    return edition.state == EditionState.PLANNED and not edition.is_rescheduled and not edition.placements.exists()


def _follow(publication: Publication, edition: Edition, *, now: datetime) -> None:
    is_begun = bool(edition.subject or edition.preheader or edition.intro or edition.send_to_id or edition.leave_out_id)
    is_begun = is_begun or edition.needs_person or edition.picks.exists() or edition.comment_threads.exists()
    is_begun = is_begun or bool(edition.left_out_snippets) or edition.pitches.exists()
    day, schedule = edition.local_date, publication.schedule
    named = due_on(schedule, day) if schedule and day else None
    if named is None and is_begun:
        reason = "This date is no longer in the schedule." if schedule else "The publication is paused."
        edition.move(EditionState.CANCELLED, reason=reason)
        edition.local_date = None  # if the date returns to the schedule, it belongs to another edition
        edition.save()
    elif named is None or (not is_begun and _is_behind(edition, next_date(publication, now=now))):
        edition.delete()
    elif named.at > now:
        times = cadence_times(publication, named, now=now)
        if times != (edition.due_at, edition.assemble_at, edition.local_send_time):
            set_times(edition, times)
            edition.save(update_fields=Times._fields)


def _is_behind(edition: Edition, due: Due | None) -> bool:
    return due is not None and edition.local_date is not None and edition.local_date > due.local_date
