"""Which publication a page of the desk is about: the one in its address, else the one last looked at."""

from django.http import Http404
from django.shortcuts import get_object_or_404

from newsletter.publications.models import Publication
from newsletter.web.shared.permission_required import DeskRequest

KEPT_AS = "publication"


def everything() -> list[Publication]:
    """What the switcher offers."""
    return list(Publication.objects.filter(is_active=True))


def asked_for(request: DeskRequest, slug: str) -> Publication:
    """The publication named in the address, remembered for the next visit; 404 when there is none."""
    publication = get_object_or_404(Publication, slug=slug, is_active=True)
    if request.session.get(KEPT_AS) != slug:
        request.session[KEPT_AS] = slug
    return publication


def last_seen(request: DeskRequest) -> Publication | None:
    """The one this person looked at last, else the first; None in a house without publications."""
    slug = request.session.get(KEPT_AS)
    try:
        return asked_for(request, slug) if slug else Publication.objects.filter(is_active=True).first()
    except Http404:
        return Publication.objects.filter(is_active=True).first()
