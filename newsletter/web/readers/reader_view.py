"""Shared by the pages for readers: token links instead of sign-in, no cookies, no indexing, a page for broken links."""

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
    """The reader and publication of an opened link, and its token."""

    reader: ReaderLink
    publication: Publication
    token: str


def reader_view(
    view: Callable[[HttpRequest, ReaderRequest], HttpResponse],
) -> Callable[[HttpRequest, str], HttpResponse]:
    """Resolve the token in the URL to its reader and pass a `ReaderRequest` to the view."""

    @token_page
    @wraps(view)
    def opened(request: HttpRequest, token: str) -> HttpResponse:
        reader = reader_links.parse_reader_token(token)
        publication = get_object_or_404(Publication, pk=reader.publication_id)
        return view(request, ReaderRequest(reader, publication, token))

    return opened


def token_page(view: Callable[[HttpRequest, str], HttpResponse]) -> Callable[[HttpRequest, str], HttpResponse]:
    """Decorate a view that is authorised by the token in its URL. `BadToken` renders the page about invalid links.

    The view is exempt from CSRF checks: these protect cookie sessions, and there is none here. The token authorises
    the request, and another site does not know it. A mailbox provider that unsubscribes someone has no cookie
    either (RFC 8058).
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
        response["Referrer-Policy"] = "no-referrer"  # the URL contains the token
        response["X-Robots-Tag"] = "noindex, nofollow"
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return opened


def invalid_link(request: HttpRequest) -> HttpResponse:
    """Render the page for a truncated link or an edition that is no longer stored."""
    publications = list(Publication.objects.filter(is_active=True)[:ADDRESSES_SHOWN])
    return render(request, "web/readers/invalid_link.html", {"publications": publications}, status=404)


@require_safe
def brand(_request: HttpRequest, slug: str) -> HttpResponse:
    """Return a publication's colours as a stylesheet: the CSP forbids inline styles.

    The accent is legible on the paper of the email, so the card of the page has that paper.
    """
    publication = get_object_or_404(Publication, slug=slug)
    light, dark = (
        palette.light_palette(publication.accent_colour),
        palette.dark_palette(publication.accent_colour, chosen=publication.accent_colour_dark),
    )
    rule = ":root {{ --brand: {0.accent}; --on-brand: {0.on_accent}; --sheet: {0.paper}; }}\n"
    css = rule.format(light) + "@media (prefers-color-scheme: dark) { " + rule.format(dark).strip() + " }\n"
    return HttpResponse(css, content_type="text/css; charset=utf-8", headers={"Cache-Control": "public, max-age=600"})
