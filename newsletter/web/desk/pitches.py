"""Pitches of a publication: contributors propose stories and see what became of them; curators accept or decline."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from newsletter.accounts.permissions import Permission, has_permission
from newsletter.editions import edition_pitches
from newsletter.editions.closing_time import taken_until
from newsletter.editions.models import Edition, Placement
from newsletter.editions.pick_models import EditionPitch
from newsletter.lib import clock
from newsletter.lib.errors import InvalidState, NewsletterError, VersionConflict
from newsletter.publications.models import Publication
from newsletter.stories import duplicate_links, pitches
from newsletter.stories.models import Story, StoryState
from newsletter.web.desk import current_publication as publications
from newsletter.web.desk.stories import SAVE_AGAIN, StoryForm, stored_fields
from newsletter.web.shared import unsaved_changes
from newsletter.web.shared.display_formats import clock_of, leaves, moment, relative_time
from newsletter.web.shared.forms import show_errors_on
from newsletter.web.shared.parse_numbers import whole_number
from newsletter.web.shared.permission_required import DeskRequest, permission_required
from newsletter.web.shared.permitted_objects import permitted_or_404
from newsletter.web.shared.picture_forms import picture_message
from newsletter.web.shared.unsaved_changes import UnsavedForms

MAX_SHOWN = 100  # pitches, and stories of the queue
DECLINED_SHOWN = 10


class PitchForm(StoryForm):
    """A story as its contributor proposes it, with a sentence that says why, for one edition or for any."""

    why = forms.CharField(
        label="Why this story",
        max_length=pitches.MAX_SENTENCE,
        help_text="One sentence for the curators. Readers never see it.",
    )
    for_edition = forms.ChoiceField(
        label="For the edition of",
        required=False,
        error_messages={"invalid_choice": "This edition takes no more stories. Choose another one, or any."},
    )

    def __init__(self, *args: Any, editions: Sequence[Edition], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.editions = {str(edition.pk): edition for edition in editions}
        found = [(number, closing_label(edition)) for number, edition in self.editions.items()]
        self.fields["for_edition"].choices = [("", "any edition"), *found]  # type: ignore[attr-defined]

    def fields_of_story(self) -> dict[str, Any]:
        """Return the fields to save, without the edition."""
        return {name: value for name, value in super().fields_of_story().items() if name != "for_edition"}

    @property
    def wants_change(self) -> bool:
        """Whether another edition was chosen."""
        return "for_edition" in self.changed

    @property
    def wanted(self) -> Edition | None:
        """The chosen edition; None for any."""
        return self.editions.get(self.cleaned_data["for_edition"])


def closing_label(edition: Edition) -> str:
    """Return when an edition is sent, and until when it takes pitches."""
    now, there = clock.now(), clock_of(edition.publication)
    closes = taken_until(edition)
    until = f"{moment(closes, there, now=now)}, {relative_time(closes, now=now)}"
    return f"{leaves(edition, now=now)} (takes stories until {until})"


@dataclass(frozen=True, slots=True)
class PitchCard:
    """A pitch, the story that has its link already (None: no story has), and the edition that it is in, if any.

    `wanted` is the edition that it was pitched for.
    """

    story: Story
    duplicate: Story | None = None
    edition: Edition | None = None
    wanted: Edition | None = None


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
        editions = edition_pitches.offered_editions(publication, now=clock.now())
        posted = (request.POST, request.FILES) if request.method == "POST" else ()
        form = PitchForm(*posted, editions=editions)
        unsaved = unsaved_changes.restore(request, form)
        if form.is_bound and form.is_valid():
            with show_errors_on(form):
                story = pitches.pitch_story(
                    publication, **form.fields_of_story(), again="again" in request.POST, by=request.user
                )
                _choose_edition(request, story, form)
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
                if form.wants_change:
                    _choose_edition(request, story, form)
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

    def act(story: Story) -> str:
        now = clock.now()
        done = edition_pitches.accept(story, by=request.user, again=again, seen=seen, now=now)
        if done.edition:
            return f"was accepted and is in the edition of {leaves(done.edition, now=now)}."
        why_not = f" It was pitched for an edition, and is not in it. {done.why_not}" if done.why_not else ""
        return f"was accepted: it is at the end of the queue.{why_not}"

    return _decide(request, pitch_id, act)


@require_POST
@permission_required(Permission.PITCH)
def withdraw(request: DeskRequest, pitch_id: int) -> HttpResponse:
    """Withdraw one's own pitch."""

    def act(story: Story) -> str:
        pitches.withdraw_pitch(story, by=request.user)
        return "was withdrawn. No curator sees it any more."

    return _decide(request, pitch_id, act)


