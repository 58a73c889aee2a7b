"""Acts on the stories of an edition beside the queue: put in, order, section, size, take out."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from newsletter.accounts.models import User
from newsletter.accounts.permissions import Permission
from newsletter.editions import edition_picks
from newsletter.editions.closing_time import NoEditionFollows
from newsletter.editions.edition_picks import Arranged
from newsletter.editions.models import Edition
from newsletter.editions.story_order import Spot
from newsletter.lib import clock
from newsletter.stories.models import Kind, Story
from newsletter.web.desk import current_publication as publications
from newsletter.web.desk import late_story, story_queue_page
from newsletter.web.desk.desk_acts import Done, perform, requested_edition
from newsletter.web.shared.display_formats import leaves
from newsletter.web.shared.parse_numbers import whole_number
from newsletter.web.shared.permission_required import DeskRequest, permission_required
from newsletter.web.shared.permitted_objects import permitted_or_404

STEPS = {"up": -1, "down": 1}
KIND_WORDS = {"": "as the layout sets it", Kind.LEAD: "the lead", Kind.STORY: "a story", Kind.SHORT: "short"}


@require_safe
@permission_required(Permission.CURATE)
def panel(request: DeskRequest, slug: str) -> HttpResponse:
    """Show the edition. The page polls with the stamp it has `seen`; the answer is empty until something changes."""
    publication = publications.publication_from_url(request, slug)
    now = clock.now()
    desk = requested_edition(request, publication, now=now)
    if request.GET.get("seen") == desk.stamp:
        return HttpResponse(status=204)
    context = {"publication": publication, "now": now, "user": request.user}
    context |= story_queue_page.panel_context(desk, user=request.user, now=now)
    return render(request, "web/desk/_next_edition.html", context | {"is_polled": True})


@require_POST
@permission_required(Permission.CURATE)
def place(request: DeskRequest, edition_id: int, story_id: int) -> HttpResponse:
    """Put a story into the edition or move it there: `to` up or down, `beside` another, into a `section`.

    With `anyway`, also after the closing time of the edition.
    """
    edition, story = _edition(request, edition_id), _story(request, story_id)

    def act() -> Done:
        now = clock.now()
        try:
            if "anyway" in request.POST:
                done = edition_picks.place_anyway(edition, story, by=request.user, now=now)
            else:
                done = edition_picks.place(edition, story, _spot(request), by=request.user, now=now)
        except NoEditionFollows as error:
            late = late_story.offer(edition, story, user=request.user, now=now)
            return Done(notice=str(error), edition=edition.pk, late=late)
        return _done(done, edition, f"“{story.headline}” is", user=request.user)

    return perform(request, edition.publication, act)


@require_POST
@permission_required(Permission.CURATE)
def set_kind(request: DeskRequest, edition_id: int, story_id: int) -> HttpResponse:
    """Print a story of the edition as its lead, as a story or short."""
    edition, story, kind = _edition(request, edition_id), _story(request, story_id), request.POST.get("kind", "")

    def act() -> Done:
        now = clock.now()
        if kind == Kind.LEAD:
            done = edition_picks.make_lead(edition, story, by=request.user, now=now)
        else:
            done = edition_picks.set_kind(edition, story, kind=kind, by=request.user, now=now)
        beginning = f"“{story.headline}” is {KIND_WORDS[kind]} in this edition,"
        return _done(done, edition, beginning, user=request.user)

    return perform(request, edition.publication, act)


@require_POST
@permission_required(Permission.CURATE)
def take_out(request: DeskRequest, edition_id: int, story_id: int) -> HttpResponse:
    """Take a story out of the edition."""
    edition, story = _edition(request, edition_id), _story(request, story_id)

    def act() -> Done:
        edition_picks.take_out(edition, story, by=request.user, now=clock.now())
        return Done(f"“{story.headline}” is out of this edition. It stays in the queue.", edition=edition.pk)

    return perform(request, edition.publication, act)


def _spot(request: DeskRequest) -> Spot:
    given = request.POST
    if beside := whole_number(given.get("beside", "")):
        return Spot(beside=beside, is_after=given.get("side") == "after")
    if step := STEPS.get(given.get("to", "")):
        return Spot(step=step)
    if new := given.get("new_section", "").strip():
        return Spot(section=new)
    return Spot(section=given["section"]) if "section" in given else edition_picks.AT_END


def _done(done: Arranged, asked: Edition, beginning: str, *, user: User) -> Done:
    """Return the beginning of a sentence; a notice and an offer if a later edition took the story."""
    if done.edition.pk == asked.pk:
        return Done(placed=(beginning, done.story), edition=asked.pk)
    now = clock.now()
    late = leaves(done.edition, now=now)
    notice = (
        f"The edition of {leaves(asked, now=now)} takes no more stories, so “{done.story.headline}” is in the "
        f"edition of {late}."
    )
    return Done(notice=notice, edition=asked.pk, late=late_story.offer(asked, done.story, user=user, now=now))


def _edition(request: DeskRequest, edition_id: int) -> Edition:
    found = Edition.objects.select_related("publication").filter(publication__is_active=True)
    return permitted_or_404(request, found, pk=edition_id)


def _story(request: DeskRequest, story_id: int) -> Story:
    return permitted_or_404(request, Story.objects.all(), pk=story_id)
