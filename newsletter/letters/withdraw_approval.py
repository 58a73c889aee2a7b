"""Take back an approval, while nothing of the edition is sent."""

from datetime import datetime

from django.db import transaction

from newsletter.accounts.models import User
from newsletter.accounts.permissions import Permission, require
from newsletter.audit import audit_trail
from newsletter.audit.acts import Act
from newsletter.editions.models import Edition, EditionState
from newsletter.lib.errors import InvalidState


def withdraw_approval(edition: Edition, *, content_hash: str, by: User | None, now: datetime) -> Edition:
    """Take back the approval of the letter with this content hash, while nothing of it is sent.

    After that only a person may approve it.
    """
    require(by, Permission.APPROVE, publication=edition.publication_id)
    with transaction.atomic():
        edition = Edition.objects.locked(edition.pk)
        if edition.state != EditionState.APPROVED or edition.approved_hash != content_hash:
            raise InvalidState(f"Edition {edition.pk} is {edition.state}; this approval cannot be withdrawn any more.")
        edition.move(EditionState.ASSEMBLED)
        edition.approved_hash, edition.approved_at, edition.approved_by = "", None, None
        edition.needs_person = True
        edition.save()
        audit_trail.record(by, Act.APPROVAL_WITHDRAWN, edition, now=now, content_hash=content_hash)
    return edition
