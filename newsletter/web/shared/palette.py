"""The command palette: pages, publications, editions and stories by words, for what the person may open."""

from typing import NamedTuple

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from newsletter.accounts.models import User
from newsletter.accounts.permissions import Permission, has_permission
from newsletter.editions.models import Edition
from newsletter.lib import clock
from newsletter.publications.models import Publication
from newsletter.stories.models import Story, StoryState
from newsletter.web.shared.display_formats import leaves
from newsletter.web.shared.permission_required import DeskRequest, permission_required

MAX_WORDS = 100  # characters of a search
MOST = 6  # results of each kind
PAGES = (
    ("Desk", "desk", Permission.CURATE),
    ("Editions", "editions", Permission.CURATE),
    ("Appeals", "appeals", Permission.CURATE),
    ("Publications", "publications", Permission.CONFIGURE),
    ("Audit log", "audit-log", Permission.CONFIGURE),
    ("Readers", "readers", Permission.AUDIENCE),
    ("Imports of readers", "reader-imports", Permission.AUDIENCE),
    ("Suppressed addresses", "suppressions", Permission.AUDIENCE),
    ("Ops", "ops", Permission.OPERATE),
    ("Failures", "failures", Permission.OPERATE),
)
PARTS = (("Story queue", "queue"), ("Editions", "edition-list"), ("Suggestions", "suggestions"))  # of a publication


class Result(NamedTuple):
    """Something that the palette leads to."""

    name: str
    kind: str
    address: str


@require_safe
@permission_required()
def search(request: DeskRequest) -> HttpResponse:
    """Show what the words of `q` find."""
    words = request.GET.get("q", "").replace("\0", "").strip()[:MAX_WORDS]
    return render(request, "web/shared/_palette_results.html", {"results": results_for(request.user, words)})


@require_POST
@permission_required()
def letter_keys(request: DeskRequest) -> HttpResponse:
    """Switch the keys that are single letters on or off for the person."""
    request.user.letter_keys = request.POST.get("keys") == "on"
    request.user.save(update_fields=["letter_keys"])
    return render(request, "web/shared/_letter_keys.html", {})


def results_for(user: User, words: str) -> list[Result]:
    """Return pages, then publications, editions and stories, at most `MOST` of each."""
    pages = [
        Result(name, "page", reverse(view))
        for name, view, permission in PAGES
        if has_permission(user, permission) and words.casefold() in name.casefold()
    ]
    if not has_permission(user, Permission.CURATE):
        return pages
    return [*pages, *_publications(words), *_editions(words), *_stories(words)]


def _publications(words: str) -> list[Result]:
    found = Publication.objects.filter(is_active=True, name__icontains=words)[:MOST]
    return [
        Result(publication.name, name.lower(), reverse(view, args=[publication.slug]))
        for publication in found
        for name, view in (PARTS if words else PARTS[:1])
    ]


def _editions(words: str) -> list[Result]:
    """Return editions by subject, newest first; without words, the next ones."""
    editions = Edition.objects.filter(publication__is_active=True).select_related("publication")
    if words:
        found = list(editions.filter(subject__icontains=words)[:MOST])
        known = {edition.pk for edition in found}
        named = editions.filter(publication__name__icontains=words, due_at__gt=clock.now()).order_by("due_at")
        found += [edition for edition in named[:MOST] if edition.pk not in known]
    else:
        found = list(editions.filter(due_at__gt=clock.now()).order_by("due_at")[:MOST])
    now = clock.now()
    return [
        Result(
            f"{edition.publication.name}, {leaves(edition, now=now)}{': ' if edition.subject else ''}{edition.subject}",
            "edition",
            reverse("edition", args=[edition.pk]),
        )
        for edition in found[:MOST]
    ]


def _stories(words: str) -> list[Result]:
    """Return stories by headline, newest first."""
    if not words:
        return []
    kept = [StoryState.QUEUED, StoryState.USED]
    stories = Story.objects.filter(publication__is_active=True, state__in=kept, headline__icontains=words)
    return [
        Result(headline, f"story of {publication}", reverse("story", args=[pk]))
        for pk, headline, publication in stories.order_by("-pk").values_list("pk", "headline", "publication__name")[
            :MOST
        ]
    ]
