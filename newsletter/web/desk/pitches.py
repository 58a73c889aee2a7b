"""Pitches of a publication: contributors propose stories and see what became of them; curators accept or decline."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from newsletter.accounts.permissions import Permission, has_permission
from newsletter.editions.models import Edition, Placement
from newsletter.lib.errors import NewsletterError, VersionConflict
from newsletter.publications.models import Publication
from newsletter.stories import duplicate_links, pitches
from newsletter.stories.models import Story, StoryState
from newsletter.web.desk import current_publication as publications
from newsletter.web.desk.stories import SAVE_AGAIN, StoryForm, stored_fields
from newsletter.web.shared import unsaved_changes
from newsletter.web.shared.display_formats import clock_of
from newsletter.web.shared.forms import show_errors_on
from newsletter.web.shared.parse_numbers import whole_number
from newsletter.web.shared.permission_required import DeskRequest, permission_required
from newsletter.web.shared.permitted_objects import permitted_or_404
from newsletter.web.shared.picture_forms import picture_message
from newsletter.web.shared.unsaved_changes import UnsavedForms

MAX_SHOWN = 100  # pitches, and stories of the queue
DECLINED_SHOWN = 10


class PitchForm(StoryForm):
    """A story as its contributor proposes it, with a sentence that says why."""

    why = forms.CharField(
        label="Why this story",
        max_length=pitches.MAX_SENTENCE,
        help_text="One sentence for the curators. Readers never see it.",
    )


@dataclass(frozen=True, slots=True)
class PitchCard:
    """A pitch, the story that has its link already (None: no story has), and the edition that it is in, if any."""

    story: Story
    duplicate: Story | None = None
    edition: Edition | None = None


@require_safe
@permission_required(Permission.PITCH)
def latest(request: DeskRequest) -> HttpResponse:
    """Redirect to the pitches of the publication viewed last."""
    return publications.redirect_to_last_viewed(request, "pitch-list")


@require_safe
@permission_required(Permission.PITCH)
def listing(request: DeskRequest, slug: str) -> HttpResponse:
    """Show curators the pitches to decide about, and everybody their own; contributors also see the queue."""
    publication = publications.publication_from_url(request, slug)
    may_curate = has_permission(request.user, Permission.CURATE, publication)
    waiting = publication.stories.all().pitched().select_related("created_by")
    declined = publication.stories.filter(state=StoryState.DECLINED).select_related("created_by")
    context = {
        "publication": publication,
        "publications": publications.active_publications(request),
        "may_curate": may_curate,
        "waiting": _with_duplicates(list(waiting[:MAX_SHOWN])) if may_curate else [],
        "waiting_total": waiting.count() if may_curate else 0,
        "declined": _with_duplicates(list(declined.order_by("-changed_at", "-pk")[:DECLINED_SHOWN]))
        if may_curate
        else [],
        "own": _with_editions(list(pitches.pitches_of(publication, request.user)[:MAX_SHOWN])),
        "queued": [] if may_curate else list(publication.stories.all().queued()[:MAX_SHOWN]),
        "limit": pitches.MAX_SENTENCE,
        "most": MAX_SHOWN,
        "State": StoryState,
    }
    return render(request, "web/desk/pitches.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.PITCH)
def add(request: DeskRequest, slug: str) -> HttpResponse:
    """Show the form for a new pitch, and store it."""
    publication = publications.publication_from_url(request, slug)
    with timezone.override(clock_of(publication)):
        form = PitchForm(request.POST, request.FILES) if request.method == "POST" else PitchForm()
        unsaved = unsaved_changes.restore(request, form)
        if form.is_bound and form.is_valid():
            with show_errors_on(form):
                story = pitches.pitch_story(
                    publication, **form.fields_of_story(), again="again" in request.POST, by=request.user
                )
                unsaved_changes.saved(request)
                done = f"“{story.headline}” was pitched. A curator decides about it; this page says what."
                messages.success(request, f"{done}{picture_message(story)}")
                return redirect("pitch-list", publication.slug)
        return _page(request, publication, form, unsaved, story=None)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.PITCH)
def change(request: DeskRequest, pitch_id: int) -> HttpResponse:
    """Show the form of one's own pitch, and save changes until a curator has decided."""
    own = Story.objects.exclude(pitch="").filter(created_by=request.user).select_related("publication", "picture")
    story = permitted_or_404(request, own, pk=pitch_id)
    if story.state != StoryState.PITCHED and request.method != "POST":
        messages.info(request, f"A curator has decided about “{story.headline}”, so it can no longer be changed here.")
        return redirect("pitch-list", story.publication.slug)
    with timezone.override(clock_of(story.publication)):
        form = _form_of(request, story)
        unsaved = unsaved_changes.restore(request, form)
        if form.is_bound and form.is_valid():
            if not form.changed:
                unsaved_changes.saved(request)
                messages.info(request, "You made no changes, so nothing was saved.")
                return redirect("pitch-list", story.publication.slug)
            with show_errors_on(form):
                fields = {"why": story.pitch} | form.fields_of_story()
                again = "again" in request.POST
                story = pitches.change_pitch(story, **fields, seen=story.version, again=again, by=request.user)
                unsaved_changes.saved(request)
                messages.success(request, f"“{story.headline}” was saved.{picture_message(story)}")
                return redirect("pitch-list", story.publication.slug)
            if form.has_version_conflict:
                story = own.get(pk=story.pk)
                form = _form_of(request, story)
                form.add_domain_error(VersionConflict(SAVE_AGAIN))
        return _page(request, story.publication, form, unsaved, story=story)


