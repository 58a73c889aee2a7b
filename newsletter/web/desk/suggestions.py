"""Suggestions: articles of feeds that a curator adds to the story queue or dismisses."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from newsletter.accounts.permissions import Permission
from newsletter.editions import edition_picks
from newsletter.editions.models import Edition
from newsletter.lib import clock
from newsletter.lib.errors import NewsletterError
from newsletter.stories.feed_models import Suggestion
from newsletter.stories.feeds import queue_suggestions
from newsletter.stories.models import Story
from newsletter.web.desk import current_publication as publications
from newsletter.web.desk import suggestions_page
from newsletter.web.desk.suggestions_page import PAGE_SIZE
from newsletter.web.shared.display_formats import leaves
from newsletter.web.shared.parse_numbers import whole_number
from newsletter.web.shared.permission_required import DeskRequest, permission_required
from newsletter.web.shared.permitted_objects import permitted_or_404
from newsletter.web.shared.picture_forms import picture_message

MAX_START = 100_000
LOST_PICTURE = " Its picture was left out, because the feed does not describe it."


@require_safe
@permission_required(Permission.CURATE)
def listing(request: DeskRequest, slug: str) -> HttpResponse:
    """Show the suggestions of a publication, newest first."""
    publication = publications.publication_from_url(request, slug)
    start = min(whole_number(request.GET.get("from", "")) or 0, MAX_START)
    total = suggestions_page.open_suggestions(publication).count()
    cards = suggestions_page.suggestion_cards(publication, now=clock.now(), count=PAGE_SIZE, start=start)
    context = {
        "publication": publication,
        "publications": publications.active_publications(request),
        "cards": cards,
        "total": total,
        "start": start,
        "earlier_page": max(0, start - PAGE_SIZE) if start else None,
        "next_page": start + PAGE_SIZE if start + PAGE_SIZE < total else None,
        "feeds": publication.feeds.count(),
        "broken": list(publication.feeds.exclude(problem="").order_by("pk")),
    }
    return render(request, "web/desk/suggestions.html", context)


@require_POST
@permission_required(Permission.CURATE)
def queue(request: DeskRequest, suggestion_id: int) -> HttpResponse:
    """Add a suggestion to the queue, or order the reading of its link."""
    suggestion = _suggestion(request, suggestion_id)
    if suggestion is None:
        return _gone(request)
    try:
        done = queue_suggestions.queue_suggestion(suggestion, again="again" in request.POST, by=request.user)
    except NewsletterError as error:
        messages.error(request, str(error))
        return _back(request, suggestion)
    if done.story and (number := whole_number(request.POST.get("edition", ""))):
        return _put_into_edition(request, suggestion, done.story, number)
    if done.story:
        lost = LOST_PICTURE if done.lost_picture else ""
        messages.success(request, f"“{done.story.headline}” was added to the queue.{picture_message(done.story)}{lost}")
    elif done.draft:
        messages.success(request, f"“{suggestion.headline}” is being read. Then it is added to the queue by itself.")
    return _back(request, suggestion)


@require_POST
@permission_required(Permission.CURATE)
def dismiss(request: DeskRequest, suggestion_id: int) -> HttpResponse:
    """Dismiss a suggestion."""
    suggestion = _suggestion(request, suggestion_id)
    if suggestion is None:
        return _gone(request)
    queue_suggestions.dismiss(suggestion, by=request.user)
    return _back(request, suggestion)


def _put_into_edition(request: DeskRequest, suggestion: Suggestion, story: Story, number: int) -> HttpResponse:
    """Put the story of a suggestion, which is queued now, into an edition."""
    edition = permitted_or_404(request, Edition.objects.select_related("publication"), pk=number)
    try:
        taken_by = edition_picks.place(edition, story, by=request.user, now=clock.now()).edition
    except NewsletterError as error:
        messages.warning(request, f"“{story.headline}” is in the queue, but not in the edition. {error}")
    else:
        messages.success(request, f"“{story.headline}” is in the edition of {leaves(taken_by, now=clock.now())}.")
    return _back(request, suggestion)


def _suggestion(request: DeskRequest, suggestion_id: int) -> Suggestion | None:
    if not Suggestion.objects.filter(pk=suggestion_id).exists():
        return None
    return permitted_or_404(request, Suggestion.objects.select_related("publication"), pk=suggestion_id)


def _gone(request: DeskRequest) -> HttpResponse:
    messages.info(request, "This suggestion is gone, because its feed was removed.")
    return HttpResponseRedirect(reverse("desk"))


def _back(request: DeskRequest, suggestion: Suggestion) -> HttpResponse:
    """Return to the page on which the button was."""
    page = "suggestions" if request.POST.get("page") == "suggestions" else "queue"
    start = whole_number(request.POST.get("from", "")) or 0
    query = f"?from={min(start, MAX_START)}" if start and page == "suggestions" else ""
    return HttpResponseRedirect(reverse(page, args=[suggestion.publication.slug]) + query)
