"""The desk: a publication's story queue and the panel for its next edition."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from newsletter.accounts.permissions import Permission
from newsletter.editions import plan_editions
from newsletter.lib import clock
from newsletter.lib.errors import BadInput, InvalidState
from newsletter.publications.models import Publication
from newsletter.stories import order_keys, story_queue
from newsletter.stories.models import Story, StoryState
from newsletter.web.desk import comment_section, late_story, story_queue_page
from newsletter.web.desk import current_publication as publications
from newsletter.web.desk.desk_acts import Done, changed_parts, perform, requested_edition
from newsletter.web.desk.extra_edition_form import ExtraEditionForm
from newsletter.web.desk.story_drafts_page import shown_drafts
from newsletter.web.shared import unsaved_changes
from newsletter.web.shared.display_formats import clock_of
from newsletter.web.shared.forms import show_errors_on
from newsletter.web.shared.parse_numbers import whole_number
from newsletter.web.shared.permission_required import DeskRequest, permission_required
from newsletter.web.shared.permitted_objects import permitted_or_404

WAITING_SHOWN = 10  # comments of each kind
OFFSETS = {"up": -1, "down": 1}


@require_safe
@permission_required(Permission.CURATE)
def desk(request: DeskRequest) -> HttpResponse:
    """Show the queue of the publication viewed last."""
    publication = publications.last_viewed(request)
    if publication is None:
        return render(request, "web/desk/no_publication.html")
    return _page(request, publication)


@require_safe
@permission_required(Permission.CURATE)
def show(request: DeskRequest, slug: str) -> HttpResponse:
    """Show the page; for htmx, only `more` stories in addition to those shown."""
    publication = publications.publication_from_url(request, slug)
    more = whole_number(request.GET.get("more", ""))
    if not request.htmx or more is None:
        return _page(request, publication)
    now, count = clock.now(), story_queue_page.requested_count(request.GET)
    desk = requested_edition(request, publication, now=now)
    before = story_queue_page.first_stories(desk, count, now=now)
    return changed_parts(request, desk, before, story_queue_page.first_stories(desk, count + more, now=now))


@require_POST
@permission_required(Permission.APPROVE)
def add_extra(request: DeskRequest, slug: str) -> HttpResponse:
    """Add an edition outside the schedule and redirect to it; with errors, show the desk again."""
    publication = publications.publication_from_url(request, slug)
    with timezone.override(clock_of(publication)):
        form = ExtraEditionForm(request.POST, segments=list(publication.segments.all()))
        if form.is_valid():
            with show_errors_on(form):
                edition = plan_editions.add_extra(publication, now=clock.now(), by=request.user, **form.values())
                messages.success(
                    request, "Extra edition added. It takes stories from the queue when the email is built."
                )
                return redirect("edition", edition.pk)
        return _page(request, publication, extra=form)


@require_POST
@permission_required(Permission.CURATE)
def move(request: DeskRequest, story_id: int) -> HttpResponse:
    """Move a story to a position counted from 1, to the front, up or down, or next to another (`beside`, `side`)."""

    story = _story(request, story_id)

    def act() -> Done:
        moved = _moved(request, story)
        return Done(f"“{moved.headline}” is now at position {order_keys.place_of(moved) or 1:,}.", moved=moved.pk)

    return perform(request, story.publication, act)


@require_POST
@permission_required(Permission.CURATE)
def drop(request: DeskRequest, story_id: int) -> HttpResponse:
    """Remove a story from the queue."""
    story = _story(request, story_id)
    return perform(request, story.publication, lambda: Done(dropped=story_queue.drop(story, by=request.user)))


@require_POST
@permission_required(Permission.CURATE)
def restore(request: DeskRequest, story_id: int) -> HttpResponse:
    """Return a removed story to the queue."""
    story = _story(request, story_id)

    def act() -> Done:
        return Done(f"“{story_queue.restore(story, by=request.user).headline}” is back in the queue.")

    return perform(request, story.publication, act)


def _moved(request: DeskRequest, story: Story) -> Story:
    to = request.POST.get("to", "")
    if "beside" in request.POST:
        other = Story.objects.filter(pk=whole_number(request.POST["beside"]) or 0).first()
        if other is None:
            raise InvalidState("The story next to that position has left the queue, so nothing was moved.")
        return story_queue.move_beside(story, other, is_after=request.POST.get("side") == "after", by=request.user)
    if to in OFFSETS:
        return story_queue.shift(story, places=OFFSETS[to], by=request.user)
    place = 1 if to == "first" else whole_number(to)
    if place is None:
        raise BadInput("place", "is not a number, so nothing was moved.")
    return story_queue.move(story, to=place, by=request.user)


def _story(request: DeskRequest, story_id: int) -> Story:
    stories = Story.objects.filter(publication__is_active=True).select_related("publication")
    return permitted_or_404(request, stories, pk=story_id)


def _page(request: DeskRequest, publication: Publication, *, extra: ExtraEditionForm | None = None) -> HttpResponse:
    dropped = whole_number(request.GET.get("dropped", "")) or 0
    undo = publication.stories.filter(pk=dropped, state=StoryState.DROPPED).first() if dropped else None
    now = clock.now()
    desk = requested_edition(request, publication, now=now)
    shown = story_queue_page.first_stories(desk, story_queue_page.requested_count(request.GET), now=now)
    drafts = shown_drafts(request.GET)
    context = story_queue_page.context(desk, shown, user=request.user, is_whole_page=True, drafts=drafts)
    late = late_story.offer_on_page(desk.edition, whole_number(request.GET.get("late", "")), user=request.user, now=now)
    context |= {"dropped": undo, "late": late, "problem": "", "publications": publications.active_publications(request)}
    context["pitches_waiting"] = publication.stories.all().pitched().count()
    extra = extra or ExtraEditionForm(segments=list(publication.segments.all()))
    context |= {"extra": extra, "unsaved": unsaved_changes.titles_of_user(request.user)}
    context |= {"show": "edition" if request.GET.get("show") == "edition" else "queue"}
    context["waiting_comments"] = comment_section.waiting_for(request, count=WAITING_SHOWN)
    return render(request, "web/desk/story_queue.html", context)
