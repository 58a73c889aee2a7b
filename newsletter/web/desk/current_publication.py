"""The publication of a desk page: the one in the URL, otherwise the one viewed last."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from newsletter.publications.models import Publication
from newsletter.web.shared.permission_required import DeskRequest

SESSION_KEY = "publication"


def active_publications() -> list[Publication]:
    """Return the publications offered by the switcher."""
    return list(Publication.objects.filter(is_active=True))


def publication_from_url(request: DeskRequest, slug: str) -> Publication:
    """Return the publication with this slug and remember it in the session. Raise 404 if there is none."""
    publication = get_object_or_404(Publication, slug=slug, is_active=True)
    if request.session.get(SESSION_KEY) != slug:
        request.session[SESSION_KEY] = slug
    return publication


def last_viewed(request: DeskRequest) -> Publication | None:
    """Return the publication that this user viewed last, otherwise the first; None if there are no publications."""
    slug = request.session.get(SESSION_KEY)
    try:
        return publication_from_url(request, slug) if slug else Publication.objects.filter(is_active=True).first()
    except Http404:
        return Publication.objects.filter(is_active=True).first()


def redirect_to_last_viewed(request: DeskRequest, page: str) -> HttpResponse:
    """Redirect to this page of the publication viewed last, or say that there is no publication."""
    publication = last_viewed(request)
    if publication is None:
        return render(request, "web/desk/no_publication.html")
    return redirect(page, publication.slug)
