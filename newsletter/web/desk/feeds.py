"""The feeds of a publication: what was read last, what is wrong, and their rules."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from newsletter.accounts.permissions import Permission
from newsletter.publications.models import Publication
from newsletter.stories.feed_models import Feed, SuggestionState
from newsletter.stories.feeds import edit_feed
from newsletter.web.desk.feed_form import FeedForm, stored_values
from newsletter.web.shared.forms import show_errors_on
from newsletter.web.shared.permission_required import DeskRequest, permission_required
from newsletter.web.shared.permitted_objects import permitted_or_404


@require_safe
@permission_required(Permission.CONFIGURE)
def listing(request: DeskRequest, slug: str) -> HttpResponse:
    """Show the feeds of a publication. The page polls while a feed is read for the first time."""
    publication = permitted_or_404(request, Publication.objects.all(), slug=slug)
    suggested = Count("suggestions", filter=Q(suggestions__state=SuggestionState.OPEN))
    rows = list(publication.feeds.annotate(suggested=suggested).order_by("title", "url", "pk"))
    return render(request, "web/desk/feeds.html", {"publication": publication, "rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.CONFIGURE)
def add(request: DeskRequest, slug: str) -> HttpResponse:
    """Show and save the form of a new feed."""
    publication = permitted_or_404(request, Publication.objects.all(), slug=slug)
    form = FeedForm(request.POST if request.method == "POST" else None)
    form.initial = stored_values(Feed())
    if form.is_bound and form.is_valid():
        with show_errors_on(form):
            edit_feed.add_feed(publication, by=request.user, **form.values())
            messages.success(request, "The feed was added and is being read.")
            return redirect("feeds", slug)
    return _page(request, publication, None, form)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.CONFIGURE)
def edit(request: DeskRequest, feed_id: int) -> HttpResponse:
    """Show and save a feed. Only changed fields are saved."""
    feed = _feed(request, feed_id)
    form = FeedForm(request.POST if request.method == "POST" else None, stored=stored_values(feed))
    if form.is_bound and form.is_valid():
        if not form.changed:
            messages.info(request, "You made no changes, so nothing was saved.")
            return redirect("feeds", feed.publication.slug)
        with show_errors_on(form):
            fields: Any = form.values()
            edit_feed.change_feed(feed, by=request.user, **fields)
            messages.success(request, "Saved. The feed is being read with its new rules.")
            return redirect("feeds", feed.publication.slug)
    return _page(request, feed.publication, feed, form)


@require_POST
@permission_required(Permission.CONFIGURE)
def read_now(request: DeskRequest, feed_id: int) -> HttpResponse:
    """Order a reading of a feed at once."""
    feed = _feed(request, feed_id)
    edit_feed.read_soon(feed)
    messages.success(request, f"“{feed}” will be read within seconds.")
    return redirect("feeds", feed.publication.slug)


@require_POST
@permission_required(Permission.CONFIGURE)
def remove(request: DeskRequest, feed_id: int) -> HttpResponse:
    """Remove a feed with its suggestions."""
    if not Feed.objects.filter(pk=feed_id).exists():  # a repeated click
        return redirect("publications")
    feed = _feed(request, feed_id)
    edit_feed.remove_feed(feed, by=request.user)
    messages.success(request, f"“{feed}” was removed with its suggestions. Stories that came from it stay.")
    return redirect("feeds", feed.publication.slug)


def _feed(request: DeskRequest, feed_id: int) -> Feed:
    return permitted_or_404(request, Feed.objects.select_related("publication"), pk=feed_id)


def _page(request: DeskRequest, publication: Publication, feed: Feed | None, form: FeedForm) -> HttpResponse:
    context = {"publication": publication, "feed": feed, "form": form}
    return render(request, "web/desk/feed.html", context, status=422 if form.is_bound else 200)
