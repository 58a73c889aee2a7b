"""What the pages for readers share: no sign-in, no cookie, no search engine, a kind word for a broken link."""

from collections.abc import Callable
from functools import wraps
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from newsletter.delivery.recipients import reader_links
from newsletter.delivery.recipients.reader_links import ReaderLink
from newsletter.letters.style import palette
from newsletter.lib.errors import BadToken
from newsletter.publications.models import Publication

ADDRESSES_SHOWN = 5


class ReaderRequest(NamedTuple):
    """Whose link was opened, of which publication, and the token that said so."""

    reader: ReaderLink
    publication: Publication
    token: str


def reader_view(
    view: Callable[[HttpRequest, ReaderRequest], HttpResponse],
) -> Callable[[HttpRequest, str], HttpResponse]:
    """Turns the token in the address into the reader it belongs to."""

    @token_page
    @wraps(view)
    def opened(request: HttpRequest, token: str) -> HttpResponse:
        reader = reader_links.parse_reader_token(token)
        publication = get_object_or_404(Publication, pk=reader.publication_id)
        return view(request, ReaderRequest(reader, publication, token))

    return opened


def token_page(view: Callable[[HttpRequest, str], HttpResponse]) -> Callable[[HttpRequest, str], HttpResponse]:
    """A page whose address is its key. `BadToken` becomes the page about damaged links.

    Exempt from the proof of origin: that guards what a cookie permits, and there is none here.
    What permits is the token, which a foreign site does not have; a mailbox provider that
    unsubscribes somebody has no cookie either (RFC 8058).
    """

    @csrf_exempt
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def opened(request: HttpRequest, token: str) -> HttpResponse:
        token = reader_links.without_tail(token)
        try:
            response = view(request, token)
        except BadToken:
            response = invalid_link(request)
        response["Referrer-Policy"] = "no-referrer"  # the address is the key
        response["X-Robots-Tag"] = "noindex, nofollow"
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return opened


def invalid_link(request: HttpRequest) -> HttpResponse:
    """A link that lost a character on its way, or an edition no longer kept."""
    publications = list(Publication.objects.filter(is_active=True)[:ADDRESSES_SHOWN])
    return render(request, "web/readers/invalid_link.html", {"publications": publications}, status=404)


@require_safe
def brand(_request: HttpRequest, slug: str) -> HttpResponse:
    """A publication's colours as a style sheet, made legible: inline styles are not let onto our pages."""
    publication = get_object_or_404(Publication, slug=slug)
    day, night = palette.light_palette(publication.accent_colour), palette.dark_palette(publication.accent_colour_dark)
    rule = ":root {{ --brand: {0.accent}; --on-brand: {0.on_accent}; }}\n"
    css = rule.format(day) + "@media (prefers-color-scheme: dark) { " + rule.format(night).strip() + " }\n"
    return HttpResponse(css, content_type="text/css; charset=utf-8", headers={"Cache-Control": "public, max-age=600"})
