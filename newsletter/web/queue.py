"""The desk: a publication's story queue in the curators' order, and the panel on its next edition."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from newsletter.accounts.roles import Step
from newsletter.editions import planning
from newsletter.lib import clock
from newsletter.lib.errors import NewsletterError
from newsletter.publications.models import Publication
from newsletter.stories import queue
from newsletter.stories.models import State, Story
from newsletter.web import publication as publications
from newsletter.web.forms import Moment, PlainForm
from newsletter.web.permission import DeskRequest, needs
from newsletter.web.phrases import clock_of
from newsletter.web.upcoming import look_ahead

DROPPED_SHOWN = 10


class ExtraEditionForm(PlainForm):
    """An edition outside the schedule; its subject may stay open."""

    due_at = Moment(label="Due time")
    subject = forms.CharField(max_length=200, required=False, help_text="Left empty, it is the first headline.")


@require_safe
@needs(Step.CURATE)
def desk(request: DeskRequest) -> HttpResponse:
    """The queue of the publication last looked at."""
    publication = publications.last_seen(request)
    if publication is None:
        return render(request, "web/queue/no_publication.html")
    return _page(request, publication)


@require_safe
@needs(Step.CURATE)
def show(request: DeskRequest, slug: str) -> HttpResponse:
    return _page(request, publications.asked_for(request, slug))


@require_POST
@needs(Step.APPROVE)
def add_extra(request: DeskRequest, slug: str) -> HttpResponse:
    """Plans an edition outside the schedule and shows it; with a problem, the desk again."""
    publication = publications.asked_for(request, slug)
    with timezone.override(clock_of(publication)):
        form = ExtraEditionForm(request.POST)
        if form.is_valid():
            try:
                edition = planning.add_extra(publication, now=clock.now(), **form.cleaned_data)
            except NewsletterError as error:
                form.blame(error)
            else:
                messages.success(request, "Added. It takes its stories from the queue when it is assembled.")
                return redirect("edition", edition.pk)
        return _page(request, publication, extra=form)


@require_POST
@needs(Step.CURATE)
def move(request: DeskRequest, story_id: int) -> HttpResponse:
    """To place `to` in the queue, counted from 1."""
    story = _story(story_id)
    try:
        place = int(request.POST.get("to", ""))
        story = queue.move(story, to=place)
    except ValueError:
        return _answer(request, story, problem="That place is not a number, so nothing was moved.")
    except NewsletterError as error:
        return _answer(request, story, problem=str(error))
    return _answer(request, story, said=f"“{story.headline}” now stands at place {place}.")


@require_POST
@needs(Step.CURATE)
def drop(request: DeskRequest, story_id: int) -> HttpResponse:
    story = _story(story_id)
    try:
        story = queue.drop(story)
    except NewsletterError as error:
        return _answer(request, story, problem=str(error))
    return _answer(request, story, dropped=story)


@require_POST
@needs(Step.CURATE)
def restore(request: DeskRequest, story_id: int) -> HttpResponse:
    story = _story(story_id)
    try:
        story = queue.restore(story)
    except NewsletterError as error:
        return _answer(request, story, problem=str(error))
    return _answer(request, story, said=f"“{story.headline}” is back in the queue.")


def _story(story_id: int) -> Story:
    return get_object_or_404(Story.objects.select_related("publication"), pk=story_id, publication__is_active=True)


def _page(request: DeskRequest, publication: Publication, *, extra: ExtraEditionForm | None = None) -> HttpResponse:
    dropped = request.GET.get("dropped", "")
    undo = (
        publication.stories.filter(pk=dropped, state=State.DROPPED).first()
        if dropped.isdecimal() and len(dropped) < 19
        else None
    )
    context = _context(publication) | {"dropped": undo, "said": None, "problem": ""}
    context |= {"publications": publications.everything(), "extra": extra or context["extra"]}
    return render(request, "web/queue/queue.html", context)


def _answer(
    request: DeskRequest, story: Story, *, said: str = "", problem: str = "", dropped: Story | None = None
) -> HttpResponse:
    """The desk again: the fragment for htmx, else the page by a redirect, so that a reload repeats nothing."""
    if request.htmx:
        # nothing said is sent too: it takes away what was said of the step before
        context = _context(story.publication) | {"said": said, "problem": problem, "dropped": dropped}
        return render(request, "web/queue/_desk.html", context)
    if problem:
        messages.error(request, problem)
    elif said:
        messages.success(request, said)
    back = redirect("queue", story.publication.slug)
    if dropped:
        back["Location"] += f"?dropped={dropped.pk}"
    return back


def _context(publication: Publication) -> dict[str, object]:
    now = clock.now()
    stories = publication.stories.all()
    return {
        "publication": publication,
        "now": now,
        "stories": list(stories.queued().select_related("picture")),
        "next": look_ahead(publication, now=now),
        "extra": ExtraEditionForm(),
        "dropped_lately": list(stories.filter(state=State.DROPPED).order_by("-changed_at")[:DROPPED_SHOWN]),
    }
