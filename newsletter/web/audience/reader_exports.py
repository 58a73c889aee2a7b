"""Downloads of all readers of a publication, and of all its consent events."""

from django.http import FileResponse
from django.views.decorators.http import require_safe

from newsletter.accounts.permissions import Permission
from newsletter.audience import export_consent_events, export_subscribers
from newsletter.audit import audit_trail
from newsletter.audit.acts import Act
from newsletter.publications.models import Publication
from newsletter.web import csv_download
from newsletter.web.shared.identity_confirmation import identity_confirmed
from newsletter.web.shared.permission_required import DeskRequest, permission_required
from newsletter.web.shared.permitted_objects import permitted_or_404


@require_safe
@permission_required(Permission.AUDIENCE)
@identity_confirmed()
def readers(request: DeskRequest, slug: str) -> FileResponse:
    """Download the readers, with every field. The file can be imported elsewhere."""
    publication = permitted_or_404(request, Publication.objects.all(), slug=slug)
    answer = csv_download.respond(
        export_subscribers.lines(export_subscribers.rows(publication)), filename=f"readers-{publication.slug}.csv"
    )
    audit_trail.record(request.user, Act.READERS_EXPORTED, publication, what="readers")
    return answer


@require_safe
@permission_required(Permission.AUDIENCE)
@identity_confirmed()
def consent_events(request: DeskRequest, slug: str) -> FileResponse:
    """Download the consent events."""
    publication = permitted_or_404(request, Publication.objects.all(), slug=slug)
    answer = csv_download.respond(
        export_consent_events.lines(export_consent_events.rows(publication)),
        filename=f"consent-{publication.slug}.csv",
    )
    audit_trail.record(request.user, Act.READERS_EXPORTED, publication, what="consent events")
    return answer
