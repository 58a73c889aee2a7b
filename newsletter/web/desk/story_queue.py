"""The desk: a publication's story queue in the curators' order, and the panel on its next edition."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from newsletter.accounts.permissions import Permission
from newsletter.editions import plan_editions
from newsletter.lib import clock
from newsletter.lib.errors import BadInput, InvalidState, NewsletterError
from newsletter.publications.models import Publication
from newsletter.stories import order_keys, story_queue
from newsletter.stories.models import State, Story
from newsletter.web.desk import current_publication as publications
from newsletter.web.desk import story_queue_page
from newsletter.web.desk.story_queue_changes import changes
from newsletter.web.desk.story_queue_page import A_PAGE, Shown
from newsletter.web.shared.display_formats import clock_of
from newsletter.web.shared.forms import LocalDateTimeField, PlainForm
from newsletter.web.shared.parse_numbers import whole_number
from newsletter.web.shared.permission_required import DeskRequest, permission_required

STEPS = {"up": -1, "down": 1}


class ExtraEditionForm(PlainForm):
    """An edition outside the schedule; its subject may stay open."""

    due_at = LocalDateTimeField(label="Due time")
    subject = forms.CharField(max_length=200, required=False, help_text="Left empty, it is the first headline.")


@require_safe
@permission_required(Permission.CURATE)
def desk(request: DeskRequest) -> HttpResponse:
    """The queue of the publication last looked at."""
    publication = publications.last_seen(request)
    if publication is None:
        return render(request, "web/desk/no_publication.html")
    return _page(request, publication)


@require_safe
@permission_required(Permission.CURATE)
def show(request: DeskRequest, slug: str) -> HttpResponse:
    """The page; for htmx only `more` stories beside those that are shown."""
    publication = publications.asked_for(request, slug)
    more = whole_number(request.GET.get("more", ""))
    if not request.htmx or more is None:
        return _page(request, publication)
    now, count = clock.now(), story_queue_page.asked_for(request.GET)
    before = story_queue_page.first_stories(publication, count, now=now)
    return _changed(request, publication, before, story_queue_page.first_stories(publication, count + more, now=now))


@require_POST
@permission_required(Permission.APPROVE)
def add_extra(request: DeskRequest, slug: str) -> HttpResponse:
    """Plans an edition outside the schedule and shows it; with a problem, the desk again."""
    publication = publications.asked_for(request, slug)
    with timezone.override(clock_of(publication)):
        form = ExtraEditionForm(request.POST)
        if form.is_valid():
            try:
                edition = plan_editions.add_extra(publication, now=clock.now(), **form.cleaned_data)
            except NewsletterError as error:
                form.add_domain_error(error)
            else:
                messages.success(request, "Added. It takes its stories from the queue when it is assembled.")
                return redirect("edition", edition.pk)
        return _page(request, publication, extra=form)


@require_POST
@permission_required(Permission.CURATE)
def move(request: DeskRequest, story_id: int) -> HttpResponse:
    """To a place counted from 1, to the front, one up or down, or beside another story (`beside`, `side`)."""

    def told(story: Story) -> str:
        return f"“{story.headline}” now stands at place {order_keys.place_of(story) or 1:,}."

    return _act(request, _story(story_id), lambda story: _moved(request, story), told, moves=True)


@require_POST
@permission_required(Permission.CURATE)
def drop(request: DeskRequest, story_id: int) -> HttpResponse:
    return _act(request, _story(story_id), story_queue.drop, lambda _: "", drops=True)


@require_POST
@permission_required(Permission.CURATE)
def restore(request: DeskRequest, story_id: int) -> HttpResponse:
    return _act(
        request, _story(story_id), story_queue.restore, lambda story: f"“{story.headline}” is back in the queue."
    )


def _moved(request: DeskRequest, story: Story) -> Story:
    to = request.POST.get("to", "")
    if "beside" in request.POST:
        other = Story.objects.filter(pk=whole_number(request.POST["beside"]) or 0).first()
        if other is None:
            raise InvalidState("The story beside which it was put is not there any more, so nothing was moved.")
        return story_queue.move_beside(story, other, is_after=request.POST.get("side") == "after")
    if to in STEPS:
        return story_queue.shift(story, by=STEPS[to])
    place = 1 if to == "first" else whole_number(to)
    if place is None:
        raise BadInput("place", "is not a number, so nothing was moved.")
    return story_queue.move(story, to=place)


def _story(story_id: int) -> Story:
    return get_object_or_404(Story.objects.select_related("publication"), pk=story_id, publication__is_active=True)


def _page(request: DeskRequest, publication: Publication, *, extra: ExtraEditionForm | None = None) -> HttpResponse:
    dropped = whole_number(request.GET.get("dropped", "")) or 0
    undo = publication.stories.filter(pk=dropped, state=State.DROPPED).first() if dropped else None
    shown = story_queue_page.first_stories(publication, story_queue_page.asked_for(request.GET), now=clock.now())
    context = story_queue_page.context(publication, shown, is_whole_page=True)
    context |= {"dropped": undo, "problem": "", "publications": publications.everything()}
    context |= {"extra": extra or ExtraEditionForm()}
    return render(request, "web/desk/story_queue.html", context)


def _act(
    request: DeskRequest,
    story: Story,
    verb: Callable[[Story], Story],
    told: Callable[[Story], str],
    *,
    moves: bool = False,
    drops: bool = False,
) -> HttpResponse:
    """Do it. The answer is the cards that changed for htmx, else a redirect, so that a reload repeats nothing."""
    publication, count = story.publication, story_queue_page.asked_for(request.GET.dict() | request.POST.dict())
    before = story_queue_page.first_stories(publication, count, now=clock.now()) if request.htmx else None
    said = problem = ""
    try:
        story = verb(story)
        said = told(story)
    except NewsletterError as error:
        problem, drops = str(error), False
    if before is not None:
        count = count + 1 if before.is_whole else count
        after = story_queue_page.first_stories(publication, count, now=clock.now())
        notes = {"said": said, "problem": problem, "dropped": story if drops else None}
        return _changed(request, publication, before, after, moved=story.pk if moves else None, **notes)
    if problem:
        messages.error(request, problem)
    elif said:
        messages.success(request, said)
    asked = [f"dropped={story.pk}"] if drops else []
    asked += [f"shown={count}"] if count > A_PAGE else []
    back = redirect("queue", publication.slug)
    back["Location"] += f"?{'&'.join(asked)}" if asked else ""
    return back


def _changed(
    request: DeskRequest,
    publication: Publication,
    before: Shown,
    after: Shown,
    *,
    moved: int | None = None,
    **notes: object,
) -> HttpResponse:
    """The cards that differ; the whole list when the page did not show what the database held."""
    values = request.POST if request.method == "POST" else request.GET
    found = changes(before, after, moved=moved) if values.get("stamp") == before.stamp else None
    context = story_queue_page.context(publication, after, is_whole_page=False, only=found.drawn if found else None)
    # nothing said is sent too: it takes away what was said of the step before
    context |= {"changes": found, "said": "", "problem": "", "dropped": None} | notes
    return render(request, "web/desk/_story_queue_changes.html", context)