@require_POST
@permission_required(Permission.CURATE)
def decline(request: DeskRequest, pitch_id: int) -> HttpResponse:
    """Decline a pitch with a reason."""
    reason = request.POST.get("reason", "")

    def act(story: Story) -> str:
        pitches.decline_pitch(story, reason=reason, by=request.user)
        return "was declined. Its contributor sees the reason on their page of pitches."

    return _decide(request, pitch_id, act)


def _choose_edition(request: DeskRequest, story: Story, form: PitchForm) -> None:
    """Store the edition that the story is pitched for, and say so if a later one takes it, or none.

    The pitch itself is stored before.
    """
    now, wanted = clock.now(), form.wanted
    try:
        taking = edition_pitches.choose_edition(story, wanted, by=request.user, now=now)
    except InvalidState as error:
        messages.warning(request, f"The edition of the pitch was not saved. {error}")
        return
    if taking and wanted and taking.pk != wanted.pk:
        late, then = leaves(wanted, now=now), leaves(taking, now=now)
        messages.warning(request, f"The edition of {late} takes no more stories. The pitch is for that of {then}.")


def _decide(request: DeskRequest, pitch_id: int, action: Callable[[Story], str]) -> HttpResponse:
    found = Story.objects.exclude(pitch="").select_related("publication")
    story = permitted_or_404(request, found, pk=pitch_id)
    try:
        done = action(story)
    except NewsletterError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"“{story.headline}” {done}")
    return redirect("pitch-list", story.publication.slug)


def _with_duplicates(found: list[Story]) -> list[PitchCard]:
    duplicates, wanted = duplicate_links.stories_of_pages(found), _wanted(found)
    return [PitchCard(each, duplicate=duplicates.get(each.page_key), wanted=wanted.get(each.pk)) for each in found]


def _with_editions(found: list[Story]) -> list[PitchCard]:
    placements = Placement.objects.filter(story__in=found).select_related("edition__publication")
    editions = {placement.story_id: placement.edition for placement in placements}
    wanted = _wanted(found)
    return [PitchCard(story, edition=editions.get(story.pk), wanted=wanted.get(story.pk)) for story in found]


def _wanted(found: list[Story]) -> dict[int, Edition]:
    wishes = EditionPitch.objects.filter(story__in=found).select_related("edition__publication")
    return {wish.story_id: wish.edition for wish in wishes}


def _form_of(request: DeskRequest, story: Story) -> PitchForm:
    posted = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    failed = story.picture is not None and story.picture.has_failed
    retried = ("picture_url",) if failed else ()  # saving fetches the picture again
    wish = EditionPitch.objects.filter(story=story).select_related("edition__publication").first()
    editions = edition_pitches.offered_editions(story.publication, now=clock.now())
    if wish and wish.edition not in editions:
        editions.insert(0, wish.edition)
    stored = stored_fields(story) | {"why": story.pitch, "for_edition": str(wish.edition_id) if wish else ""}
    return PitchForm(*posted, editions=editions, stored=stored, version=story.version, always=retried)


def _page(
    request: DeskRequest, publication: Publication, form: PitchForm, unsaved: UnsavedForms, *, story: Story | None
) -> HttpResponse:
    context: dict[str, Any] = {"publication": publication, "form": form, "story": story, "unsaved": unsaved}
    return render(request, "web/desk/pitch.html", context)
