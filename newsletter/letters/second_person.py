"""Approval by two people: one submits the email for review, another approves it. The publication asks for it or not."""

from datetime import datetime

from django.db import transaction

from newsletter.accounts.models import User
from newsletter.accounts.permissions import Permission, require
from newsletter.audit import audit_trail, undo_log
from newsletter.audit.acts import Act
from newsletter.audit.undo_models import UndoKind
from newsletter.editions.models import Edition, EditionState
from newsletter.lib.errors import InvalidState

NOT_SUBMITTED = (
    "Two people have to agree on this email: somebody submits it for review, then another person approves it."
)
SAME_PERSON = "You submitted this email for review, so another person has to approve it."


def submit_for_review(edition: Edition, *, content_hash: str, by: User | None, now: datetime) -> Edition:
    """Submit the email with this content hash. Submitting it again changes nothing.

    `by` None is somebody at the command line. A rebuilt email has to be submitted again.
    """
    require(by, Permission.CURATE, publication=edition.publication_id)
    with transaction.atomic():
        edition = Edition.objects.locked(edition.pk)
        if edition.state != EditionState.ASSEMBLED:
            raise InvalidState(f"Edition {edition.pk} is {edition.state}, so there is nothing to review.")
        if edition.content_hash != content_hash:
            raise InvalidState("The email was rebuilt since you opened it. Look at it again, then submit it.")
        if edition.submitted_hash == content_hash:
            return edition
        edition.submitted_hash, edition.submitted_at, edition.submitted_by = content_hash, now, by
        edition.save(update_fields=["submitted_hash", "submitted_at", "submitted_by"])
        audit_trail.record(by, Act.EDITION_SUBMITTED, edition, now=now, content_hash=content_hash)
        after, publication = {"content_hash": content_hash}, edition.publication_id
        done = "The email was submitted for review."
        undo_log.keep(by, UndoKind.EDITION_SUBMITTED, edition, done, publication=publication, after=after, now=now)
    return edition


def withdraw_submission(edition: Edition, *, content_hash: str, by: User | None, now: datetime) -> Edition:
    """Take back the submission of the email with this content hash, while nobody has approved it."""
    require(by, Permission.CURATE, publication=edition.publication_id)
    with transaction.atomic():
        edition = Edition.objects.locked(edition.pk)
        if edition.state != EditionState.ASSEMBLED or edition.submitted_hash != content_hash:
            raise InvalidState("The email was approved or rebuilt since, so it is not submitted any more.")
        edition.submitted_hash, edition.submitted_at, edition.submitted_by = "", None, None
        edition.save(update_fields=["submitted_hash", "submitted_at", "submitted_by"])
        audit_trail.record(by, Act.SUBMISSION_WITHDRAWN, edition, now=now, content_hash=content_hash)
    return edition


def reason_against(edition: Edition, *, content_hash: str, by: User | None) -> str:
    """Return why `by` may not approve the email with this content hash; empty if they may."""
    if not edition.publication.two_people:
        return ""
    if edition.submitted_hash != content_hash:
        return NOT_SUBMITTED
    return SAME_PERSON if edition.submitted_by == by else ""
