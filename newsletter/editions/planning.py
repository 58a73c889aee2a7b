"""Which editions must exist: the next one of each publication, and none missing without a word."""

from datetime import datetime, timedelta

import structlog
from django.db import transaction

from newsletter.editions.models import Edition, State
from newsletter.lib.errors import BadInput
from newsletter.mail import wording
from newsletter.publications.models import Publication
from newsletter.publications.schedule import Due, upcoming

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
        publication = Publication.objects.select_for_update().get(pk=publication.pk)  # two beats at once plan once
        regular = publication.editions.exclude(local_date=None)
        last = regular.order_by("-local_date").first()
        if last and last.due_at > now and last.state == State.PLANNED and not last.is_rescheduled:
            _follow_cadence(last, now=now)
            last = regular.order_by("-local_date").first()
        if last and last.due_at > now:
            return last
        missed: list[Due] = []
        for due in upcoming(publication.cadence, after=last.due_at if last else publication.created_at):
            if last and last.local_date and due.local_date <= last.local_date:
                continue
            if due.at > now:
                _note_missed(publication, missed[-MOST_MISSED:], now=now)
                return _add(publication, due)
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
    if due_at < now - timedelta(minutes=1):
        raise BadInput("due time", "has passed.", "Give a time from now on.")
    return Edition.objects.create(
        publication=publication,
        due_at=due_at,
        assemble_at=due_at - timedelta(minutes=publication.lead_minutes),
        subject=wording.one_line(subject),
    )


def _add(publication: Publication, due: Due) -> Edition:
    return Edition.objects.create(
        publication=publication,
        local_date=due.local_date,
        due_at=due.at,
        assemble_at=due.at - timedelta(minutes=publication.lead_minutes),
    )


def _note_missed(publication: Publication, missed: list[Due], *, now: datetime) -> None:
    for number, due in enumerate(missed, start=1):
        edition = _add(publication, due)
        if number < len(missed) or due.at + timedelta(minutes=publication.lateness_limit_minutes) < now:
            edition.move(State.CANCELLED, reason="Missed: nothing was running when it was due.")
            edition.save()


def _follow_cadence(edition: Edition, *, now: datetime) -> None:
    """Give a planned edition the due time that its publication's cadence now has for its date."""
    publication = edition.publication
    day_before = min(edition.due_at, now) - timedelta(seconds=1)
    for due in upcoming(publication.cadence, after=day_before):
        if edition.local_date and due.local_date < edition.local_date:
            break  # the cadence now has an earlier date that was not planned: start over
        if due.local_date == edition.local_date:
            times = due.at, due.at - timedelta(minutes=publication.lead_minutes)
            if times != (edition.due_at, edition.assemble_at):
                edition.due_at, edition.assemble_at = times
                edition.save(update_fields=["due_at", "assemble_at"])
            return
        break
    edition.delete()
