"""The command palette: pages, publications, editions and stories by words, for what the person may open."""

from typing import NamedTuple

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from newsletter.accounts.models import User
from newsletter.accounts.permissions import Permission, has_permission, has_permission_somewhere
from newsletter.editions.models import Edition
from newsletter.lib import clock
from newsletter.publications.models import Publication
from newsletter.stories.models import Story, StoryState
from newsletter.web.shared.display_formats import leaves
from newsletter.web.shared.permission_required import DeskRequest, permission_required
from newsletter.web.shared.permitted_objects import where_permitted

MAX_WORDS = 100  # characters of a search
MOST = 6  # results of each kind
PAGES = (  # name, view, permission, and whether only a role for all publications opens it
    ("Desk", "desk", Permission.CURATE, False),
    ("Editions", "editions", Permission.CURATE, False),
    ("Appeals", "appeals", Permission.CURATE, False),
    ("Pitches", "pitches", Permission.PITCH, False),
    ("Undo", "undo", Permission.PITCH, False),
    ("Publications", "publications", Permission.CONFIGURE, False),
    ("Users", "users", Permission.CONFIGURE, True),
    ("Audit log", "audit-log", Permission.CONFIGURE, False),
    ("Readers", "readers", Permission.AUDIENCE, False),
    ("Imports of readers", "reader-imports", Permission.AUDIENCE, False),
    ("Suppressed addresses", "suppressions", Permission.AUDIENCE, False),
    ("Ops", "ops", Permission.OPERATE, False),
    ("Failures", "failures", Permission.OPERATE, True),
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
        for name, view, permission, is_for_all in PAGES
        if (has_permission if is_for_all else has_permission_somewhere)(user, permission)
        and words.casefold() in name.casefold()
    ]
    if not has_permission_somewhere(user, Permission.CURATE):
        return pages
    return [*pages, *_publications(user, words), *_editions(user, words), *_stories(user, words)]


def _publications(user: User, words: str) -> list[Result]:
    """Return the parts of publications whose names contain the words, and of others the parts that the words name."""
    found = Publication.objects.filter(where_permitted(Publication, user, Permission.CURATE), is_active=True)
    by_name = list(found.filter(name__icontains=words)[:MOST])
    named = [part for part in PARTS if words and words.casefold() in part[0].casefold()]
    others = found.exclude(pk__in=[publication.pk for publication in by_name])[:MOST] if named else []
    return [
        Result(publication.name, name.lower(), reverse(view, args=[publication.slug]))
        for publications, parts in ((by_name, PARTS if words else PARTS[:1]), (others, named))
        for publication in publications
        for name, view in parts
    ]


def _editions(user: User, words: str) -> list[Result]:
    """Return editions by subject, newest first, and coming ones by publication; without words, the next ones."""
    now = clock.now()
    editions = Edition.objects.filter(where_permitted(Edition, user, Permission.CURATE), publication__is_active=True)
    editions = editions.select_related("publication")
    coming = editions.filter(due_at__gt=now, publication__name__icontains=words).order_by("due_at")
    found = [*(editions.filter(subject__icontains=words)[:MOST] if words else ()), *coming[:MOST]]
    return [
        Result(
            f"{edition.publication.name}, {leaves(edition, now=now)}{': ' if edition.subject else ''}{edition.subject}",
            "edition",
            reverse("edition", args=[edition.pk]),
        )
        for edition in list(dict.fromkeys(found))[:MOST]
    ]


def _stories(user: User, words: str) -> list[Result]:
    """Return stories by headline, newest first."""
    if not words:
        return []
    kept = [StoryState.QUEUED, StoryState.USED]
    stories = Story.objects.filter(where_permitted(Story, user, Permission.CURATE), publication__is_active=True)
    found = stories.filter(state__in=kept, headline__icontains=words).order_by("-pk")
    return [
        Result(headline, f"story of {publication}", reverse("story", args=[pk]))
        for pk, headline, publication in found.values_list("pk", "headline", "publication__name")[:MOST]
    ]
