"""Search audit records by actor, act, subject, publication and time, newest first."""

from collections.abc import Collection
from datetime import datetime

from newsletter.audit.acts import Act
from newsletter.audit.models import Record, RecordQuerySet
from newsletter.mail.staff_address import staff_address


def search(
    *,
    who: str = "",
    acts: list[Act] | None = None,
    subject: str = "",
    subject_id: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    publications: Collection[int] | None = None,
) -> RecordQuerySet:
    """Return the records that match all given criteria. `since` is inclusive, `until` exclusive.

    `publications` are ids; None: also what is about no single publication.
    """
    found = Record.objects.all()
    if publications is not None:
        found = found.filter(publication_id__in=publications)
    if who:
        found = found.filter(who=staff_address(who))
    if acts:
        found = found.filter(act__in=acts)
    if subject:
        found = found.filter(subject=subject)
    if subject_id is not None:
        found = found.filter(subject_id=subject_id)
    if since:
        found = found.filter(at__gte=since)
    if until:
        found = found.filter(at__lt=until)
    return found
