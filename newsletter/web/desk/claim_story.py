"""Claim a story, take it over from a colleague, or release it."""

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from newsletter.accounts.permissions import Permission
from newsletter.lib import clock
from newsletter.stories import story_claims
from newsletter.stories.models import Story
from newsletter.web.desk.desk_acts import Done, perform
from newsletter.web.shared.permission_required import DeskRequest, permission_required
from newsletter.web.shared.permitted_objects import permitted_or_404


@require_POST
@permission_required(Permission.CURATE)
def claim(request: DeskRequest, story_id: int) -> HttpResponse:
    """Claim a story; with `over`, also one that a colleague is on."""
    story = _story(request, story_id)

    def act() -> Done:
        story_claims.claim(story, by=request.user, now=clock.now(), takes_over="over" in request.POST)
        return Done(
            f"You are on “{story.headline}”. That ends after 30 minutes without a change, or when you release it."
        )

    return perform(request, story.publication, act)


@require_POST
@permission_required(Permission.CURATE)
def release(request: DeskRequest, story_id: int) -> HttpResponse:
    """End one's claim."""
    story = _story(request, story_id)

    def act() -> Done:
        story_claims.release(story, by=request.user, now=clock.now())
        return Done(f"You are no longer on “{story.headline}”.")

    return perform(request, story.publication, act)


def _story(request: DeskRequest, story_id: int) -> Story:
    found = Story.objects.select_related("publication", "claimed_by").filter(publication__is_active=True)
    return permitted_or_404(request, found, pk=story_id)