@require_POST
@permission_required(Permission.CURATE)
def accept(request: DeskRequest, pitch_id: int) -> HttpResponse:
    """Accept a pitch into the queue, as the curator read it."""
    again, seen = "again" in request.POST, whole_number(request.POST.get("version", ""))
    return _decide(
        request,
        pitch_id,
        lambda story: pitches.accept_pitch(story, by=request.user, again=again, seen=seen),
        "was accepted: it is at the end of the queue.",
    )


@require_POST
@permission_required(Permission.CURATE)
def decline(request: DeskRequest, pitch_id: int) -> HttpResponse:
    """Decline a pitch with a reason."""
    reason = request.POST.get("reason", "")
    return _decide(
        request,
        pitch_id,
        lambda story: pitches.decline_pitch(story, reason=reason, by=request.user),
        "was declined. Its contributor sees the reason on their page of pitches.",
    )


def _decide(request: DeskRequest, pitch_id: int, action: Callable[[Story], Story], done: str) -> HttpResponse:
    found = Story.objects.exclude(pitch="").select_related("publication")
    story = permitted_or_404(request, found, pk=pitch_id)
    try:
        action(story)
    except NewsletterError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"“{story.headline}” {done}")
    return redirect("pitch-list", story.publication.slug)


def _with_duplicates(found: list[Story]) -> list[PitchCard]:
    duplicates = duplicate_links.stories_of_pages(found)
    return [PitchCard(story, duplicate=duplicates.get(story.page_key)) for story in found]


def _with_editions(found: list[Story]) -> list[PitchCard]:
    placements = Placement.objects.filter(story__in=found).select_related("edition__publication")
    editions = {placement.story_id: placement.edition for placement in placements}
    return [PitchCard(story, edition=editions.get(story.pk)) for story in found]


def _form_of(request: DeskRequest, story: Story) -> PitchForm:
    posted = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    failed = story.picture is not None and story.picture.has_failed
    retried = ("picture_url",) if failed else ()  # saving fetches the picture again
    stored = stored_fields(story) | {"why": story.pitch}
    return PitchForm(*posted, stored=stored, version=story.version, always=retried)


def _page(
    request: DeskRequest, publication: Publication, form: PitchForm, unsaved: UnsavedForms, *, story: Story | None
) -> HttpResponse:
    context: dict[str, Any] = {"publication": publication, "form": form, "story": story, "unsaved": unsaved}
    return render(request, "web/desk/pitch.html", context)
