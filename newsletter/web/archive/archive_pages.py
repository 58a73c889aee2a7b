"""The list of a publication's sent editions, `/a/<slug>/`, and one edition, `/a/<slug>/<id>/`."""

from datetime import date
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import conditional_page, require_safe

from newsletter.editions import correction_lines, public_archive
from newsletter.editions.embargo_and_expiry import placed_stories
from newsletter.editions.models import Edition, FrozenLetter
from newsletter.editions.story_correction_models import StoryCorrection
from newsletter.letters.content.locale_formats import long_date
from newsletter.letters.content.translations import translation_for
from newsletter.mail.text_cleaning import clean_line
from newsletter.publications.models import Publication
from newsletter.web.archive.public_letter import PageHead, public_page, public_subject
from newsletter.web.shared.display_formats import clock_of
from newsletter.web.shared.security_headers import LETTER

PAGE_SIZE = 30
MAX_QUERY = 100  # characters
CACHED = "public, max-age=300"  # seconds; a closed archive may be shown for as long


def open_archive(slug: str) -> Publication:
    """Return the publication of an open archive; 404 if there is none."""
    publication = get_object_or_404(Publication, slug=slug)
    if not public_archive.is_open(publication):
        raise Http404
    return publication


def address_of(name: str, *args: object) -> str:
    """Return the full address of a page of the archive."""
    return f"{settings.BASE_URL}{reverse(name, args=args)}"


def date_of(edition: Edition) -> date:
    """Return the date of an edition on the clock of its publication."""
    return edition.local_date or edition.due_at.astimezone(clock_of(edition.publication)).date()


@require_safe
@conditional_page
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the editions, newest first, or those that contain the words of `?q=`."""
    publication = open_archive(slug)
    words = translation_for(publication.language)
    query = clean_line(request.GET.get("q", "")[:MAX_QUERY])
    page = Paginator(public_archive.archived_letters(publication, query), PAGE_SIZE).get_page(request.GET.get("page"))
    letters = list(page)
    corrections = correction_lines.corrections_in([letter.edition_id for letter in letters])
    headlines = public_archive.headlines_of(letters, corrections)
    context: dict[str, Any] = {
        "publication": publication,
        "words": words,
        "phrases": words.archive,
        "query": query,
        "page": page,
        "rows": [_row(letter, publication, headlines[letter.edition_id], corrections) for letter in letters],
        "address": address_of("archive", slug),
    }
    response = render(request, "web/archive/editions.html", context)
    response["Cache-Control"] = CACHED
    return response


@require_safe
@conditional_page
def edition(request: HttpRequest, slug: str, edition_id: int) -> HttpResponse:  # noqa: ARG001 — the signature of a view
    """Show the email of one edition."""
    publication = open_archive(slug)
    letters = public_archive.archived_letters(publication).defer(None)
    # a subquery by primary key has no row for a number that no database integer can be
    wanted = publication.editions.filter(pk=edition_id)
    letter = get_object_or_404(letters.select_related("edition__publication"), edition__in=wanted)
    words = translation_for(publication.language)
    first = next(iter(placed_stories(letter.edition)), None)
    stored = first.picture if first and first.picture and first.picture.is_stored else None
    corrections = correction_lines.corrections_in([letter.edition_id])
    headlines = public_archive.headlines_of([letter], corrections)[letter.edition_id]
    head = PageHead(
        public_subject(letter, corrections),
        address_of("archive-edition", slug, edition_id),
        letter.edition.preheader or " · ".join(headlines),
        f"{settings.PICTURES_URL}/{stored.name}" if stored else "",
    )
    bar = {"words": words, "phrases": words.archive, "feed": address_of("archive-feed", slug)}
    headers = {"Cache-Control": CACHED, "Content-Security-Policy": LETTER}
    return HttpResponse(public_page(letter, head, bar), headers=headers)


def _row(
    letter: FrozenLetter, publication: Publication, headlines: list[str], corrections: list[StoryCorrection]
) -> dict[str, object]:
    letter.edition.publication = publication
    day = date_of(letter.edition)
    return {
        "id": letter.edition_id,
        "subject": public_subject(letter, corrections),
        "day": day,
        "date": long_date(day, publication.language),
        "headlines": headlines,
    }
