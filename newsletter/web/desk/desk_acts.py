"""How acts on the desk are answered: with the parts of the page that changed, or by a redirect without JavaScript."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from newsletter.lib import clock
from newsletter.lib.errors import NewsletterError
from newsletter.publications.models import Publication
from newsletter.stories.models import Story
from newsletter.web.desk import story_queue_page
from newsletter.web.desk.edition_list import DeskEdition, desk_edition
from newsletter.web.desk.late_story import LateStory
from newsletter.web.desk.story_queue_diff import changes
from newsletter.web.desk.story_queue_page import PAGE_SIZE, Shown
from newsletter.web.shared.parse_numbers import whole_number
from newsletter.web.shared.permission_required import DeskRequest


@dataclass(frozen=True, slots=True)
class Done:
    """What an act did: a sentence to announce, a notice that stays, the story moved in or removed from the queue.

    `placed` begins a sentence whose end says where that story is in the edition.
    """

    announcement: str = ""
    placed: tuple[str, Story] | None = None
    notice: str = ""
    moved: int | None = None
    dropped: Story | None = None
    edition: int | None = None  # the act was on this edition
    late: LateStory | None = None  # offered: the story missed the closing time of the edition


def requested_edition(request: DeskRequest, publication: Publication, *, now: datetime) -> DeskEdition:
    """Return the edition that the page shows beside the queue."""
    values = request.POST if request.method == "POST" else request.GET
    return desk_edition(publication, whole_number(values.get("edition", "")), now=now)


def perform(request: DeskRequest, publication: Publication, act: Callable[[], Done]) -> HttpResponse:
    """Perform an act. Return the changed cards for htmx, otherwise a redirect, so that a reload repeats nothing."""
    count = story_queue_page.requested_count(request.GET.dict() | request.POST.dict())
    before = None
    if request.htmx:
        now = clock.now()
        before = story_queue_page.first_stories(requested_edition(request, publication, now=now), count, now=now)
    done, problem = Done(), ""
    try:
        done = act()
    except NewsletterError as error:
        problem = str(error)
    if before is not None:
        now, count = clock.now(), count + 1 if before.is_whole else count
        desk = requested_edition(request, publication, now=now)
        after = story_queue_page.first_stories(desk, count, now=now)
        done = _announced(done, desk)
        return changed_parts(request, desk, before, after, done=done, problem=problem)
    if done.placed:
        done = _announced(done, requested_edition(request, publication, now=clock.now()))
    if problem:
        messages.error(request, problem)
    elif sentence := done.notice or done.announcement:
        messages.success(request, sentence)
    return _back(publication, done, count, whole_number(request.POST.get("edition", "")))


def changed_parts(
    request: DeskRequest, desk: DeskEdition, before: Shown, after: Shown, *, done: Done | None = None, problem: str = ""
) -> HttpResponse:
    """Render the cards that differ, or the whole list if the page was out of date, and the edition."""
    done = done or Done()
    values = request.POST if request.method == "POST" else request.GET
    found = changes(before, after, moved=done.moved) if values.get("stamp") == before.stamp else None
    only = found.drawn if found else None
    has_panel = values.get("seen") != desk.stamp or done.edition is not None
    context = story_queue_page.context(
        desk, after, user=request.user, is_whole_page=False, has_panel=has_panel, only=only
    )
    # Empty notes are sent too: they remove those of the previous action.
    context |= {"changes": found, "announcement": done.announcement or done.notice, "problem": problem}
    context |= {"dropped": done.dropped, "notice": done.notice, "late": done.late}
    context["has_panel"] = has_panel
    return render(request, "web/desk/_story_queue_changes.html", context)


def _announced(done: Done, desk: DeskEdition) -> Done:
    """Return the act with a whole sentence that says where the story is, such as `number 3 of 8, in City`."""
    if not done.placed:
        return done
    beginning, story = done.placed
    found = next((each for each in desk.planned if each.story.pk == story.pk), None)
    if found is None or (desk.edition and desk.edition.pk != done.edition):
        return replace(done, announcement=f"{beginning} in the edition.")
    ids = [each.pk for each in desk.stories]
    where = f"number {ids.index(story.pk) + 1} of {len(ids)}" if found.is_printed else "left out"
    section = f", in {found.story.section}" if found.story.section else ""
    return replace(done, announcement=f"{beginning} {where}{section}.")


def _back(publication: Publication, done: Done, count: int, edition: int | None) -> HttpResponse:
    query = [f"dropped={done.dropped.pk}"] if done.dropped else []
    query += [f"shown={count}"] if count > PAGE_SIZE else []
    query += [f"edition={edition}"] if edition else []
    query += ["show=edition"] if done.edition else []
    query += [f"late={done.late.story.pk}"] if done.late else []
    back = redirect("queue", publication.slug)
    back["Location"] += f"?{'&'.join(query)}" if query else ""
    return back
