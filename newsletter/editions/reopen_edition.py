"""Reopen an assembled edition: delete its letters and return its stories to the front of the queue."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction

from newsletter.accounts.permissions import Permission, require
from newsletter.audit import audit_trail, undo_log
from newsletter.audit.acts import Act
from newsletter.audit.audit_trail import Actor
from newsletter.audit.undo_models import UndoKind
from newsletter.editions import correction_lines
from newsletter.editions.models import Edition, EditionState
from newsletter.lib.errors import InvalidState
from newsletter.stories import story_queue

NOT_YET_SENT = (EditionState.ASSEMBLED, EditionState.APPROVED)
REOPENED = "The edition was reopened."


def reopen(edition: Edition, *, states: Collection[EditionState] = NOT_YET_SENT, reason: str = "") -> Edition:
    """Return an edition to planned: no letters, no approval, its stories at the front of the queue.

    Only from one of `states`, so that an edition held in the meantime stays held.
    """
    with transaction.atomic():
        edition = Edition.objects.locked(edition.pk)
        if edition.state not in states:
            raise InvalidState(f"Edition {edition.pk} is {edition.state}; it cannot be reopened.")
        edition.move(EditionState.PLANNED, reason=reason)
        edition.letters.all().delete()
        edition.made_from = edition.content_hash = edition.approved_hash = ""
        edition.assembled_at = edition.approved_at = edition.approved_by = None
        give_back(edition)
        edition.save()
    return edition


def take_apart(edition: Edition, *, by: Actor = None, now: datetime) -> Edition:
    """Reopen an edition by a person, so that its stories can be changed. Only a person may approve it after that.

    It is assembled on request, at the latest at `assemble_at`: when it would be submitted or is due. An overdue edition
    is not assembled before its lateness limit.
    """
    require(by, Permission.APPROVE, publication=edition.publication_id)
    with transaction.atomic():
        edition = reopen(edition, reason=REOPENED)
        submitted_at = edition.due_at - timedelta(minutes=edition.publication.schedule_ahead_minutes)
        moments = (edition.assemble_at, submitted_at, edition.due_at)
        edition.assemble_at = next((moment for moment in moments if moment > now), edition.too_late_after)
        edition.is_rescheduled = True  # a changed cadence does not override that person
        edition.needs_person = True
        edition.save(update_fields=["assemble_at", "is_rescheduled", "needs_person"])
        audit_trail.record(by, Act.EDITION_REOPENED, edition, now=now)
        done, publication = "The edition was reopened.", edition.publication_id
        undo_log.keep(by, UndoKind.EDITION_REOPENED, edition, done, publication=publication, now=now)
    return edition


def give_back(edition: Edition) -> None:
    """Return the stories of an edition to the front of the queue, in order, and its corrections to those that wait."""
    stories = [placement.story for placement in edition.placements.select_related("story")]
    edition.placements.all().delete()
    story_queue.return_to_front(edition.publication, stories)
    correction_lines.give_lines_back(edition)
