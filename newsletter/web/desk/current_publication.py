"""The publication of a desk page: the one in the URL, otherwise the one viewed last."""

from django.http import HttpResponse
from django.shortcuts import redirect, render

from newsletter.publications.models import Publication
from newsletter.web.shared.permission_required import DeskRequest
from newsletter.web.shared.permitted_objects import only_permitted, permitted_or_404

SESSION_KEY = "publication"


def active_publications(request: DeskRequest) -> list[Publication]:
    """Return the publications offered by the switcher: those in which the user may open this page."""
    return list(only_permitted(request, Publication.objects.filter(is_active=True)))


def publication_from_url(request: DeskRequest, slug: str) -> Publication:
    """Return the publication with this slug and remember it in the session. Raise 404 if the user has none such."""
    publication = permitted_or_404(request, Publication.objects.filter(is_active=True), slug=slug)
    if request.session.get(SESSION_KEY) != slug:
        request.session[SESSION_KEY] = slug
    return publication


def last_viewed(request: DeskRequest) -> Publication | None:
    """Return the publication that this user viewed last, otherwise their first; None if they have none."""
    found = only_permitted(request, Publication.objects.filter(is_active=True))
    slug = request.session.get(SESSION_KEY)
    return (found.filter(slug=slug).first() if slug else None) or found.first()


def redirect_to_last_viewed(request: DeskRequest, page: str) -> HttpResponse:
    """Redirect to this page of the publication viewed last, or say that there is no publication."""
    publication = last_viewed(request)
    if publication is None:
        return render(request, "web/desk/no_publication.html")
    return redirect(page, publication.slug)
